#pragma once

#include <map>
#include <optional>
#include <string>

#include "platform/file.h"

namespace ibid::platform {

// Nothing if the variable is not set; set to nothing is an empty text.
std::optional<std::string> environment_variable(const std::string& name);

// The same, and takes it away, so that programs started later do not get it. For the main thread before there
// are others.
std::optional<std::string> take_environment_variable(const std::string& name);

// All of them, by name.
std::map<std::string, std::string> all_environment_variables();

// $HOME, else what the user database says.
Result<Path> home_folder();

// Where the XDG base directory specification puts ibid's files: what can be had again, what the user sets,
// what is worth keeping between runs, and what has to be kept. A relative XDG variable counts as not set, as
// the specification demands. The folders need not exist.
Result<Path> cache_folder();
Result<Path> config_folder();
Result<Path> state_folder();
Result<Path> data_folder();

}  // namespace ibid::platform
