#include "verify/process_digests.h"

#include <algorithm>
#include <map>
#include <regex>
#include <utility>

#include "base/number_text.h"

namespace ibid::verify {
namespace {

// -1: no rank.
using Key = std::pair<int64_t, int64_t>;

Key key_of(const ProcessDigests& process) { return {process.rank.value_or(-1), process.number}; }

// The process whose digests a file of this name has.
std::optional<ProcessDigests> named(const std::string& file_name) {
  static const std::regex pattern(R"(digests(?:-rank-(\d{1,9}))?(?:-(\d{1,9}))?\.jsonl)");
  std::smatch match;
  if (!std::regex_match(file_name, match, pattern)) return std::nullopt;
  ProcessDigests process;
  if (match[1].matched) process.rank = parse_int64(match[1].str());
  if (match[2].matched) process.number = *parse_int64(match[2].str());
  return process;
}

// Of one log whose common steps agree and that goes on longer in one run than in the other.
std::optional<Divergence> shorter(const DigestLog& a, const DigestLog& b) {
  if (a.size() == b.size()) return std::nullopt;
  const DigestLog& longer = a.size() > b.size() ? a : b;
  return Divergence{longer[std::min(a.size(), b.size())].step, {}};
}

}  // namespace

std::string ProcessDigests::file_name() const {
  return (rank ? "digests-rank-" + number_text(*rank) : std::string("digests")) +
         (number > 1 ? "-" + number_text(number) : "") + ".jsonl";
}

std::string ProcessDigests::title() const {
  const std::string process = number > 1 ? "process " + number_text(number) : "";
  if (!rank) return process;
  return "rank " + number_text(*rank) + (process.empty() ? "" : ", " + process);
}

Result<std::vector<ProcessDigests>> read_process_digests(const RunFolder& folder) {
  std::vector<ProcessDigests> processes;
  IBID_ASSIGN(const std::vector<platform::Path> paths, platform::list_sorted(folder.path()));
  for (const platform::Path& path : paths) {
    std::optional<ProcessDigests> process = named(path.filename().string());
    if (!process) continue;
    IBID_ASSIGN(process->log, folder.read_digests(path.filename().string()));
    processes.push_back(std::move(*process));
  }
  std::sort(processes.begin(), processes.end(),
            [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  return processes;
}

ProcessComparison compare_process_digests(const std::vector<ProcessDigests>& a,
                                          const std::vector<ProcessDigests>& b) {
  std::map<Key, std::pair<const ProcessDigests*, const ProcessDigests*>> pairs;
  for (const ProcessDigests& process : a) pairs[key_of(process)].first = &process;
  for (const ProcessDigests& process : b) pairs[key_of(process)].second = &process;
  ProcessComparison result;
  for (const auto& [key, pair] : pairs) {
    std::optional<Divergence> first = Divergence{};
    if (pair.first != nullptr && pair.second != nullptr) {
      const LogComparison one = compare_logs(pair.first->log, pair.second->log);
      result.digests.n_common_steps += one.n_common_steps;
      first = one.first ? one.first : shorter(pair.first->log, pair.second->log);
    }
    if (!first || (result.digests.first && result.digests.first->step <= first->step)) continue;
    result.digests.first = std::move(first);
    result.process = (pair.first != nullptr ? pair.first : pair.second)->title();
  }
  return result;
}

}  // namespace ibid::verify
