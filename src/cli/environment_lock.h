#pragma once

#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/environment_capture.h"
#include "cli/invocation.h"
#include "environment/lock.h"
#include "platform/file.h"

namespace ibid::cli {

// The lock of a captured environment, with the digests that its pip finds in the index or in --wheelhouse.
// Errors: the index or pip is not there, unless --allow-unhashed.
Result<environment::Lock> lock_of(const CapturedEnvironment& captured, const Invocation& invocation,
                                  Console& console);

// --wheelhouse and --allow-unhashed.
std::vector<OptionSpec> lock_options();

// Names on standard error every package that cannot be had again bit by bit; whether there is one.
bool warn_of_problems(const environment::Lock& lock, Console& console);

Result<void> write_and_say(const platform::Path& path, const std::string& text, Console& console);

}  // namespace ibid::cli
