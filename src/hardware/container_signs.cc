#include "hardware/container_signs.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ibid::hardware {
namespace {

constexpr size_t kIdDigits = 64;

struct Pattern {
  std::string_view part, kind;
};
// The most telling first: Kubernetes has containers made by others.
constexpr auto kPatterns = std::to_array<Pattern>({{"kubepods", "kubernetes"},
                                                   {"libpod", "podman"},
                                                   {"docker", "docker"},
                                                   {"cri-containerd", "containerd"},
                                                   {"containerd", "containerd"},
                                                   {"crio-", "cri-o"},
                                                   {"lxc.payload", "lxc"},
                                                   {"/lxc/", "lxc"},
                                                   {"systemd-nspawn", "systemd-nspawn"}});

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// The last run of exactly so many digits.
std::optional<std::string> last_id(std::string_view text) {
  std::optional<std::string> found;
  size_t run = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && is_hexadecimal(text[i])) {
      ++run;
      continue;
    }
    if (run == kIdDigits) found = std::string(text.substr(i - run, run));
    run = 0;
  }
  return found;
}

// "/lxc.payload.NAME/..." and "/lxc/NAME/...".
std::optional<std::string> lxc_name(std::string_view group) {
  for (std::string_view start : {std::string_view("lxc.payload."), std::string_view("/lxc/")}) {
    const size_t at = group.find(start);
    if (at == std::string_view::npos) continue;
    std::string_view name = group.substr(at + start.size());
    name = name.substr(0, name.find('/'));
    if (!name.empty()) return std::string(name);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ContainerSign> container_in_cgroups(std::string_view text) {
  for (const Pattern& pattern : kPatterns) {
    for (const std::string& line : split(text, '\n')) {
      // The service that runs containers is in no container itself.
      if (line.find(pattern.part) == std::string::npos || line.ends_with(".service")) continue;
      const bool has_name = pattern.kind == "lxc";
      return ContainerSign{std::string(pattern.kind), has_name ? lxc_name(line) : last_id(line)};
    }
  }
  return std::nullopt;
}

std::optional<std::string> container_id_in_path(std::string_view path) {
  for (std::string_view folder :
       {std::string_view("/containers/"), std::string_view("/overlay-containers/")}) {
    const size_t at = path.find(folder);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + folder.size());
    const std::string_view id = rest.substr(0, rest.find('/'));
    if (id.size() == kIdDigits && std::ranges::all_of(id, is_hexadecimal)) return std::string(id);
  }
  return std::nullopt;
}

}  // namespace ibid::hardware
