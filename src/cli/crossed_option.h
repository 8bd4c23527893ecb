#pragma once

#include <optional>

#include "cli/command.h"
#include "verify/setup.h"

namespace ibid::cli {

class Invocation;

// --cross.
OptionSpec crossed_option();

// The setup that it asks for. Errors (usage): it does not name two factors that the command line varies.
Result<std::optional<verify::Setup>> read_crossed(const Invocation& invocation,
                                                  const verify::RecordOptions& record);

}  // namespace ibid::cli
