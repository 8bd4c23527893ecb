#include "hardware/mapped_library.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::hardware {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "12.4.127" of "libcudart.so.12.4.127"; a name with the major number alone has no version.
std::string version_in_name(std::string_view name) {
  const size_t at = name.find(".so.");
  if (at == std::string_view::npos) return {};
  const std::string_view version = name.substr(at + 4);
  const bool is_number = version.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_number && version.find('.') != std::string_view::npos ? std::string(version) : std::string();
}

// .../site-packages/nvidia/cudnn/lib/libcudnn.so.9 belongs to
// .../site-packages/nvidia_cudnn_cu12-V.dist-info.
std::string version_of_package(const Machine& machine, const std::string& file) {
  const size_t at = file.find("/nvidia/");
  if (at == std::string::npos) return {};
  const size_t start = at + std::string_view("/nvidia/").size();
  const std::string package = "nvidia_" + file.substr(start, file.find('/', start) - start);
  constexpr std::string_view kEnd = ".dist-info";
  for (const std::string& name : machine.names(file.substr(0, at))) {
    const bool fits = name.starts_with(package + "_cu") || name.starts_with(package + "-");
    if (!fits || !name.ends_with(kEnd)) continue;
    const size_t dash = name.find('-');
    return name.substr(dash + 1, name.size() - kEnd.size() - dash - 1);
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> mapped_files(const Machine& machine, int64_t process) {
  const std::string path = "/proc/" + number_text(process) + "/maps";
  IBID_ASSIGN(const std::string text, machine.read(path));
  std::vector<std::string> files;
  for (const std::string& line : split(text, '\n')) {
    const size_t at = line.find('/');
    if (at == std::string::npos) continue;
    std::string file = line.substr(at);
    if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
  }
  return files;
}

std::optional<std::string> find_library(const std::vector<std::string>& files, std::string_view stem) {
  for (const std::string& file : files) {
    const std::string_view name = file_name(file);
    if (!name.starts_with(stem) || name.find(".so") == std::string_view::npos) continue;
    // "libcublasLt.so.12" is not libcublas.
    const std::string_view rest = name.substr(stem.size());
    if (rest.starts_with('.') || rest.starts_with('-')) return file;
  }
  return std::nullopt;
}

Result<std::string> version_of_file(const Machine& machine, const std::string& file) {
  std::string version = version_in_name(file_name(file));
  if (const auto link = machine.link(file); version.empty() && link.ok())
    version = version_in_name(file_name(link.value()));
  if (version.empty()) version = version_of_package(machine, file);
  if (!version.empty()) return version;
  return Error(ErrorCode::kNotFound, "neither the name of " + file + " nor its Python package has a version");
}

}  // namespace ibid::hardware
