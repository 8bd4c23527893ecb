#pragma once

#include <string>
#include <vector>

#include "hardware/machine.h"

namespace ibid::test {

// A machine under tests/fixtures/machines: the files that collectors read, and answers.json with what the
// kernel answers to system calls.
hardware::Machine captured_machine(const std::string& name);
std::vector<std::string> captured_machine_names();
platform::Path captured_machine_folder(const std::string& name);

// A machine that has the files under `root` and none of the answers.
hardware::Machine bare_machine(const platform::Path& root);

void put(const platform::Path& root, const std::string& path, const std::string& content);

}  // namespace ibid::test
