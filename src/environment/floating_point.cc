#include "environment/floating_point.h"

#include "environment/imports.h"
#include "platform/process_floating_point.h"

namespace ibid::environment {
namespace {

using Flag = Fact<bool>;
using Text = Fact<std::string>;

struct State {
  Flag flush_to_zero, denormals_are_zero;
  Text rounding;
};

State unknown_state(const std::string& why) {
  return {Flag::unknown(why), Flag::unknown(why), Text::unknown(why)};
}

State state_in(const Json& answers, const std::string& source) {
  State state = unknown_state("the interpreter did not say 'floating_point'");
  if (!answers.contains("floating_point") || !answers["floating_point"].is_object()) return state;
  const Json& json = answers["floating_point"];
  const auto take_flag = [&](const char* key, Flag& flag) {
    if (json.contains(key) && json[key].is_boolean()) flag = Flag::known(json[key].get<bool>(), source);
  };
  take_flag("flush_to_zero", state.flush_to_zero);
  take_flag("denormals_are_zero", state.denormals_are_zero);
  if (json.contains("rounding") && json["rounding"].is_string())
    state.rounding = Text::known(json["rounding"].get<std::string>(), source);
  return state;
}

State state_of_process(int64_t process_id) {
  const auto read = platform::floating_point_of_process(process_id);
  if (!read.ok()) return unknown_state(read.error().message() + "; " + read.error().hint());
  const std::string source = "the control register of its first thread (ptrace)";
  return {Flag::known(read.value().flush_to_zero, source),
          Flag::known(read.value().denormals_are_zero, source), Text::known(read.value().rounding, source)};
}

State first_state(const Subject& subject, const PythonAnswers& answers) {
  if (subject.process_id) return state_of_process(*subject.process_id);
  if (!answers.json.ok()) return unknown_state(answers.json.error().message());
  if (!answers.json.value().is_object()) return unknown_state("the interpreter's answer is damaged");
  return state_in(answers.json.value(), "arithmetic in a fresh interpreter");
}

Fact<std::vector<std::string>> imported(const Json* imports) {
  using Texts = Fact<std::vector<std::string>>;
  if (imports == nullptr || !imports->contains("names") || !(*imports)["names"].is_array())
    return Texts::unknown("--import names no module");
  std::vector<std::string> names;
  for (const Json& name : (*imports)["names"]) {
    if (name.is_string()) names.push_back(name.get<std::string>());
  }
  return Texts::known(std::move(names), "--import");
}

}  // namespace

FloatingPoint collect_floating_point(const Subject& subject, const PythonAnswers& answers) {
  const Json* imports = answers_after_import(answers);
  State before = first_state(subject, answers);
  State after = imports == nullptr ? unknown_state("--import names no module")
                                   : state_in(*imports, "arithmetic after the imports");
  FloatingPoint facts;
  facts.flush_to_zero = std::move(before.flush_to_zero);
  facts.denormals_are_zero = std::move(before.denormals_are_zero);
  facts.rounding = std::move(before.rounding);
  facts.imported = imported(imports);
  facts.flush_to_zero_after_import = std::move(after.flush_to_zero);
  facts.denormals_are_zero_after_import = std::move(after.denormals_are_zero);
  facts.rounding_after_import = std::move(after.rounding);
  return facts;
}

}  // namespace ibid::environment
