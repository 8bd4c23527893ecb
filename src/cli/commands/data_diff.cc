#include "base/hex.h"
#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/tree_hashing.h"
#include "data/manifest_diff.h"
#include "data/quoted_name.h"

namespace ibid::cli {
namespace {

using data::ChangedEntry;
using data::Manifest;
using data::ManifestDiff;
using data::ManifestEntry;

Result<Manifest> manifest_at(const std::string& path, const Invocation& invocation, Console& console) {
  if (!platform::is_folder(path)) return read_manifest(path);
  IBID_ASSIGN(data::TreeHash hash, hash_with_progress(path, CacheUse::kAsAsked, invocation, console));
  return std::move(hash.manifest);
}

Json entries_json(const std::vector<ManifestEntry>& entries) {
  Json list = Json::array();
  for (const ManifestEntry& entry : entries) list.push_back(entry_json(entry));
  return list;
}

Json changes_json(const std::vector<ChangedEntry>& changes, bool say_what) {
  Json list = Json::array();
  for (const ChangedEntry& change : changes) {
    Json item = {{"a", entry_json(change.before)}, {"b", entry_json(change.after)}};
    if (say_what) item["what"] = change_text(change);
    list.push_back(std::move(item));
  }
  return list;
}

Json as_json(const Manifest& a, const Manifest& b, const ManifestDiff& diff) {
  return {{"same", diff.same()},
          {"root_a", hex_text(a.root().digest)},
          {"root_b", hex_text(b.root().digest)},
          {"added", entries_json(diff.added)},
          {"removed", entries_json(diff.removed)},
          {"changed", changes_json(diff.changed, true)},
          {"renamed", changes_json(diff.renamed, false)}};
}

void print_diff(const ManifestDiff& diff, Console& console) {
  const auto print = [&](Style style, std::string_view what, const std::string& text) {
    console.print(console.styled(style, what) + "  " + text + "\n");
  };
  for (const ManifestEntry& entry : diff.added) print(Style::kGood, "added  ", data::quoted_name(entry.path));
  for (const ManifestEntry& entry : diff.removed)
    print(Style::kBad, "removed", data::quoted_name(entry.path));
  for (const ChangedEntry& change : diff.changed) {
    print(Style::kWarning, "changed", data::quoted_name(change.after.path) + ": " + change_text(change));
  }
  for (const ChangedEntry& change : diff.renamed) {
    print(Style::kPlain, "renamed",
          data::quoted_name(change.before.path) + " to " + data::quoted_name(change.after.path));
  }
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const Manifest a, manifest_at(*invocation.argument("A"), invocation, console));
  IBID_ASSIGN(const Manifest b, manifest_at(*invocation.argument("B"), invocation, console));
  const ManifestDiff diff = compare_manifests(a, b);
  if (invocation.flag("json")) {
    console.print(json_text(as_json(a, b, diff)));
  } else if (diff.same()) {
    console.print("the same names and bytes: " + hex_text(a.root().digest) + "\n");
  } else {
    print_diff(diff, console);
  }
  return diff.same() ? 0 : 1;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = tree_hashing_options();
  options.insert(options.begin(), OptionSpec{.name = "json", .help = "report as JSON"});
  return options;
}

}  // namespace

CommandSpec data_diff_command() {
  return {
      .name = "data diff",
      .summary = "what differs between two folders or manifests",
      .description =
          "Names what was added, removed, changed or renamed (same content, other name) from A to B. Each is "
          "a folder, which is hashed, or a manifest written by ibid data hash --manifest.",
      .arguments = {{.name = "A", .help = "a folder or a manifest"},
                    {.name = "B", .help = "the other folder or manifest"}},
      .options = options(),
      .examples = {{"ibid data diff dataset.manifest dataset", "what happened to the folder since?"}},
      .exit_statuses = {{1, "there are differences"}},
      .run = run,
  };
}

}  // namespace ibid::cli
