#include "cli/data_locations.h"

#include "platform/environment.h"

namespace ibid::cli {
namespace {

Result<platform::Path> data_cache() {
  IBID_ASSIGN(const platform::Path cache, platform::cache_folder());
  return cache / "data";
}

}  // namespace

data::DataLocations data_locations(const std::optional<std::string>& folder) {
  data::DataLocations locations;
  locations.folder = folder;
  const auto named = platform::environment_variable("IBID_DATA_DIR");
  if (named && !named->empty()) locations.data_folder = *named;
  if (auto cache = data_cache(); cache.ok()) locations.cache_folder = cache.value();
  return locations;
}

Result<platform::Path> data_target(const std::optional<std::string>& folder, std::string_view name) {
  if (folder) return platform::Path(*folder);
  IBID_ASSIGN(const platform::Path cache, data_cache());
  return cache / name;
}

}  // namespace ibid::cli
