#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "data/known_inputs.h"

namespace ibid::cli {

// --inputs FILE
OptionSpec known_inputs_option();

struct RememberInputs {
  std::string run;  // who reads them
  bool accept = false;
};

// Compares inputs with the register that --inputs or IBID_KNOWN_INPUTS name (set to nothing: none), else the
// one in the user's state folder, and warns of each that changed. That the register cannot be read or written
// is a warning too: no run fails for it. Returns what changed.
std::vector<data::ChangedInput> warn_of_changed_inputs(const std::vector<data::Input>& inputs,
                                                       const RememberInputs& request,
                                                       const Invocation& invocation, Console& console);

// The inputs that these files are, read and hashed as `ibid data hash` does.
Result<std::vector<data::Input>> hash_inputs(const std::vector<platform::Path>& paths);

}  // namespace ibid::cli
