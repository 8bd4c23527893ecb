#include "platform/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace ibid::platform {
namespace {

Result<Path> xdg_folder(const std::string& variable, const char* below_home) {
  const Path named(environment_variable(variable).value_or(""));
  if (named.is_absolute()) return named / "ibid";
  IBID_ASSIGN(const Path home, home_folder());
  return home / below_home / "ibid";
}

}  // namespace

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<std::string> take_environment_variable(const std::string& name) {
  std::optional<std::string> value = environment_variable(name);
  ::unsetenv(name.c_str());
  return value;
}

std::map<std::string, std::string> all_environment_variables() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Result<Path> home_folder() {
  const Path named(environment_variable("HOME").value_or(""));
  if (named.is_absolute()) return named;
  const passwd* user = ::getpwuid(::getuid());
  if (user != nullptr && user->pw_dir != nullptr && *user->pw_dir == '/') return Path(user->pw_dir);
  return Error(ErrorCode::kNotFound, "this user has no home folder", "set HOME to an absolute path");
}

Result<Path> cache_folder() { return xdg_folder("XDG_CACHE_HOME", ".cache"); }
Result<Path> config_folder() { return xdg_folder("XDG_CONFIG_HOME", ".config"); }
Result<Path> state_folder() { return xdg_folder("XDG_STATE_HOME", ".local/state"); }
Result<Path> data_folder() { return xdg_folder("XDG_DATA_HOME", ".local/share"); }

}  // namespace ibid::platform
