#pragma once

#include <string>

#include "cli/console.h"
#include "verify/training_run.h"

namespace ibid::cli {

// Shows a training's progress: a bar that overwrites itself on a terminal, one line per epoch everywhere.
class TrainingProgressDisplay {
 public:
  explicit TrainingProgressDisplay(Console& console, bool quiet) : console_(console), quiet_(quiet) {}
  void show(const verify::TrainingProgress& progress);

 private:
  Console& console_;
  bool quiet_;
  double last_shown_ = -1.0;
};

}  // namespace ibid::cli
