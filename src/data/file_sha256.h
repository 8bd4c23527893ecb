#pragma once

#include <string>

#include "base/result.h"
#include "platform/file.h"

namespace ibid::data {

// SHA-256 of a file's content as 64 hexadecimal digits; read in pieces, however large it is. Errors: it
// cannot be read; the program was asked to stop.
Result<std::string> file_sha256(const platform::Path& path);

}  // namespace ibid::data
