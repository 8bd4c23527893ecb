#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/dataset.h"
#include "platform/file.h"

namespace ibid::data {

// Called now and then with the file at hand and how much of it has arrived.
using FetchProgress = std::function<void(const DatasetFile& file, int64_t received_bytes)>;

// Downloads into `folder` what is not there intact. A file appears there only after its digest is verified,
// so neither a mirror that lies nor a connection that breaks leaves anything behind. `mirrors` are tried in
// order (addresses that end in '/'; https, http or file).
Result<void> fetch_dataset(const Dataset& dataset, const platform::Path& folder,
                           std::span<const std::string> mirrors, const FetchProgress& progress);

}  // namespace ibid::data
