#pragma once

#include <string>

#include "base/result.h"

namespace ibid::cli {

class Invocation;

// The content of the file that --key names. Errors: there is no --key, or no such file.
Result<std::string> read_key(const Invocation& invocation);

}  // namespace ibid::cli
