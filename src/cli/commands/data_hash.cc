#include <algorithm>

#include "base/hex.h"
#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/known_inputs.h"
#include "cli/tree_hashing.h"
#include "data/quoted_name.h"
#include "platform/atomic_file.h"

namespace ibid::cli {
namespace {

using data::EntryKind;
using data::TreeHash;

int64_t count(const TreeHash& hash, EntryKind kind) {
  return std::ranges::count(hash.manifest.entries, kind, &data::ManifestEntry::kind);
}

int64_t count_files(const TreeHash& hash) {
  return count(hash, EntryKind::kFile) + count(hash, EntryKind::kExecutable);
}

std::string counted(int64_t n, std::string_view thing) {
  return number_text(n) + " " + std::string(thing) + (n == 1 ? "" : "s");
}

// A manifest in the tree it describes would make the tree another one.
Result<void> check_manifest_place(const platform::Path& manifest, const platform::Path& tree) {
  std::error_code problem;
  const platform::Path place = std::filesystem::weakly_canonical(manifest, problem);
  const platform::Path root = std::filesystem::weakly_canonical(tree, problem);
  const auto [end_of_root, rest] = std::ranges::mismatch(root, place);
  if (problem || end_of_root != root.end()) return {};
  return Error(ErrorCode::kUsage,
               "the manifest " + data::quoted_name(manifest.native()) + " would become part of " +
                   data::quoted_name(tree.native()) + ", which it describes",
               "name a file outside of that folder with --manifest");
}

Json as_json(const std::string& path, const TreeHash& hash) {
  Json json = {{"path", path},
               {"kind", data::kind_name(hash.manifest.root().kind)},
               {"digest", hex_text(hash.manifest.root().digest)},
               {"bytes", hash.manifest.root().size_bytes},
               {"files", count_files(hash)},
               {"folders", count(hash, EntryKind::kFolder)},
               {"links", count(hash, EntryKind::kLink)},
               {"files_from_cache", hash.n_cached},
               {"links_outside", hash.links_outside},
               {"silently_changed", hash.silently_changed}};
  if (!hash.cache_problem.empty()) json["cache_problem"] = hash.cache_problem;
  return json;
}

void print_hash(const std::string& path, const TreeHash& hash, Console& console) {
  console.print(hex_text(hash.manifest.root().digest) + "  " + data::quoted_name(path) + "\n");
  std::string counts =
      counted(count_files(hash), "file") + ", " + counted(count(hash, EntryKind::kFolder), "folder") + ", " +
      counted(count(hash, EntryKind::kLink), "link") + ", " + format_bytes(hash.manifest.root().size_bytes);
  if (hash.n_cached > 0) counts += "; unchanged, not read again: " + counted(hash.n_cached, "file");
  console.print("  " + counts + "\n");
  for (const std::string& link : hash.links_outside)
    console.print("  link that leads outside, only its text counts: " + data::quoted_name(link) + "\n");
  for (const std::string& file : hash.silently_changed) {
    console.print("  " + console.styled(Style::kBad, "changed though size and times did not") + ": " +
                  data::quoted_name(file) + "\n");
  }
  if (!hash.cache_problem.empty())
    console.print("  not remembered for the next time: " + hash.cache_problem + "\n");
}

// Notes the digest in the register of inputs and warns if it had another one. What it was, for scripts.
Json remember(const std::string& path, const TreeHash& hash, const Invocation& invocation, Console& console) {
  const auto name = invocation.text("name");
  const data::Input input = {.key = name ? *name : data::input_key(path),
                             .digest = hex_text(hash.manifest.root().digest),
                             .size_bytes = hash.manifest.root().size_bytes};
  const RememberInputs request = {.run = "ibid data hash", .accept = invocation.flag("accept")};
  const std::vector<data::ChangedInput> changed =
      warn_of_changed_inputs({input}, request, invocation, console);
  if (changed.empty()) return nullptr;
  const data::KnownInput& before = changed[0].before;
  return {{"digest", before.digest},
          {"bytes", before.size_bytes},
          {"run", before.last_run},
          {"seen", before.last_seen}};
}

Result<void> check_options(const Invocation& invocation, size_t n_paths) {
  const auto name = invocation.text("name");
  if (invocation.text("manifest") && n_paths > 1) {
    return Error(ErrorCode::kUsage, "--manifest writes one manifest, and there are several paths",
                 "run 'ibid data hash' once for each of them");
  }
  if (name && n_paths > 1) {
    return Error(ErrorCode::kUsage, "--name names one input, and there are several paths",
                 "run 'ibid data hash' once for each of them");
  }
  if (name && (name->empty() || name->starts_with('/'))) {
    return Error(ErrorCode::kUsage,
                 "--name has " + data::quoted_name(*name) + ", which is no name but a path",
                 "leave --name out: the path itself is then the name");
  }
  return {};
}

Result<int> run(const Invocation& invocation, Console& console) {
  const std::vector<std::string> paths = invocation.arguments("PATH");
  const auto manifest = invocation.text("manifest");
  IBID_TRY(check_options(invocation, paths.size()));
  const bool remembered = invocation.flag("remember") || invocation.flag("accept") || invocation.text("name");
  if (manifest) IBID_TRY(check_manifest_place(*manifest, paths.front()));
  Json report = Json::array();
  for (const std::string& path : paths) {
    IBID_ASSIGN(const TreeHash hash, hash_with_progress(path, CacheUse::kAsAsked, invocation, console));
    if (manifest) IBID_TRY(platform::write_file_atomically(*manifest, manifest_text(hash.manifest)));
    const Json before = remembered ? remember(path, hash, invocation, console) : Json();
    if (invocation.flag("json")) {
      report.push_back(as_json(path, hash));
      if (remembered) report.back()["changed_from"] = before;
    } else {
      print_hash(path, hash, console);
    }
  }
  if (invocation.flag("json")) console.print(json_text(report));
  return 0;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = tree_hashing_options();
  options.insert(options.begin(),
                 {{.name = "manifest",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "write every entry with its digest there"},
                  {.name = "remember",
                   .help = "note the digest in the register of inputs, and warn if the input "
                           "had another one before"},
                  {.name = "accept", .help = "the same, and what is there now is right from here on"},
                  {.name = "name",
                   .type = OptionType::kText,
                   .value_name = "NAME",
                   .help = "remember the input under this name instead of its path"},
                  known_inputs_option(),
                  {.name = "json", .help = "report as JSON"}});
  return options;
}

}  // namespace

CommandSpec data_hash_command() {
  return {
      .name = "data hash",
      .summary = "one digest for all names and bytes of a folder",
      .description =
          "Prints the root of a tree of SHA-256 digests over the names, bytes, executable bits and links "
          "below "
          "each path. Times, owners, inodes and the order of creation do not enter, so that a copy on "
          "another "
          "machine has the same root. Links are not followed. Files whose size, times and inode are those of "
          "an earlier run are not read again, unless --paranoid asks for it.",
      .arguments = {{.name = "PATH", .help = "a folder or a file", .repeatable = true}},
      .options = options(),
      .examples = {{"ibid data hash dataset", "the root to write down beside a result"},
                   {"ibid data hash dataset --manifest dataset.manifest",
                    "also what 'ibid data verify --manifest' checks a copy against"},
                   {"ibid data hash --remember dataset", "has it changed since the last time?"}},
      .run = run,
  };
}

}  // namespace ibid::cli
