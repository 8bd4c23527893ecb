#include "hardware/machine.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/environment.h"
#include "platform/hypervisor.h"
#include "platform/machine.h"

namespace ibid::hardware {
namespace {

Error malformed(std::string_view name, std::string_view what) {
  constexpr size_t kMostShown = 80;
  what = what.substr(0, kMostShown);
  return Error(ErrorCode::kMalformed, std::string(name) + " says '" + std::string(what) + "'");
}

}  // namespace

Machine::Machine(platform::Path root, SystemAnswers answers)
    : root_(std::move(root)), files_(root_), answers_(std::move(answers)) {}

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
  answers.page_bytes = fact(platform::page_bytes(), "sysconf");
  answers.c_library = fact(platform::c_library(), "confstr");
  answers.hypervisor = fact(platform::hypervisor_signature(), "cpuid, leaf 0x40000000");
  answers.space = [](const std::string& mount_point) { return platform::file_system_space(mount_point); };
  answers.ticks_per_second = platform::clock_ticks_per_second();
  answers.environment = platform::all_environment_variables();
  return Machine("/", std::move(answers));
}

Result<void> Machine::allowed(std::string_view path) const {
  if (std::ranges::find(answers_.denied, path) == answers_.denied.end()) return {};
  return Error(ErrorCode::kPermission, "only root may read " + std::string(path));
}

Result<std::string> Machine::read(std::string_view path) const {
  IBID_TRY(allowed(path));
  Result<std::string> content = files_.read(path);
  // In a container root may be refused too.
  if (!content.ok() && content.error().code() == ErrorCode::kPermission && answers_.is_root)
    return Error(ErrorCode::kPermission, std::string(path) + " may not be read, not even by root here");
  return content;
}

Result<std::string> Machine::read_line(std::string_view path) const {
  IBID_TRY(allowed(path));
  return files_.read_line(path);
}

Result<int64_t> Machine::read_integer(std::string_view path) const {
  IBID_TRY(allowed(path));
  return files_.read_integer(path);
}

std::vector<std::string> Machine::names(std::string_view folder) const { return files_.names(folder); }

bool Machine::exists(std::string_view path) const { return files_.exists(path); }

bool Machine::is_file(std::string_view path) const {
  return files_.exists(path) && !platform::is_folder(files_.inside(path));
}

Result<std::string> Machine::link(std::string_view path) const { return files_.link(path); }

platform::CgroupLimits Machine::cgroup_limits() const {
  platform::CgroupLimits limits =
      platform::cgroup_limits(files_.inside("/proc/self/cgroup"), files_.inside("/sys/fs/cgroup"));
  for (platform::Path* file : {&limits.cpus_file, &limits.memory_file, &limits.memory_used_file}) {
    if (!file->empty()) *file = "/" / file->lexically_relative(root_);
  }
  return limits;
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

Result<int64_t> KeyValues::kibibytes(std::string_view key, std::string_view name) const {
  IBID_ASSIGN(const int64_t number, integer(key, name));
  if (number < 0 || number > (int64_t{1} << 52)) {
    return malformed(std::string(name) + ", '" + std::string(key) + "',", number_text(number));
  }
  return number * 1024;
}

Result<std::vector<int64_t>> numbers_in_list(std::string_view list, std::string_view name) {
  constexpr int64_t kMost = 1 << 20;
  std::vector<int64_t> numbers;
  for (const std::string& range : split(trim(list), ',')) {
    const size_t dash = range.find('-');
    const auto first = parse_int64(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_int64(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > kMost) return malformed(name, list);
    if (static_cast<int64_t>(numbers.size()) + *last - *first >= kMost) return malformed(name, list);
    for (int64_t number = *first; number <= *last; ++number) numbers.push_back(number);
  }
  return numbers;
}

std::string list_of_numbers(const std::vector<int64_t>& numbers) {
  std::string list;
  for (size_t i = 0, next = 0; i < numbers.size(); i = next) {
    next = i + 1;
    while (next < numbers.size() && numbers[next] == numbers[next - 1] + 1) ++next;
    list += (list.empty() ? "" : ",") + number_text(numbers[i]);
    if (next > i + 1) list += "-" + number_text(numbers[next - 1]);
  }
  return list;
}

}  // namespace ibid::hardware
