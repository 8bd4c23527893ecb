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

template <class Number>
void tighten(std::optional<Number>& limit, std::optional<Number> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

std::optional<double> quotient(std::optional<int64_t> quota, std::optional<int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // -1: no limit
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

void read_version_2(const Path& root, const std::string& group, CgroupLimits& limits) {
  for (const Path& level : levels(root, group)) {
    if (const auto text = setting(level / "cpu.max")) {  // "200000 100000" or "max 100000"
      const std::vector<std::string> parts = split(*text, ' ');
      if (parts.size() == 2) tighten(limits.cpus, quotient(parse_int64(parts[0]), parse_int64(parts[1])));
    }
    tighten(limits.memory_bytes, integer_setting(level / "memory.max"));
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
        tighten(limits.cpus, quotient(integer_setting(level / "cpu.cfs_quota_us"),
                                      integer_setting(level / "cpu.cfs_period_us")));
      }
      if (!has("memory")) continue;
      const auto memory = integer_setting(level / "memory.limit_in_bytes");
      if (memory && *memory < int64_t{1} << 60) tighten(limits.memory_bytes, memory);  // more means: no limit
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
