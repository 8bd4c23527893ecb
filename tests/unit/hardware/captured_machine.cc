#include "captured_machine.h"

#include <fstream>

#include "base/json.h"

namespace ibid::test {
namespace {

using hardware::SystemAnswers;
using report::Fact;

// A value, or {"unknown": reason}.
template <class T>
Fact<T> answer(const Json& answers, const char* key, const char* source) {
  const Json& value = answers.at(key);
  if (value.is_object()) return Fact<T>::unknown(value.at("unknown").get<std::string>());
  return Fact<T>::known(value.get<T>(), source);
}

Result<platform::FileSystemSpace> space(const Json& spaces, const std::string& mount_point) {
  if (!spaces.contains(mount_point))
    return Error(ErrorCode::kNotFound, "answers.json has no space for " + mount_point);
  const Json& numbers = spaces.at(mount_point);
  return platform::FileSystemSpace{numbers.at(0).get<int64_t>(), numbers.at(1).get<int64_t>()};
}

SystemAnswers parse_answers(const Json& json) {
  SystemAnswers answers;
  answers.architecture = json.at("architecture").get<std::string>();
  answers.kernel_name = json.at("kernel_name").get<std::string>();
  answers.kernel_release = json.at("kernel_release").get<std::string>();
  answers.kernel_version = json.at("kernel_version").get<std::string>();
  answers.host_name = answer<std::string>(json, "host_name", "gethostname");
  answers.allowed_threads = answer<int64_t>(json, "allowed_threads", "sched_getaffinity");
  answers.page_bytes = answer<int64_t>(json, "page_bytes", "sysconf");
  answers.c_library = answer<std::string>(json, "c_library", "confstr");
  answers.hypervisor = answer<std::string>(json, "hypervisor", "cpuid, leaf 0x40000000");
  answers.is_root = json.at("is_root").get<bool>();
  answers.denied = json.at("denied").get<std::vector<std::string>>();
  answers.space = [spaces = json.at("space")](const std::string& mount_point) {
    return space(spaces, mount_point);
  };
  return answers;
}

platform::Path machines() { return platform::Path(IBID_SOURCE_DIR) / "tests/fixtures/machines"; }

}  // namespace

hardware::Machine captured_machine(const std::string& name) {
  const platform::Path folder = captured_machine_folder(name);
  const std::string text = platform::read_file(folder / "answers.json").value();
  return {folder, parse_answers(parse_json(text, "answers.json").value())};
}

std::vector<std::string> captured_machine_names() {
  std::vector<std::string> names;
  for (const platform::Path& folder : platform::list_sorted(machines()).value())
    names.push_back(folder.filename().string());
  return names;
}

platform::Path captured_machine_folder(const std::string& name) { return machines() / name; }

hardware::Machine bare_machine(const platform::Path& root) { return {root, {}}; }

void put(const platform::Path& root, const std::string& path, const std::string& content) {
  const platform::Path file = root / path;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

}  // namespace ibid::test
