#include "verify/digest_log.h"

#include <doctest/doctest.h>

#include "base/digest.h"

namespace ibid::verify {
namespace {

Digest128 digest(const std::string& text) { return digest_bytes(text); }

// Entries at the given steps; the tensors of `changed_at` and later differ in `changed`.
DigestLog log_of(const std::vector<int64_t>& steps, int64_t changed_at = INT64_MAX,
                 const std::string& changed = "b") {
  DigestLog log;
  for (const int64_t step : steps) {
    io::NamedDigests tensors;
    for (const std::string name : {"a", "b", "c"}) {
      const bool differs = step >= changed_at && name == changed;
      tensors.emplace_back(name, digest(name + std::to_string(step) + (differs ? "!" : "")));
    }
    log.push_back(make_entry(log, step, std::move(tensors)));
  }
  return log;
}

TEST_CASE("a line holds an entry, and reading it gives the entry back") {
  const DigestEntry entry = log_of({0, 5}).back();
  const DigestEntry back = parse_digest_line(digest_line(entry), "log").value();
  CHECK(back.step == 5);
  CHECK(back.root == entry.root);
  CHECK(back.chain == entry.chain);
  CHECK(back.tensors == entry.tensors);
  CHECK(entry.root == io::tree_digest(entry.tensors));
  CHECK(entry.chain == io::chain_digest(log_of({0}).back().chain, entry.root));
}

TEST_CASE("lines that are no entries are errors that name the file") {
  const std::string good = digest_line(log_of({0}).back());
  const auto without = [&](const std::string& part, const std::string& in_its_place) {
    std::string line = good;
    const size_t at = line.find(part);
    REQUIRE(at != line.npos);
    return line.replace(at, part.size(), in_its_place);
  };
  for (const std::string& line :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2), good + "x",
        without("\"step\":0", "\"step\":0.5"), without("\"step\":0", "\"step\":\"0\""),
        without("\"root\":\"", "\"root\":\"g"), without("\"chain\":\"", "\"chain\":\"0"),
        without("\"tensors\":{\"a\":\"", "\"tensors\":{\"a\":\"x"), without("\"tensors\"", "\"others\"")}) {
    CAPTURE(line);
    const Result<DigestEntry> result = parse_digest_line(line, "digests.jsonl");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().message().find("digests.jsonl") != std::string::npos);
  }
}

TEST_CASE("equal logs, and logs that record other steps, have no divergence") {
  const LogComparison same = compare_logs(log_of({0, 1, 2}), log_of({0, 1, 2}));
  CHECK(same.n_common_steps == 3);
  CHECK_FALSE(same.first);
  const LogComparison sparse = compare_logs(log_of({0, 1, 2, 3, 4}), log_of({0, 2, 4, 6}));
  CHECK(sparse.n_common_steps == 3);
  CHECK_FALSE(sparse.first);
  CHECK(compare_logs(log_of({0, 2}), log_of({1, 3})).n_common_steps == 0);
  CHECK(compare_logs({}, log_of({0})).n_common_steps == 0);
}

TEST_CASE("the first step that differs is found, with the tensors that do") {
  const LogComparison comparison = compare_logs(log_of({0, 1, 2, 3}), log_of({0, 1, 2, 3}, 2));
  REQUIRE(comparison.first);
  CHECK(comparison.first->step == 2);
  CHECK(comparison.first->tensors == std::vector<std::string>{"b"});
  const LogComparison sparse = compare_logs(log_of({0, 3, 6}), log_of({0, 1, 2, 3, 6}, 1, "c"));
  REQUIRE(sparse.first);
  CHECK(sparse.first->step == 3);
  CHECK(sparse.first->tensors == std::vector<std::string>{"c"});
}

TEST_CASE("tensors that only one log has come last") {
  DigestLog a = log_of({0}), b;
  io::NamedDigests tensors = a[0].tensors;
  tensors[2].second = digest("other");
  tensors.erase(tensors.begin());
  tensors.emplace_back("d", digest("d"));
  b.push_back(make_entry(b, 0, tensors));
  const LogComparison comparison = compare_logs(a, b);
  REQUIRE(comparison.first);
  CHECK(comparison.first->tensors == std::vector<std::string>{"c", "a", "d"});
}

}  // namespace
}  // namespace ibid::verify
