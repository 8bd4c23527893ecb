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
  if (variation.seed) json["seed"] = *variation.seed;
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
  if (const auto seed = json.find("seed"); seed != json.end()) variation.seed = seed->get<int64_t>();
  return variation;
}

}  // namespace ibid::verify
