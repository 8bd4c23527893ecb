#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/data_locations.h"
#include "cli/invocation.h"
#include "cli/manifest_check.h"
#include "cli/tree_hashing.h"

namespace ibid::cli {
namespace {

using data::FileCheck;
using data::FileState;

std::string_view state_name(FileState state) {
  switch (state) {
    case FileState::kIntact:
      return "intact";
    case FileState::kMissing:
      return "missing";
    case FileState::kAltered:
      return "altered";
  }
  return "unknown";
}

// The first candidate folder in which any file of the data set is.
Result<std::vector<FileCheck>> find_and_check(const data::Dataset& dataset,
                                              const data::DataLocations& locations) {
  std::vector<std::string> looked;
  for (const platform::Path& folder : candidate_folders(locations, dataset.name)) {
    IBID_ASSIGN(std::vector<FileCheck> checks, data::check_dataset(dataset, folder));
    const auto present = [](const FileCheck& check) { return check.state != FileState::kMissing; };
    if (std::ranges::any_of(checks, present)) return checks;
    looked.push_back("'" + folder.string() + "'");
  }
  const std::string name(dataset.name);
  return Error(ErrorCode::kNotFound, "no file of " + name + " was found; looked in " + join(looked, ", "),
               "get it with 'ibid data " + std::string(dataset.mirrors.empty() ? "make " : "fetch ") + name +
                   "', or name its folder with --folder");
}

Json as_json(const data::Dataset& dataset, const std::vector<FileCheck>& checks) {
  Json files = Json::array();
  for (const FileCheck& check : checks) {
    Json file = {{"path", check.path.string()},
                 {"state", state_name(check.state)},
                 {"expected_sha256", check.expected.sha256},
                 {"expected_bytes", check.expected.size_bytes}};
    if (check.state != FileState::kMissing) {
      file["sha256"] = check.sha256;
      file["bytes"] = check.size_bytes;
    }
    files.push_back(std::move(file));
  }
  return {{"name", dataset.name}, {"files", std::move(files)}};
}

void print_check(const FileCheck& check, Console& console) {
  const Style style = check.state == FileState::kIntact ? Style::kGood : Style::kBad;
  console.print(console.styled(style, state_name(check.state)) + "  " + check.path.string() + "\n");
  if (check.state != FileState::kAltered) return;
  console.print("         expected " + format_bytes(check.expected.size_bytes) + ", SHA-256 " +
                std::string(check.expected.sha256) + "\n         found    " + format_bytes(check.size_bytes) +
                ", SHA-256 " + check.sha256 + "\n");
}

Error name_missing() {
  return Error(ErrorCode::kUsage, "'ibid data verify' needs the NAME of a data set, or --manifest",
               "'ibid data list' shows the known data sets");
}

Result<int> run(const Invocation& invocation, Console& console) {
  const auto name = invocation.argument("NAME");
  if (invocation.text("manifest")) {
    if (invocation.text("folder")) {
      return Error(ErrorCode::kUsage, "--folder is for data sets that ibid knows; there is --manifest too",
                   "name the folder alone: ibid data verify --manifest FILE DIR");
    }
    return check_against_manifest(name.value_or("."), invocation, console);
  }
  if (!name) return name_missing();
  IBID_ASSIGN(const data::Dataset* dataset, data::find_dataset(*name));
  IBID_ASSIGN(const std::vector<FileCheck> checks,
              find_and_check(*dataset, data_locations(invocation.text("folder"))));
  if (invocation.flag("json")) {
    console.print(json_text(as_json(*dataset, checks)));
  } else {
    for (const FileCheck& check : checks) print_check(check, console);
  }
  const auto intact = [](const FileCheck& check) { return check.state == FileState::kIntact; };
  return std::ranges::all_of(checks, intact) ? 0 : 1;
}

}  // namespace

CommandSpec data_verify_command() {
  return {
      .name = "data verify",
      .summary = "compare a data set with its digests, or a folder with a manifest",
      .description =
          "Reads every file of a data set and compares its SHA-256 with the pinned one. With --manifest, "
          "reads "
          "everything in a folder and names each entry that is missing, altered or extra.",
      .arguments = {{.name = "NAME",
                     .help =
                         "the data set ('ibid data list' shows what there is); with --manifest the folder, "
                         "else the current one",
                     .required = false}},
      .options = {{.name = "manifest",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "compare with what 'ibid data hash --manifest' wrote there"},
                  {.name = "folder",
                   .type = OptionType::kPath,
                   .value_name = "DIR",
                   .help = "the folder with the files, instead of IBID_DATA_DIR/NAME and the cache"},
                  {.name = "json", .help = "report as JSON"},
                  hashing_threads_option()},
      .examples = {{"ibid data verify mnist", "what training would use"},
                   {"ibid data verify mnist --folder ~/Downloads/mnist --json",
                    "a folder of your own, for a script"},
                   {"ibid data verify --manifest dataset.manifest dataset",
                    "is this copy complete and unaltered?"}},
      .exit_statuses = {{1, "a file is missing, altered or extra"}},
      .run = run,
  };
}

}  // namespace ibid::cli
