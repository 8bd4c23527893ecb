#include "cli/json_differences.h"

namespace ibid::cli {
namespace {

void collect_differences(const std::string& path, const Json& a, const Json& b, Json& differences) {
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, value] : a.items()) {
      collect_differences(path.empty() ? key : path + "." + key, value, b.value(key, Json()), differences);
    }
    for (const auto& [key, value] : b.items()) {
      if (!a.contains(key))
        collect_differences(path.empty() ? key : path + "." + key, Json(), value, differences);
    }
    return;
  }
  if (a != b) differences[path] = {a, b};
}

}  // namespace

Json differences_of(const Json& a, const Json& b) {
  Json differences = Json::object();
  collect_differences("", a, b, differences);
  return differences;
}

std::string differences_text(std::string_view title, const Json& differences) {
  if (differences.empty()) return "";
  std::string text = std::string(title) + "\n";
  for (const auto& [path, values] : differences.items())
    text += "  " + path + ": " + values[0].dump() + " / " + values[1].dump() + "\n";
  return text;
}

}  // namespace ibid::cli
