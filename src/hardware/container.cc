#include "hardware/container.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "hardware/container_signs.h"
#include "hardware/mounts.h"
#include "hardware/os_release.h"

namespace ibid::hardware {
namespace {

constexpr const char* kPodman = "/run/.containerenv";
constexpr const char* kMounts = "/proc/self/mountinfo";
constexpr auto kCgroups = std::to_array<const char*>({"/proc/self/cgroup", "/proc/1/cgroup"});

struct Signs {
  std::vector<Mount> mounts;
  bool shows_cgroups = false;
  std::optional<ContainerSign> in_cgroups;
  std::string cgroups_file;
  std::optional<std::string> id_in_mounts;
  std::string runtime;  // what the mounts' paths say made the container
};

void look_at_mounts(const Machine& machine, Signs& signs) {
  const auto text = machine.read(kMounts);
  if (!text.ok()) return;
  signs.mounts = parse_mounts(text.value());
  for (const Mount& mount : signs.mounts) {
    // Runtimes lay files of their own over these.
    const bool laid_over = mount.mount_point == "/etc/hosts" || mount.mount_point == "/etc/hostname" ||
                           mount.mount_point == "/etc/resolv.conf" || mount.mount_point == kPodman;
    if (!laid_over) continue;
    if (mount.root.find("/kubelet/pods/") != std::string::npos) signs.runtime = "kubernetes";
    const auto id = container_id_in_path(mount.root);
    if (!id || !signs.runtime.empty()) continue;
    signs.id_in_mounts = id;
    signs.runtime = mount.root.find("overlay-containers") == std::string::npos ? "docker" : "podman";
  }
}

Signs look(const Machine& machine) {
  Signs signs;
  for (const char* path : kCgroups) {
    const auto text = machine.read(path);
    if (!text.ok()) continue;
    signs.shows_cgroups = true;
    auto found = container_in_cgroups(text.value());
    if (!found || signs.in_cgroups) continue;
    signs.in_cgroups = std::move(found);
    signs.cgroups_file = path;
  }
  look_at_mounts(machine, signs);
  return signs;
}

const Mount* root_mount(const Signs& signs) {
  for (const Mount& mount : signs.mounts) {
    if (mount.mount_point == "/") return &mount;
  }
  return nullptr;
}

// A container's root is laid over an image; that of a machine is a whole disk.
bool root_is_a_disk(const Signs& signs) {
  const Mount* root = root_mount(signs);
  return root != nullptr && root->root == "/" && root->device.starts_with("/dev/");
}

Fact<std::string> known(std::string kind, const std::string& source) {
  return Fact<std::string>::known(std::move(kind), source);
}

// Signs that the runtime leaves on purpose, each enough alone.
Fact<std::string> declared_kind(const Machine& machine) {
  const std::string secrets = "/run/secrets/kubernetes.io", old_secrets = "/var/run/secrets/kubernetes.io";
  for (const std::string& path : {secrets, old_secrets}) {
    if (machine.exists(path)) return known("kubernetes", path);
  }
  if (machine.exists(kPodman)) return known("podman", kPodman);
  if (machine.exists("/.singularity.d")) return known("apptainer", "/.singularity.d");
  for (const char* path : {"/run/systemd/container", "/run/host/container-manager"}) {
    if (const auto line = machine.read_line(path); line.ok()) return known(line.value(), path);
  }
  return Fact<std::string>::unknown("nothing declares a container");
}

// What the first process was told by whoever started it; only root may look.
Fact<std::string> told_kind(const Machine& machine) {
  constexpr std::string_view kKey = "container=";
  const std::string path = "/proc/1/environ";
  const auto text = machine.read(path);
  if (!text.ok()) return Fact<std::string>::unknown(text.error().message());
  for (const std::string& entry : split(text.value(), '\0')) {
    if (entry.starts_with(kKey) && entry.size() > kKey.size())
      return known(entry.substr(kKey.size()), path + ", 'container'");
  }
  return Fact<std::string>::unknown(path + " has no 'container'");
}

// That nothing names a container shows that there is none only where nothing else looks like one.
Fact<std::string> none_or_unknown(const Machine& machine, const Signs& signs) {
  // The number of the first namespace of processes, the same in every kernel since 3.8.
  constexpr std::string_view kFirst = "pid:[4026531836]";
  const std::string spaces = "/proc/self/ns/pid";
  if (signs.mounts.empty() && !signs.shows_cgroups)
    return Fact<std::string>::unknown("neither " + std::string(kMounts) + " nor " + kCgroups[0] +
                                      " can be read");
  const auto space = machine.link(spaces);
  if (space.ok() && space.value() != kFirst)
    return Fact<std::string>::unknown(spaces +
                                      " shows a name space of its own, and nothing names what made it");
  const Mount* root = root_mount(signs);
  if (root != nullptr && root->type.find("overlay") != std::string::npos)
    return Fact<std::string>::unknown(
        "the root is an overlay, as in containers and live systems, and nothing names what made it");
  if (space.ok()) return known("none", spaces);
  return known("none", signs.mounts.empty() ? kCgroups[0] : kMounts);
}

Fact<std::string> kind(const Machine& machine, const Signs& signs) {
  const std::string docker = "/.dockerenv";
  if (signs.in_cgroups && signs.in_cgroups->kind == "kubernetes")
    return known("kubernetes", signs.cgroups_file);
  if (const Fact<std::string> declared = declared_kind(machine); declared.is_known()) return declared;
  if (signs.in_cgroups) return known(signs.in_cgroups->kind, signs.cgroups_file);
  if (!signs.runtime.empty()) return known(signs.runtime, kMounts);
  if (machine.exists(docker) && !root_is_a_disk(signs)) return known("docker", docker);
  if (const Fact<std::string> told = told_kind(machine); told.is_known()) return told;
  Fact<std::string> none = none_or_unknown(machine, signs);
  // An image of docker that was made the disk of a machine keeps the file.
  if (none.is_known() && machine.exists(docker)) none.also("docker", docker);
  return none;
}

Fact<std::string> podman_value(const Machine& machine, const std::string& key) {
  const auto text = machine.read(kPodman);
  if (!text.ok()) return Fact<std::string>::unknown(text.error().message());
  if (trim(text.value()).empty()) {
    return Fact<std::string>::unknown(std::string(kPodman) +
                                      " is empty: podman fills it for privileged containers alone");
  }
  return fact(shell_value(text.value(), key, kPodman), std::string(kPodman) + ", '" + key + "'");
}

void add(Fact<std::string>& fact, const std::optional<std::string>& value, const std::string& source) {
  if (value) fact.also(*value, source);
}

}  // namespace

Container collect_container(const Machine& machine) {
  const Signs signs = look(machine);
  Container container;
  container.kind = kind(machine, signs);
  if (!container.kind.is_known() || container.kind.value() == "none") {
    const std::string reason = container.kind.is_known() ? "this is no container" : container.kind.reason();
    container.id = container.image = container.image_digest = Fact<std::string>::unknown(reason);
    return container;
  }
  if (machine.exists(kPodman)) {
    container.id = podman_value(machine, "id");
    container.image = podman_value(machine, "image");
    container.image_digest = podman_value(machine, "imageid");
  } else {
    container.id = Fact<std::string>::unknown("neither control groups nor mounts show it");
    container.image = container.image_digest = Fact<std::string>::unknown(
        container.kind.value() + " does not tell its containers from which image they were made");
  }
  if (signs.in_cgroups) add(container.id, signs.in_cgroups->id, signs.cgroups_file);
  add(container.id, signs.id_in_mounts, kMounts);
  return container;
}

}  // namespace ibid::hardware
