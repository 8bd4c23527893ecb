#include "verify/operation_log.h"

#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"

namespace ibid::verify {
namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int64_t integer_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

bool flag_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::string shape_text(const Json& shape) {
  if (!shape.is_array()) return "";
  std::vector<std::string> sizes;
  for (const Json& size : shape) sizes.push_back(size.dump());
  return "(" + join(sizes, ", ") + (sizes.size() == 1 ? ",)" : ")");
}

std::vector<OperationValue> values_of(const Json& object, const char* name) {
  std::vector<OperationValue> values;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return values;
  for (const Json& value : *found) {
    values.push_back({.name = text_of(value, "name"),
                      .type = text_of(value, "type"),
                      .shape = value.contains("shape") ? shape_text(value["shape"]) : "",
                      .device = text_of(value, "device"),
                      .digest = text_of(value, "digest"),
                      .value = text_of(value, "value"),
                      .unwritten = flag_of(value, "unwritten")});
  }
  return values;
}

Operation operation_of(const Json& line) {
  Operation operation{.number = integer_of(line, "n"),
                      .step = integer_of(line, "step"),
                      .clock_ns = integer_of(line, "clock_ns"),
                      .op = text_of(line, "op"),
                      .at = text_of(line, "at"),
                      .code = text_of(line, "code"),
                      .module = text_of(line, "module"),
                      .node = text_of(line, "node"),
                      .forward_at = text_of(line, "forward_at"),
                      .forward_code = text_of(line, "forward_code"),
                      .backward = flag_of(line, "backward"),
                      .ever_new = flag_of(line, "ever_new"),
                      .generator = text_of(line, "generator"),
                      .arguments = {},
                      .inputs = values_of(line, "inputs"),
                      .outputs = values_of(line, "outputs"),
                      .kept = {}};
  if (const auto arguments = line.find("arguments"); arguments != line.end() && arguments->is_object()) {
    for (const auto& [name, value] : arguments->items())
      operation.arguments[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return operation;
}

Result<OperationLog> read_log(const platform::Path& path) {
  IBID_ASSIGN(const std::string content, platform::read_file(path));
  OperationLog log;
  for (const std::string& line : split(content, '\n')) {
    const Result<Json> json = parse_json(line, path.string());
    if (!json.ok() || !json.value().is_object()) continue;
    Operation operation = operation_of(json.value());
    operation.of_child = path.stem().string().find('.') != std::string::npos;
    platform::Path kept = path;
    kept.replace_filename(path.stem().string() + "-" + number_text(operation.number) + ".out");
    if (platform::path_exists(kept)) operation.kept = std::move(kept);
    log.push_back(std::move(operation));
  }
  return log;
}

}  // namespace

std::string OperationValue::text() const {
  if (type.empty()) return name + (value.empty() ? "" : " = " + value);
  return name + " " + type + " " + shape + " on " + device;
}

Result<std::vector<OperationLog>> read_operation_logs(const platform::Path& folder) {
  std::vector<OperationLog> logs;
  if (!platform::is_folder(folder)) return logs;
  IBID_ASSIGN(const std::vector<platform::Path> paths, platform::list_sorted(folder));
  for (const platform::Path& path : paths) {
    if (path.extension() != ".jsonl") continue;
    IBID_ASSIGN(OperationLog log, read_log(path));
    logs.push_back(std::move(log));
  }
  return logs;
}

}  // namespace ibid::verify
