#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/data_locations.h"
#include "cli/invocation.h"
#include "data/fetch.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const data::Dataset* dataset, data::find_dataset(*invocation.argument("NAME")));
  if (dataset->mirrors.empty()) {
    const std::string name(dataset->name);
    return Error(ErrorCode::kUsage, "'" + name + "' is made, not fetched",
                 "run 'ibid data make " + name + "'");
  }
  IBID_ASSIGN(const platform::Path folder, data_target(invocation.text("output"), dataset->name));
  std::vector<std::string> mirrors = invocation.texts("mirror");
  for (std::string& mirror : mirrors) {
    if (!mirror.ends_with('/')) mirror += '/';
  }
  if (mirrors.empty()) mirrors.assign(dataset->mirrors.begin(), dataset->mirrors.end());
  const auto progress = [&](const data::DatasetFile& file, int64_t received) {
    console.show_progress(std::string(file.name) + "  " + format_bytes(received) + " of " +
                          format_bytes(file.size_bytes));
  };
  IBID_TRY(data::fetch_dataset(*dataset, folder, mirrors, progress));
  if (invocation.flag("json")) {
    console.print(json_text({{"name", dataset->name}, {"folder", folder.string()}, {"verified", true}}));
    return 0;
  }
  console.print(std::string(dataset->name) + " is in " + folder.string() + ", every file verified\n");
  return 0;
}

}  // namespace

CommandSpec data_fetch_command() {
  return {
      .name = "data fetch",
      .summary = "download a known data set and verify it",
      .description =
          "Downloads a data set from its public mirrors. A file appears only after its SHA-256 was found to "
          "be "
          "the pinned one; what is there intact already is not downloaded again.",
      .arguments = {{.name = "NAME", .help = "the data set; 'ibid data list' shows what there is"}},
      .options =
          {{.name = "output",
            .type = OptionType::kPath,
            .value_name = "DIR",
            .help = "where to put the files, instead of ibid's cache folder"},
           {.name = "mirror",
            .type = OptionType::kText,
            .value_name = "URL",
            .help = "a folder address (https, http or file) to download from instead of the public mirrors",
            .repeatable = true},
           {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid data fetch mnist", "into the cache, where training looks for it"},
                   {"ibid data fetch mnist --mirror file:///shared/mnist", "from a copy on a shared disk"}},
      .run = run,
  };
}

}  // namespace ibid::cli
