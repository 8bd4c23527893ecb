#include "platform/cgroup.h"

#include <algorithm>
#include <string>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::platform {
namespace {

// The path in /proc/self/cgroup may be that outside a container, where the mounted tree begins at the
// container's own group; so every level from the named one up to the root is looked at.
std::vector<Path> levels(const Path& controller_root, const std::string& group) {
  std::vector<Path> found;
  Path relative = Path(group).relative_path();
  for (;;) {
    found.push_back(controller_root / relative);
    if (relative.empty()) return found;
    relative = relative.parent_path();
  }
}

std::optional<std::string> setting(const Path& path) {
  constexpr int64_t kMaxBytes = 4096;
  const Result<std::string> content = read_file(path, kMaxBytes);
  if (!content.ok()) return std::nullopt;
  return std::string(trim(content.value()));
}

std::optional<int64_t> integer_setting(const Path& path) {
  const auto text = setting(path);
  return text ? parse_int64(*text) : std::nullopt;
}

std::optional<double> quotient(std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // -1: no limit
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

void tighten_cpus(CgroupLimits& limits, std::optional<double> cpus, const Path& file) {
  if (!cpus || (limits.cpus && *limits.cpus <= *cpus)) return;
  limits.cpus = cpus;
  limits.cpus_file = file;
}

// Levels come from the innermost out, so that without a limit the first one's use stays.
void tighten_memory(CgroupLimits& limits, std::optional<int64_t> bytes, const Path& file,
                    const Path& used_file) {
  const bool tighter = bytes && (!limits.memory_bytes || *bytes < *limits.memory_bytes);
  if (tighter) {
    limits.memory_bytes = bytes;
    limits.memory_file = file;
  }
  if (!tighter && limits.memory_used_bytes) return;
  const auto used = integer_setting(used_file);
  if (!used) return;
  limits.memory_used_bytes = used;
  limits.memory_used_file = used_file;
}

bool is_group(const Path& level) { return path_exists(level / "cgroup.procs"); }

void read_version_2(const Path& root, const std::string& group, CgroupLimits& limits) {
  for (const Path& level : levels(root, group)) {
    const Path cpu = level / "cpu.max", memory = level / "memory.max";
    if (const auto text = setting(cpu)) {  // "200000 100000" or "max 100000"
      const std::vector<std::string> parts = split(*text, ' ');
      if (parts.size() == 2)
        tighten_cpus(limits, quotient(parse_int64(parts[0]), parse_int64(parts[1])), cpu);
    }
    tighten_memory(limits, integer_setting(memory), memory, level / "memory.current");
    limits.shows_cpus |= is_group(level);
    limits.shows_memory |= is_group(level);
  }
}

void read_version_1(const Path& root, const std::string& controllers, const std::string& group,
                    CgroupLimits& limits) {
  const std::vector<std::string> names = split(controllers, ',');
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  // Mounted under the list of controllers, or under one of them.
  for (const std::string& mount : {controllers, std::string("cpu"), std::string("memory")}) {
    for (const Path& level : levels(root / mount, group)) {
      if (has("cpu")) {
        const Path quota = level / "cpu.cfs_quota_us";
        tighten_cpus(limits, quotient(integer_setting(quota), integer_setting(level / "cpu.cfs_period_us")),
                     quota);
        limits.shows_cpus |= path_exists(quota);
      }
      if (!has("memory")) continue;
      const Path file = level / "memory.limit_in_bytes";
      auto memory = integer_setting(file);
      if (memory && *memory >= int64_t{1} << 60) memory.reset();  // more means: no limit
      tighten_memory(limits, memory, file, level / "memory.usage_in_bytes");
      limits.shows_memory |= path_exists(file);
    }
  }
}

}  // namespace

CgroupLimits cgroup_limits(const Path& membership, const Path& root) {
  CgroupLimits limits;
  const Result<std::string> groups = read_file(membership);
  if (!groups.ok()) return limits;
  for (const std::string& line : split(groups.value(), '\n')) {  // "4:cpu,cpuacct:/group" or "0::/group"
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      read_version_2(root, group, limits);
      read_version_2(root / "unified", group, limits);
    } else {
      read_version_1(root, controllers, group, limits);
    }
  }
  return limits;
}

}  // namespace ibid::platform
