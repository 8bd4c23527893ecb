#pragma once

#include <optional>
#include <string>

#include "data/dataset.h"

namespace ibid::cli {

// Where to look for data sets: `folder` if the user named one, else IBID_DATA_DIR and the cache.
data::DataLocations data_locations(const std::optional<std::string>& folder);

// Where to put data set `name`: `folder` if the user named one, else the cache.
Result<platform::Path> data_target(const std::optional<std::string>& folder, std::string_view name);

}  // namespace ibid::cli
