#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/file.h"
#include "verify/recorded_run.h"
#include "verify/variation.h"

namespace ibid::verify {

// Variations of what a program is started with, and of what the hook changes inside it. Each list is
// separated by commas. Errors (usage): a value that makes no sense.

// File mode masks in octal: "022,077".
Result<std::vector<Variation>> umask_variations(std::string_view comma_separated);

// A fresh, empty home folder, and another one with a longer path.
std::vector<Variation> home_variations();

// Values of any variable: "NAME=1,2". PYTHON=3.12,/opt/python/bin/python3 is the interpreter in the place of
// the one that `command` starts with; one that does not run here is a variation that is skipped.
Result<std::vector<Variation>> env_variations(const std::string& name_and_values,
                                              const std::vector<std::string>& command);

// Those of all versions of Python on PATH that run, besides the command's own. Where there are none, or the
// command does not start with an interpreter, one variation that is skipped.
std::vector<Variation> other_python_variations(const std::vector<std::string>& command);

// "cpu", "cuda:0": what is visible of the accelerators that lie below /dev of `root`.
Result<std::vector<Variation>> device_variations(std::string_view comma_separated,
                                                 const platform::Path& root = "/");

// Numbers of worker processes of PyTorch's data loaders.
Result<std::vector<Variation>> worker_variations(std::string_view comma_separated,
                                                 const RecordOptions& record);

}  // namespace ibid::verify
