#include "verify/variation_json.h"

#include <string>
#include <utility>

namespace ibid::verify {

Json variation_json(const Variation& variation) {
  Json variables = Json::array();
  for (const auto& [name, value] : variation.environment) variables.push_back({name, value});
  Json json = {{"factor", variation.factor}, {"value", variation.value}};
  if (!variation.environment.empty()) json["environment"] = std::move(variables);
  if (!variation.skipped.empty()) json["skipped"] = variation.skipped;
  const auto add_number = [&](const char* name, const auto& value) {
    if (value) json[name] = *value;
  };
  add_number("seed", variation.seed);
  add_number("order_seed", variation.order_seed);
  add_number("umask", variation.umask);
  add_number("time_shift", variation.time_shift);
  add_number("starts_at", variation.starts_at);
  const auto add_text = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  add_text("home", variation.home);
  add_text("program", variation.program);
  add_text("preload", variation.preload);
  add_text("shown_by", variation.shown_by);
  add_text("otherwise", variation.otherwise);
  return json;
}

Variation parse_variation(const Json& json) {
  Variation variation;
  variation.factor = json.at("factor").get<std::string>();
  variation.value = json.at("value").get<std::string>();
  variation.skipped = json.value("skipped", "");
  if (const auto variables = json.find("environment"); variables != json.end()) {
    for (const Json& variable : *variables)
      variation.environment.emplace_back(variable.at(0).get<std::string>(),
                                         variable.at(1).get<std::string>());
  }
  const auto number = [&](const char* name) {
    const auto found = json.find(name);
    return found == json.end() ? std::optional<int64_t>() : found->get<int64_t>();
  };
  variation.seed = number("seed");
  variation.order_seed = number("order_seed");
  if (const auto mask = number("umask")) variation.umask = static_cast<unsigned>(*mask);
  variation.time_shift = number("time_shift");
  variation.starts_at = number("starts_at");
  variation.home = json.value("home", "");
  variation.program = json.value("program", "");
  variation.preload = json.value("preload", "");
  variation.shown_by = json.value("shown_by", "");
  variation.otherwise = json.value("otherwise", "");
  return variation;
}

}  // namespace ibid::verify
