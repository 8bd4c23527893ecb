#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ibid::hardware {

struct Mount {
  std::string root;         // the folder of the file system that is mounted
  std::string mount_point;  // as this process sees it
  std::vector<std::string> options, file_system_options;
  std::string type, device;
};

// Reads /proc/self/mountinfo; lines that are not as they have to be are left out.
std::vector<Mount> parse_mounts(std::string_view text);

}  // namespace ibid::hardware
