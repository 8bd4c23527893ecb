#include "platform/environment.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>

#include "platform/clock.h"
#include "platform/signals.h"
#include "platform/terminal.h"

namespace ibid::platform {
namespace {

// Sets a variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name), saved_(environment_variable(name)) {
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  ~Variable() {
    if (saved_) {
      ::setenv(name_, saved_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> saved_;
};

TEST_CASE("set to nothing is not the same as not set") {
  const Variable empty("IBID_TEST_VARIABLE", "");
  CHECK(environment_variable("IBID_TEST_VARIABLE") == "");
  const Variable unset("IBID_TEST_VARIABLE", nullptr);
  CHECK_FALSE(environment_variable("IBID_TEST_VARIABLE").has_value());
}

TEST_CASE("cache and settings follow XDG, which ignores relative paths") {
  const Variable home("HOME", "/home/someone");
  {
    const Variable xdg("XDG_CACHE_HOME", "/fast/cache");
    CHECK(cache_folder().value() == "/fast/cache/ibid");
  }
  for (const char* useless : {static_cast<const char*>(nullptr), "", "relative"}) {
    const Variable xdg("XDG_CACHE_HOME", useless);
    CHECK(cache_folder().value() == "/home/someone/.cache/ibid");
  }
  const Variable config("XDG_CONFIG_HOME", nullptr);
  CHECK(config_folder().value() == "/home/someone/.config/ibid");
  const Variable state("XDG_STATE_HOME", nullptr);
  CHECK(state_folder().value() == "/home/someone/.local/state/ibid");
}

TEST_CASE("without HOME the user database knows the home folder") {
  const Variable home("HOME", nullptr);
  CHECK(home_folder().value().is_absolute());
}

TEST_CASE("a moment prints as RFC 3339 in UTC") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(1709210096007) == "2024-02-29T12:34:56.007Z");
  CHECK(utc_text(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(unix_milliseconds() > 1700000000000);
  const double before = monotonic_seconds();
  CHECK(monotonic_seconds() >= before);
}

TEST_CASE("where there is no terminal there is no colour, and a width all the same") {
  if (is_terminal(StandardStream::kOutput)) return;
  CHECK_FALSE(colour_allowed(StandardStream::kOutput));
  CHECK(terminal_width(StandardStream::kOutput) == 80);
}

TEST_CASE("a signal asks for a stop, which work sees as an error") {
  CHECK(check_not_stopped().ok());
  install_signal_handlers();
  std::raise(SIGTERM);
  CHECK(stop_requested());
  CHECK(check_not_stopped().error().code() == ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace ibid::platform
