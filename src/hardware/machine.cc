#include "hardware/machine.h"

#include <system_error>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/environment.h"
#include "platform/machine.h"

namespace ibid::hardware {
namespace {

// Files of the kernel say 0 about their size and some never end.
constexpr int64_t kMaxBytes = 16 << 20;

Error reading_error(const Error& error, std::string_view path) {
  const std::string name(path);
  switch (error.code()) {
    case ErrorCode::kNotFound:
      return Error(error.code(), "there is no " + name);
    case ErrorCode::kPermission:
      return Error(error.code(), "only root may read " + name);
    default:
      return Error(error.code(), name + " cannot be read");
  }
}

Error malformed(std::string_view name, std::string_view what) {
  return Error(ErrorCode::kMalformed, std::string(name) + " says '" + std::string(what) + "'");
}

}  // namespace

Machine::Machine(platform::Path root, SystemAnswers answers)
    : root_(std::move(root)), answers_(std::move(answers)) {}

Machine Machine::this_one() {
  SystemAnswers answers;
  const platform::KernelName kernel = platform::kernel_name();
  answers.architecture = kernel.architecture;
  answers.kernel_name = kernel.name;
  answers.kernel_release = kernel.release;
  answers.kernel_version = kernel.version;
  answers.host_name = fact(platform::host_name(), "gethostname");
  answers.allowed_threads = Fact<int64_t>::known(platform::allowed_cores(), "sched_getaffinity");
  answers.is_root = platform::is_root();
  answers.ticks_per_second = platform::clock_ticks_per_second();
  answers.environment = platform::all_environment_variables();
  return Machine("/", std::move(answers));
}

platform::Path Machine::inside(std::string_view path) const {
  IBID_CHECK(path.starts_with('/'), "a path on the machine is absolute");
  return root_ / path.substr(1);
}

Result<std::string> Machine::read(std::string_view path) const {
  Result<std::string> content = platform::read_file(inside(path), kMaxBytes);
  if (!content.ok()) return reading_error(content.error(), path);
  return content;
}

Result<std::string> Machine::read_line(std::string_view path) const {
  IBID_ASSIGN(const std::string content, read(path));
  const std::string line(trim(std::string_view(content).substr(0, content.find('\n'))));
  if (line.empty()) return Error(ErrorCode::kMalformed, std::string(path) + " is empty");
  return line;
}

Result<int64_t> Machine::read_integer(std::string_view path) const {
  IBID_ASSIGN(const std::string line, read_line(path));
  const auto value = parse_int64(line);
  if (!value) return malformed(path, line);
  return *value;
}

std::vector<std::string> Machine::names(std::string_view folder) const {
  std::vector<std::string> names;
  const auto entries = platform::list_sorted(inside(folder));
  if (!entries.ok()) return names;
  for (const platform::Path& entry : entries.value()) names.push_back(entry.filename().string());
  return names;
}

bool Machine::exists(std::string_view path) const { return platform::path_exists(inside(path)); }

Result<std::string> Machine::link(std::string_view path) const {
  std::error_code code;
  const platform::Path target = std::filesystem::read_symlink(inside(path), code);
  if (code) return Error(ErrorCode::kNotFound, std::string(path) + " is no link");
  return target.string();
}

Fact<std::string> line_fact(const Machine& machine, const std::string& path) {
  return fact(machine.read_line(path), path);
}

Fact<int64_t> integer_fact(const Machine& machine, const std::string& path) {
  return fact(machine.read_integer(path), path);
}

KeyValues::KeyValues(std::string_view text, char separator) {
  for (const std::string& line : split(text, '\n')) {
    const size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    std::string key(trim(std::string_view(line).substr(0, at)));
    if (!has(key)) pairs_.emplace_back(std::move(key), trim(std::string_view(line).substr(at + 1)));
  }
}

bool KeyValues::has(std::string_view key) const {
  for (const auto& [name, value] : pairs_) {
    if (name == key) return true;
  }
  return false;
}

Result<std::string> KeyValues::text(std::string_view key, std::string_view name) const {
  for (const auto& [found, value] : pairs_) {
    if (found == key && !value.empty()) return value;
  }
  return Error(ErrorCode::kNotFound, std::string(name) + " has no '" + std::string(key) + "'");
}

Result<int64_t> KeyValues::integer(std::string_view key, std::string_view name) const {
  IBID_ASSIGN(const std::string value, text(key, name));
  const auto number = parse_int64(value.substr(0, value.find(' ')));
  if (!number) return malformed(std::string(name) + ", '" + std::string(key) + "',", value);
  return *number;
}

Result<int64_t> count_in_list(std::string_view list, std::string_view name) {
  int64_t count = 0;
  for (const std::string& range : split(trim(list), ',')) {
    const size_t dash = range.find('-');
    const auto first = parse_int64(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_int64(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > (1 << 20)) return malformed(name, list);
    count += *last - *first + 1;
  }
  return count;
}

}  // namespace ibid::hardware
