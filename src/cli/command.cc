#include "cli/command.h"

namespace ibid::cli {

const std::vector<ExitStatusSpec>& common_exit_statuses() {
  static const std::vector<ExitStatusSpec> statuses = {
      {0, "success"},
      {2, "the command line is wrong"},
      {3, "something outside ibid is missing or failed: a file, the network, the disk"},
      {4, "a bug in ibid"},
  };
  return statuses;
}

const std::vector<OptionSpec>& common_options() {
  static const std::vector<OptionSpec> options = {
      {.name = "help", .help = "show this help", .letter = 'h'},
  };
  return options;
}

}  // namespace ibid::cli
