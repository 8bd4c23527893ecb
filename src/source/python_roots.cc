#include "source/python_roots.h"

#include <algorithm>

#include "base/hex.h"
#include "base/text.h"
#include "environment/packages.h"
#include "environment/python.h"

namespace ibid::source {
namespace {

using environment::PythonAnswers;
using environment::Subject;

bool has_part(const std::string& path, std::string_view wanted) {
  return std::ranges::any_of(split(path, '/'), [wanted](const std::string& part) { return part == wanted; });
}

// The folders of the interpreter's own modules: PREFIX/lib/python3.11 and what is in it.
bool is_standard_library(const std::string& path, const Json& answers) {
  for (const char* key : {"prefix", "base_prefix"}) {
    if (!answers.is_object() || !answers.contains(key) || !answers[key].is_string()) continue;
    const std::string prefix = answers[key].get<std::string>();
    for (const char* lib : {"/lib/python", "/lib64/python"}) {
      if (path.starts_with((prefix == "/" ? "" : prefix) + lib)) return true;
    }
  }
  return false;
}

// "file:///src/a%20b" -> "/src/a b"; empty for anything else.
std::string path_of_url(std::string_view url) {
  if (!url.starts_with("file://")) return {};
  url.remove_prefix(7);
  if (url.starts_with("localhost/")) url.remove_prefix(9);
  std::string path;
  for (size_t i = 0; i < url.size(); ++i) {
    const auto byte = url[i] == '%' && i + 2 < url.size() ? parse_hex(url.substr(i + 1, 2)) : std::nullopt;
    path += byte ? static_cast<char>(*byte) : url[i];
    i += byte ? 2 : 0;
  }
  return path.starts_with('/') ? path : "";
}

}  // namespace

std::vector<CaptureRoot> python_roots(const Subject& subject, const PythonAnswers& answers) {
  std::vector<CaptureRoot> roots;
  if (!answers.json.ok()) return roots;
  const std::vector<std::string> search_path = environment::module_search_path(answers);
  for (const std::string& path : search_path) {
    const bool installed = has_part(path, "site-packages") || has_part(path, "dist-packages");
    const bool is_archive = path.ends_with(".zip") || path.ends_with(".egg");
    if (!path.starts_with('/') || installed || is_archive || is_standard_library(path, answers.json.value()))
      continue;
    roots.push_back({.path = path, .origin = "sys.path of " + answers.executable, .required = false});
  }
  const auto packages = environment::collect_packages(subject, search_path, "there is no search path");
  for (const environment::Package& package : packages.items) {
    const bool editable = package.editable.is_known() && package.editable.value();
    if (!editable || !package.origin.is_known() || !package.name.is_known()) continue;
    const std::string path = path_of_url(package.origin.value());
    if (!path.empty())
      roots.push_back({.path = path,
                       .origin = "the package " + package.name.value() + ", installed to be edited",
                       .required = false});
  }
  return roots;
}

}  // namespace ibid::source
