#include "environment/imports.h"

#include "base/text.h"

namespace ibid::environment {

const Json* answers_after_import(const PythonAnswers& answers) {
  if (!answers.json.ok() || !answers.json.value().is_object()) return nullptr;
  const Json& json = answers.json.value();
  return json.contains("imports") && json["imports"].is_object() ? &json["imports"] : nullptr;
}

FactList<Setting> collect_settings(const PythonAnswers& answers) {
  const Json* imports = answers_after_import(answers);
  if (imports == nullptr) {
    return FactList<Setting>::unknown(
        "nothing was imported: --import torch or tensorflow asks the framework, which runs its code");
  }
  std::vector<Setting> settings;
  if (imports->contains("settings") && (*imports)["settings"].is_object()) {
    for (const auto& [name, value] : (*imports)["settings"].items()) {
      if (!value.is_string()) continue;
      Setting setting;
      setting.name = Fact<std::string>::known(name, "--import");
      setting.value = Fact<std::string>::known(value.get<std::string>(), name);
      settings.push_back(std::move(setting));
    }
  }
  const std::vector<std::string> failed = failed_imports(answers);
  FactList<Setting> list =
      FactList<Setting>::known(std::move(settings), "the frameworks among the imported modules");
  if (!failed.empty()) list.unknown_reason = "could not be imported: " + join(failed, "; ");
  return list;
}

std::string maps_after_import(const PythonAnswers& answers) {
  const Json* imports = answers_after_import(answers);
  if (imports == nullptr || !imports->contains("maps") || !(*imports)["maps"].is_string()) return "";
  return (*imports)["maps"].get<std::string>();
}

std::vector<std::string> failed_imports(const PythonAnswers& answers) {
  std::vector<std::string> failed;
  const Json* imports = answers_after_import(answers);
  if (imports == nullptr || !imports->contains("failed") || !(*imports)["failed"].is_object()) return failed;
  for (const auto& [name, why] : (*imports)["failed"].items())
    failed.push_back(name + ": " + (why.is_string() ? why.get<std::string>() : "unknown"));
  return failed;
}

}  // namespace ibid::environment
