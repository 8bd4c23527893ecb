#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/cgroup.h"
#include "platform/file.h"
#include "platform/file_system.h"
#include "platform/file_tree.h"
#include "report/fact.h"

namespace ibid::hardware {

using report::Fact;
using report::FactList;

// What the kernel answers to system calls rather than in files.
struct SystemAnswers {
  std::string architecture;  // "x86_64"
  std::string kernel_name, kernel_release, kernel_version;
  Fact<std::string> host_name;
  Fact<int64_t> allowed_threads;  // by the affinity mask of this process
  Fact<int64_t> page_bytes;
  Fact<std::string> c_library;   // "glibc 2.36"
  Fact<std::string> hypervisor;  // as platform::hypervisor_signature() says; empty: there is none
  // Asked for each file system when its turn comes; null: nobody can be asked.
  std::function<Result<platform::FileSystemSpace>(const std::string& mount_point)> space;
  // Files that this user may not read. A captured machine names them, whoever looks at the capture.
  std::vector<std::string> denied;
  bool is_root = false;
  int64_t ticks_per_second = 100;                  // in which /proc counts processor time
  std::map<std::string, std::string> environment;  // of this process, by name
};

// The machine that collectors look at: the files under `root` and what the kernel answers. Collectors reach
// for nothing else, so that a captured machine is as good as this one. Errors name paths as that machine has
// them and say what would help; they are the reasons of unknown facts.
class Machine {
 public:
  Machine(platform::Path root, SystemAnswers answers);
  static Machine this_one();

  // Paths are absolute: "/proc/cpuinfo".
  Result<std::string> read(std::string_view path) const;
  // The first line without blanks around it; an empty one is an error.
  Result<std::string> read_line(std::string_view path) const;
  Result<int64_t> read_integer(std::string_view path) const;
  // Names in a folder, in byte order; none if there is no such folder or it may not be read.
  std::vector<std::string> names(std::string_view folder) const;
  bool exists(std::string_view path) const;
  // Whether there is something that is no folder.
  bool is_file(std::string_view path) const;
  // Where a symbolic link leads, as written in it.
  Result<std::string> link(std::string_view path) const;

  // What the control groups of this process allow. The files in it are named as the machine has them.
  platform::CgroupLimits cgroup_limits() const;

  const SystemAnswers& answers() const { return answers_; }

 private:
  Result<void> allowed(std::string_view path) const;

  platform::Path root_;
  platform::FileTree files_;
  SystemAnswers answers_;
};

template <class T>
Fact<T> fact(Result<T> result, std::string source) {
  if (!result.ok()) return Fact<T>::unknown(result.error().message());
  return Fact<T>::known(std::move(result).value(), std::move(source));
}

// A file with one line, or one number, is its own source.
Fact<std::string> line_fact(const Machine& machine, const std::string& path);
Fact<int64_t> integer_fact(const Machine& machine, const std::string& path);

// "key<separator>value" lines; a key that comes twice keeps its first value.
class KeyValues {
 public:
  KeyValues(std::string_view text, char separator);
  bool has(std::string_view key) const;
  // Empty values count as missing. `name` is the file's, for the error.
  Result<std::string> text(std::string_view key, std::string_view name) const;
  Result<int64_t> integer(std::string_view key, std::string_view name) const;
  // "24684092 kB" in bytes.
  Result<int64_t> kibibytes(std::string_view key, std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// The lists in which the kernel names processors and nodes: "0-3,8". Malformed text is an error; `name` is
// the file's.
Result<std::vector<int64_t>> numbers_in_list(std::string_view list, std::string_view name);
// The same, the other way round: numbers in order to "0-3,8".
std::string list_of_numbers(const std::vector<int64_t>& numbers);

}  // namespace ibid::hardware
