#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ibid::hardware {

// What the text of /proc/*/cgroup tells of a container: groups are named after what made them.
struct ContainerSign {
  std::string kind;               // "docker", "podman", "kubernetes", "containerd", "lxc", "systemd-nspawn"
  std::optional<std::string> id;  // or, where containers have names, the name
};

std::optional<ContainerSign> container_in_cgroups(std::string_view text);

// The id in a path that a runtime mounts into its containers: 64 hexadecimal digits after a folder of
// containers.
std::optional<std::string> container_id_in_path(std::string_view path);

}  // namespace ibid::hardware
