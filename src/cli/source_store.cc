#include "cli/source_store.h"

#include "cli/invocation.h"
#include "platform/environment.h"
#include "platform/file.h"
#include "source/record.h"

namespace ibid::cli {
namespace {

constexpr int64_t kMaxRecordBytes = 256 << 20;

}  // namespace

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

Result<Json> read_source_record(const std::string& path) {
  IBID_ASSIGN(const std::string text, platform::read_file(path, kMaxRecordBytes));
  return source::parse_record(text, path);
}

}  // namespace ibid::cli
