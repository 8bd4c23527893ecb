#include "cli/tree_hashing.h"

#include <algorithm>

#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/core_affinity.h"
#include "platform/environment.h"

namespace ibid::cli {
namespace {

constexpr double kRefreshSeconds = 0.1;
constexpr int64_t kMaxManifestBytes = int64_t{4} << 30;

// Without a home folder there is no cache; hashing works all the same.
std::optional<platform::Path> cache_file(CacheUse use, const Invocation& invocation) {
  if (use == CacheUse::kNone || invocation.flag("no-cache")) return std::nullopt;
  const Result<platform::Path> folder = platform::cache_folder();
  if (!folder.ok()) return std::nullopt;
  return folder.value() / "hashes";
}

}  // namespace

OptionSpec hashing_threads_option() {
  return {.name = "threads",
          .type = OptionType::kInteger,
          .value_name = "N",
          .help = "how many threads read and hash, instead of one for each core; digests do not depend on it",
          .least = 1};
}

std::vector<OptionSpec> tree_hashing_options() {
  return {hashing_threads_option(),
          {.name = "paranoid",
           .help = "read every file, and name those whose content changed while size and times did not"},
          {.name = "no-cache", .help = "neither use nor write the cache of digests of unchanged files"}};
}

Result<data::TreeHash> hash_with_progress(const platform::Path& path, CacheUse cache_use,
                                          const Invocation& invocation, Console& console) {
  double last_shown = platform::monotonic_seconds();
  const auto show = [&](const data::HashProgress& progress) {
    const double now = platform::monotonic_seconds();
    if (now - last_shown < kRefreshSeconds) return;
    last_shown = now;
    console.show_progress(number_text(progress.files_done) + " of " + number_text(progress.n_files) +
                          " files, " + format_bytes(progress.bytes_done) + " of " +
                          format_bytes(progress.n_bytes));
  };
  const data::HashOptions options = {
      .n_threads =
          invocation.integer("threads").value_or(std::max<int64_t>(1, platform::count_allowed_cores())),
      .cache_file = cache_file(cache_use, invocation),
      .paranoid = cache_use == CacheUse::kAsAsked && invocation.flag("paranoid"),
      .now_ms = platform::unix_milliseconds(),
      .progress = show};
  Result<data::TreeHash> hash = data::hash_tree(path, options);
  console.show_progress("");
  return hash;
}

Result<data::Manifest> read_manifest(const platform::Path& path) {
  IBID_ASSIGN(const std::string text, platform::read_file(path, kMaxManifestBytes));
  return data::parse_manifest(text, path.string());
}

Json entry_json(const data::ManifestEntry& entry) {
  return {{"path", entry.path},
          {"kind", data::kind_name(entry.kind)},
          {"bytes", entry.size_bytes},
          {"digest", hex_text(entry.digest)}};
}

}  // namespace ibid::cli
