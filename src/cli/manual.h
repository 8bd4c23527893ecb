#pragma once

#include <string>

namespace ibid::cli {

// The manual of all commands: ibid(1) for man, and docs/cli.md.
std::string manual_roff();
std::string manual_markdown();

}  // namespace ibid::cli
