#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace ibid::compare {

// The content of an HDF5 file as safetensors: datasets and attributes of plain numbers are tensors, "/a/b"
// and
// "/a/b@name". Their texts, links and empty groups are metadata "v NAME"; what cannot be read, "u NAME" with
// the reason. The file is neither locked nor written, other files are not opened, no plug-ins are loaded.
// Errors: malformed; unsupported where more than `max_bytes` would come out.
Result<std::string> export_hdf5(const std::string& path, int64_t max_bytes);

}  // namespace ibid::compare
