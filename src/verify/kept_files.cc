#include "verify/kept_files.h"

#include <filesystem>

#include "base/number_text.h"
#include "base/text.h"
#include "data/object_store.h"

namespace ibid::verify {
namespace {

class Keeper {
 public:
  Keeper(const RunFolder& record, const KeepLimits& limits)
      : store_(record.path()), limits_(limits), left_bytes_(limits.total_bytes) {}

  // Why it was not kept; empty if it was.
  std::string keep(const Json& file) {
    const auto size_bytes = file["size_bytes"].get<int64_t>();
    const auto sha256 = file["sha256"].get<std::string>();
    if (limits_.file_bytes == 0) return "--keep-files 0 was given";
    if (size_bytes > limits_.file_bytes)
      return "it has " + format_bytes(size_bytes) + ", more than --keep-files allows";
    if (platform::path_exists(store_.path_of(sha256))) return "";
    if (size_bytes > left_bytes_)
      return "all kept files together would have more than " + format_bytes(limits_.total_bytes);
    const Result<void> kept = store_.put_file(file["path"].get<std::string>(), sha256);
    if (!kept.ok()) return kept.error().message();
    left_bytes_ -= size_bytes;
    return "";
  }

  Result<void> flush() const { return store_.flush(); }

 private:
  data::ObjectStore store_;
  const KeepLimits& limits_;
  int64_t left_bytes_;
};

bool was_written_below(const Json& file, const std::string& folder) {
  return file.value("role", "") != "read" && file.contains("sha256") &&
         file.value("path", "").starts_with(folder + "/");
}

}  // namespace

std::optional<std::string> keep_written_files(const RunFolder& record, const platform::Path& folder,
                                              const KeepLimits& limits, Json& files) {
  Keeper keeper(record, limits);
  int64_t n_lost = 0;
  std::string first;
  for (Json& file : files) {
    if (!was_written_below(file, folder.string())) continue;
    const std::string why = keeper.keep(file);
    if (why.empty()) {
      file["kept"] = true;
      continue;
    }
    file["not_kept"] = why;
    if (++n_lost == 1) first = file["path"].get<std::string>() + ": " + why;
  }
  if (const Result<void> flushed = keeper.flush(); !flushed.ok())
    return "kept files may not survive a power failure: " + flushed.error().message();
  if (n_lost == 0 || limits.file_bytes == 0) return std::nullopt;
  return "no copy of " + number_text(n_lost) + (n_lost == 1 ? " written file: " : " written files, first ") +
         first;
}

platform::Path kept_file(const platform::Path& record, const std::string& sha256) {
  return data::ObjectStore(record).path_of(sha256);
}

}  // namespace ibid::verify
