#include "verify/digest_log.h"

#include <algorithm>

#include "base/json.h"

namespace ibid::verify {

DigestEntry make_entry(const DigestLog& log, int64_t step, io::NamedDigests tensors) {
  DigestEntry entry;
  entry.step = step;
  entry.root = io::tree_digest(tensors);
  entry.chain = io::chain_digest(log.empty() ? Digest128{} : log.back().chain, entry.root);
  entry.tensors = std::move(tensors);
  return entry;
}

std::string digest_line(const DigestEntry& entry) {
  Json tensors = Json::object();
  for (const auto& [name, digest] : entry.tensors) tensors[name] = digest.hex();
  const Json line{
      {"step", entry.step}, {"root", entry.root.hex()}, {"chain", entry.chain.hex()}, {"tensors", tensors}};
  return line.dump();
}

Result<DigestEntry> parse_digest_line(std::string_view line, std::string_view name) {
  IBID_ASSIGN(const Json json, parse_json(line, name));
  const auto malformed = [&](const char* what) {
    return Error(ErrorCode::kMalformed,
                 std::string(name) + ": a line of the digest log has no valid " + what);
  };
  const auto digest_of = [](const Json& value) {
    return value.is_string() ? Digest128::from_hex(value.get<std::string>()) : std::nullopt;
  };
  if (!json.is_object() || !json.contains("step") || !json["step"].is_number_integer())
    return malformed("step");
  DigestEntry entry;
  entry.step = json["step"].get<int64_t>();
  const auto root = digest_of(json.value("root", Json())), chain = digest_of(json.value("chain", Json()));
  if (!root || !chain) return malformed("root and chain");
  entry.root = *root;
  entry.chain = *chain;
  if (!json.contains("tensors") || !json["tensors"].is_object()) return malformed("tensors");
  for (const auto& [tensor, value] : json["tensors"].items()) {
    const auto digest = digest_of(value);
    if (!digest) return malformed("tensors");
    entry.tensors.emplace_back(tensor, *digest);
  }
  return entry;
}

namespace {

Divergence differing_tensors(const DigestEntry& a, const DigestEntry& b) {
  Divergence divergence{a.step, {}};
  const auto find = [](const io::NamedDigests& digests, const std::string& name) {
    return std::find_if(digests.begin(), digests.end(),
                        [&](const auto& entry) { return entry.first == name; });
  };
  std::vector<std::string> one_sided;
  for (const auto& [name, digest] : a.tensors) {
    const auto other = find(b.tensors, name);
    if (other == b.tensors.end()) {
      one_sided.push_back(name);
    } else if (other->second != digest) {
      divergence.tensors.push_back(name);
    }
  }
  for (const auto& [name, digest] : b.tensors) {
    if (find(a.tensors, name) == a.tensors.end()) one_sided.push_back(name);
  }
  divergence.tensors.insert(divergence.tensors.end(), one_sided.begin(), one_sided.end());
  return divergence;
}

// Of logs with entries for the same steps. Each chain covers all before it, so that half of what is left can
// be left out at every look.
size_t n_same_entries(const DigestLog& a, const DigestLog& b) {
  size_t low = 0, high = a.size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (a[middle].chain == b[middle].chain)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace

LogComparison compare_logs(const DigestLog& a, const DigestLog& b) {
  LogComparison comparison;
  const bool same_steps =
      a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                         [](const auto& x, const auto& y) { return x.step == y.step; });
  if (same_steps) {
    comparison.n_common_steps = static_cast<int64_t>(a.size());
    const size_t n = n_same_entries(a, b);
    if (n < a.size()) comparison.first = differing_tensors(a[n], b[n]);
    return comparison;
  }
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].step != b[j].step) {
      a[i].step < b[j].step ? ++i : ++j;
      continue;
    }
    ++comparison.n_common_steps;
    if (!comparison.first && a[i].root != b[j].root) comparison.first = differing_tensors(a[i], b[j]);
    ++i, ++j;
  }
  return comparison;
}

}  // namespace ibid::verify
