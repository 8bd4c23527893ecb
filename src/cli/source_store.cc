#include "cli/source_store.h"

#include "cli/invocation.h"
#include "platform/environment.h"

namespace ibid::cli {

OptionSpec source_store_option() {
  return {.name = "store",
          .type = OptionType::kPath,
          .value_name = "DIR",
          .help = "where patches and files are kept (default: ibid/store in the user's data folder)"};
}

Result<data::ObjectStore> source_store(const Invocation& invocation) {
  if (const auto folder = invocation.text("store")) return data::ObjectStore(*folder);
  IBID_ASSIGN(const platform::Path folder, platform::data_folder());
  return data::ObjectStore(folder / "store");
}

}  // namespace ibid::cli
