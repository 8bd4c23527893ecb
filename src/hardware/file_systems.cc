#include "hardware/file_systems.h"

#include <algorithm>
#include <array>

#include "hardware/mounts.h"

namespace ibid::hardware {
namespace {

constexpr const char* kMounts = "/proc/self/mountinfo";

// File systems that kernel or container runtimes make for their own purposes.
constexpr auto kPseudoTypes = std::to_array<std::string_view>(
    {"autofs",     "binder",      "binfmt_misc", "bpf",       "cgroup",     "cgroup2",
     "configfs",   "debugfs",     "devpts",      "devtmpfs",  "efivarfs",   "fuse.gvfsd-fuse",
     "fuse.lxcfs", "fuse.portal", "fusectl",     "hugetlbfs", "mqueue",     "nsfs",
     "nfsd",       "proc",        "pstore",      "ramfs",     "rpc_pipefs", "securityfs",
     "selinuxfs",  "squashfs",    "sysfs",       "tracefs"});

constexpr auto kNetworkTypes = std::to_array<std::string_view>(
    {"9p",        "acfs",           "afs",       "beegfs",     "ceph",        "cifs",  "coda",
     "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "fuse.rclone", "gfs2",  "glusterfs",
     "gpfs",      "lustre",         "ncpfs",     "nfs",        "nfs4",        "ocfs2", "orangefs",
     "panfs",     "smb3",           "smbfs",     "virtiofs",   "wekafs"});

// Where runtimes keep the file systems of containers, and what they lay over single files.
constexpr auto kRuntimeFolders = std::to_array<std::string_view>(
    {"/proc/", "/sys/", "/dev/mqueue", "/snap/", "/var/lib/docker/", "/var/lib/containers/",
     "/var/lib/kubelet/", "/run/containerd/", "/run/credentials/", "/run/user/"});
constexpr auto kLaidOverFiles = std::to_array<std::string_view>(
    {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/dev/termination-log"});

// Folders for data in memory that programs use like a disk: loaders of training data share their batches
// there.
constexpr auto kMemoryFolders = std::to_array<std::string_view>({"/tmp", "/var/tmp", "/dev/shm"});

// Options of a file system that matter; others may hold names, addresses or passwords.
constexpr auto kShownOptions =
    std::to_array<std::string_view>({"sync", "async", "dirsync", "discard", "barrier", "nobarrier", "hard",
                                     "soft", "noac", "dax", "nolock", "metacopy", "volatile"});
constexpr auto kShownSettings = std::to_array<std::string_view>(
    {"data=", "errors=", "compress=", "compress-force=", "vers=", "proto=", "cache=", "size=", "stripe="});

template <class Range>
bool contains(const Range& range, std::string_view text) {
  return std::ranges::find(range, text) != std::ranges::end(range);
}

bool holds_data(const Mount& mount) {
  if (contains(kPseudoTypes, mount.type) || contains(kLaidOverFiles, mount.mount_point)) return false;
  if (mount.type == "tmpfs") return contains(kMemoryFolders, mount.mount_point);
  return std::ranges::none_of(kRuntimeFolders,
                              [&](std::string_view folder) { return mount.mount_point.starts_with(folder); });
}

// A file system that can be written to may be mounted read-only, and the other way round.
std::vector<std::string> shown_options(const Mount& mount) {
  std::vector<std::string> shown = mount.options;
  for (const std::string& option : mount.file_system_options) {
    if (option == "ro") std::ranges::replace(shown, "rw", "ro");
    const bool setting = std::ranges::any_of(
        kShownSettings, [&](std::string_view start) { return option.starts_with(start); });
    if ((setting || contains(kShownOptions, option)) && !contains(shown, option)) shown.push_back(option);
  }
  return shown;
}

bool may_not_answer(const Mount& mount) {
  return contains(kNetworkTypes, mount.type) || mount.type.starts_with("fuse.") || mount.type == "fuse";
}

void measure(const Machine& machine, const Mount& mount, FileSystem& facts) {
  const auto both = [&facts](const std::string& reason) {
    facts.size_bytes = facts.free_bytes = Fact<int64_t>::unknown(reason);
  };
  if (may_not_answer(mount)) return both("not asked, because a dead server would hold up the report");
  if (!machine.answers().space) return both("the capture does not hold what statvfs says");
  const auto space = machine.answers().space(mount.mount_point);
  if (!space.ok()) return both(space.error().message());
  facts.size_bytes = Fact<int64_t>::known(space.value().size_bytes, "statvfs");
  facts.free_bytes = Fact<int64_t>::known(space.value().free_bytes, "statvfs");
}

FileSystem collect_one(const Machine& machine, const Mount& mount) {
  FileSystem facts;
  facts.mount_point = Fact<std::string>::known(mount.mount_point, kMounts);
  facts.type = Fact<std::string>::known(mount.type, kMounts);
  facts.device = Fact<std::string>::known(mount.device, kMounts);
  facts.options = Fact<std::vector<std::string>>::known(shown_options(mount), kMounts);
  facts.network = Fact<bool>::known(contains(kNetworkTypes, mount.type), kMounts);
  measure(machine, mount, facts);
  return facts;
}

// Runtimes mount single files of the host into containers, such as the programs and libraries of a driver.
// File systems that may not answer are not asked.
bool is_single_file(const Machine& machine, const Mount& mount) {
  return mount.root != "/" && !may_not_answer(mount) && machine.is_file(mount.mount_point);
}

// Of file systems mounted over one another only the last can be reached.
bool is_covered(const std::vector<Mount>& mounts, size_t i) {
  for (size_t later = i + 1; later < mounts.size(); ++later) {
    if (mounts[later].mount_point == mounts[i].mount_point) return true;
  }
  return false;
}

}  // namespace

FactList<FileSystem> collect_file_systems(const Machine& machine) {
  const auto text = machine.read(kMounts);
  if (!text.ok()) return FactList<FileSystem>::unknown(text.error().message());
  const std::vector<Mount> mounts = parse_mounts(text.value());
  if (mounts.empty()) return FactList<FileSystem>::unknown(std::string(kMounts) + " shows no file system");
  std::vector<FileSystem> found;
  for (size_t i = 0; i < mounts.size(); ++i) {
    const bool counts = holds_data(mounts[i]) && !is_covered(mounts, i);
    if (counts && !is_single_file(machine, mounts[i])) found.push_back(collect_one(machine, mounts[i]));
  }
  return FactList<FileSystem>::known(std::move(found), kMounts);
}

}  // namespace ibid::hardware
