// The fence: nothing thrown below leaves the program as anything but a message and an exit status.

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/run.h"
#include "platform/signals.h"

namespace {

// Without allocating: memory may be what is missing.
int report(ibid::ErrorCode code, const char* message, const char* hint) {
  const std::string_view name = code_name(code);
  std::fprintf(stderr, "error[%.*s]: %s\n  hint: %s\n", static_cast<int>(name.size()), name.data(), message,
               hint);
  return exit_status(code);
}

int run(int argc, char** argv) {
  ibid::platform::install_signal_handlers();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  ibid::cli::Console console;
  return ibid::cli::run_command_line(words, console);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr const char* kReport = "this is a bug in ibid; please report the command line";
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return report(ibid::ErrorCode::kOutOfMemory, "not enough memory",
                  "close other programs, raise the limit (ulimit -v), or work on a smaller piece");
  } catch (const std::exception& problem) {
    return report(ibid::ErrorCode::kInternal, problem.what(), kReport);
  } catch (...) {
    return report(ibid::ErrorCode::kInternal, "an exception of unknown kind", kReport);
  }
}
