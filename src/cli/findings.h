#pragma once

#include <string>
#include <vector>

namespace ibid::cli {

// One thing about this machine that matters to ibid.
struct Finding {
  enum class State { kPresent, kMissing, kBroken };

  std::string name;
  State state = State::kPresent;
  std::string detail;
  std::string disables = {};  // what does not work without it
  std::string remedy = {};    // how to get it
};

std::vector<Finding> examine_machine();

}  // namespace ibid::cli
