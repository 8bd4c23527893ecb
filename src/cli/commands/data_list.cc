#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/data_locations.h"
#include "cli/invocation.h"

namespace ibid::cli {
namespace {

// Where all files of the data set are, by name only: 'ibid data verify' looks inside.
std::optional<platform::Path> folder_of(const data::Dataset& dataset) {
  for (const platform::Path& folder : candidate_folders(data_locations({}), dataset.name)) {
    const auto present = [&](const data::DatasetFile& file) {
      return platform::path_exists(folder / file.name);
    };
    if (std::ranges::all_of(dataset.files, present)) return folder;
  }
  return std::nullopt;
}

Result<int> run(const Invocation& invocation, Console& console) {
  Json list = Json::array();
  for (const data::Dataset& dataset : data::known_datasets()) {
    int64_t size_bytes = 0;
    for (const data::DatasetFile& file : dataset.files) size_bytes += file.size_bytes;
    const std::optional<platform::Path> folder = folder_of(dataset);
    const std::string way = dataset.mirrors.empty() ? "make" : "fetch";
    list.push_back({{"name", dataset.name},
                    {"title", dataset.title},
                    {"licence", dataset.licence},
                    {"source", dataset.source},
                    {"bytes", size_bytes},
                    {"get", "ibid data " + way + " " + std::string(dataset.name)},
                    {"folder", folder ? Json(folder->string()) : Json(nullptr)}});
    if (invocation.flag("json")) continue;
    console.print(
        console.styled(Style::kBold, dataset.name) + "  " + std::string(dataset.title) + "\n    " +
        format_bytes(size_bytes) + "; licence: " + std::string(dataset.licence) + "\n    " +
        (folder ? "in " + folder->string() : "not here: ibid data " + way + " " + std::string(dataset.name)) +
        "\n");
  }
  if (invocation.flag("json")) console.print(json_text(list));
  return 0;
}

}  // namespace

CommandSpec data_list_command() {
  return {
      .name = "data list",
      .summary = "show the known data sets and where they are",
      .description =
          "Shows the data sets that ibid can fetch or make, their licence, and the folder in which their "
          "files were "
          "found.",
      .options = {{.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid data list", "what there is"}},
      .run = run,
  };
}

}  // namespace ibid::cli
