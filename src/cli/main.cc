// The fence: nothing thrown below leaves the program as anything but a message and an exit status.

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "cli/run.h"
#include "platform/signals.h"

namespace {

constexpr int kEnvironmentStatus = 3;
constexpr int kInternalStatus = 4;

int run(int argc, char** argv) {
  ibid::platform::install_signal_handlers();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  ibid::cli::Console console;
  return ibid::cli::run_command_line(words, console);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error[memory]: not enough memory\n  hint: close other programs, or work on a smaller piece\n",
               stderr);
    return kEnvironmentStatus;
  } catch (const std::exception& problem) {
    std::fprintf(stderr,
                 "error[internal]: %s\n  hint: this is a bug in ibid; please report the command line\n",
                 problem.what());
  } catch (...) {
    std::fputs(
        "error[internal]: an unknown exception\n  hint: this is a bug in ibid; please report the command "
        "line\n",
        stderr);
  }
  return kInternalStatus;
}
