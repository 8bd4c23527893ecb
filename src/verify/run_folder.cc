#include "verify/run_folder.h"

#include "base/text.h"
#include "platform/atomic_file.h"

namespace ibid::verify {
namespace {

constexpr const char* kMetrics = "metrics.jsonl";
constexpr const char* kDigests = "digests.jsonl";

// The lines that belong to steps before `step`; reading ends at the first line that is no JSON with a step.
std::string lines_before(const std::string& content, int64_t step) {
  std::string kept;
  for (const std::string& line : split(content, '\n')) {
    if (line.empty()) continue;
    const Result<Json> json = parse_json(line, "line");
    if (!json.ok() || !json.value().is_object() || !json.value().contains("step")) break;
    const Json& at = json.value()["step"];
    if (!at.is_number_integer() || at.get<int64_t>() >= step) break;
    kept += line + "\n";
  }
  return kept;
}

}  // namespace

Result<RunFolder> RunFolder::create(const platform::Path& path) {
  if (platform::path_exists(path)) {
    IBID_ASSIGN(const auto entries, platform::list_sorted(path));
    if (!entries.empty()) {
      return Error(ErrorCode::kUsage, "the run folder " + path.string() + " is not empty",
                   "name another with --output, or go on with the run in it: --resume " + path.string());
    }
  }
  IBID_TRY(platform::make_folders(path));
  return RunFolder(path);
}

Result<RunFolder> RunFolder::open(const platform::Path& path) {
  RunFolder folder(path);
  if (!folder.has("run.json")) {
    return Error(ErrorCode::kNotFound, path.string() + " is no run folder: it has no run.json",
                 "name the folder that 'ibid train' printed");
  }
  return folder;
}

platform::Path RunFolder::free_path(const platform::Path& parent, const std::string& name) {
  for (int64_t number = 1;; ++number) {
    platform::Path path = parent / (name + "-" + std::to_string(number));
    if (!platform::path_exists(path)) return path;
  }
}

bool RunFolder::has(const std::string& name) const { return platform::path_exists(file(name)); }

Result<void> RunFolder::write_json(const std::string& name, const Json& value) const {
  return platform::write_file_atomically(file(name), json_text(value));
}

Result<Json> RunFolder::read_json(const std::string& name) const {
  IBID_ASSIGN(const std::string text, platform::read_file(file(name)));
  return parse_json(text, file(name).string());
}

Result<DigestLog> RunFolder::read_digests(const std::string& name) const {
  IBID_ASSIGN(const std::string text, platform::read_file(file(name)));
  DigestLog log;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) continue;
    IBID_ASSIGN(DigestEntry entry, parse_digest_line(line, file(name).string()));
    log.push_back(std::move(entry));
  }
  return log;
}

Result<void> RunFolder::rewind(int64_t step) const {
  for (const char* name : {kMetrics, kDigests}) {
    if (!has(name)) continue;
    IBID_ASSIGN(const std::string content, platform::read_file(file(name)));
    IBID_TRY(platform::write_file_atomically(file(name), lines_before(content, step)));
  }
  return {};
}

Result<void> RunFolder::append(std::optional<platform::LineWriter>& writer, const char* name,
                               const std::string& line) {
  if (!writer) {
    IBID_ASSIGN(auto opened, platform::LineWriter::append_to(file(name)));
    writer.emplace(std::move(opened));
  }
  return writer->write_line(line);
}

Result<void> RunFolder::append_metrics(const Json& line) { return append(metrics_, kMetrics, line.dump()); }

Result<void> RunFolder::append_digests(const DigestEntry& entry) {
  return append(digests_, kDigests, digest_line(entry));
}

Result<void> RunFolder::flush() {
  if (metrics_) IBID_TRY(metrics_->flush());
  if (digests_) IBID_TRY(digests_->flush());
  return {};
}

}  // namespace ibid::verify
