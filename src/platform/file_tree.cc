#include "platform/file_tree.h"

#include <system_error>

#include "base/check.h"
#include "base/number_text.h"
#include "base/text.h"

namespace ibid::platform {
namespace {

Error reading_error(const Error& error, std::string_view path) {
  const std::string name(path);
  switch (error.code()) {
    case ErrorCode::kNotFound:
      return Error(error.code(), "there is no " + name);
    case ErrorCode::kPermission:
      return Error(error.code(), "only root may read " + name);
    default:
      return Error(error.code(), name + " cannot be read");
  }
}

}  // namespace

Path FileTree::inside(std::string_view path) const {
  IBID_CHECK(path.starts_with('/'), "a path on the machine is absolute");
  return root_ / path.substr(1);
}

Result<std::string> FileTree::read(std::string_view path, int64_t max_bytes) const {
  Result<std::string> content = read_file(inside(path), max_bytes);
  if (!content.ok()) return reading_error(content.error(), path);
  return content;
}

Result<std::string> FileTree::read_line(std::string_view path) const {
  IBID_ASSIGN(const std::string content, read(path));
  const std::string line(trim(std::string_view(content).substr(0, content.find('\n'))));
  if (line.empty()) return Error(ErrorCode::kMalformed, std::string(path) + " is empty");
  return line;
}

Result<int64_t> FileTree::read_integer(std::string_view path) const {
  IBID_ASSIGN(const std::string line, read_line(path));
  const auto value = parse_int64(line);
  if (!value) return Error(ErrorCode::kMalformed, std::string(path) + " says '" + line + "'");
  return *value;
}

std::vector<std::string> FileTree::names(std::string_view folder) const {
  std::vector<std::string> names;
  const auto entries = list_sorted(inside(folder));
  if (!entries.ok()) return names;
  for (const Path& entry : entries.value()) names.push_back(entry.filename().string());
  return names;
}

bool FileTree::exists(std::string_view path) const { return path_exists(inside(path)); }

Result<std::string> FileTree::link(std::string_view path) const {
  std::error_code code;
  const Path target = std::filesystem::read_symlink(inside(path), code);
  if (code) return Error(ErrorCode::kNotFound, std::string(path) + " is no link, or may not be read");
  return target.string();
}

}  // namespace ibid::platform
