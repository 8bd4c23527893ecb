#include "catalogue/catalogue.h"

#include "base/check.h"
#include "base/json.h"
#include "catalogue/catalogue_text.h"

namespace ibid::catalogue {
namespace {

// Sections that hold facts about functions; the others describe the file, settings and mistakes.
constexpr const char* kSections[] = {"pytorch", "tensorflow", "jax",    "xgboost", "lightgbm", "catboost",
                                     "sklearn", "numpy",      "pandas", "python",  "other"};

std::string text_of(const Json& entry, const char* name) {
  const auto found = entry.find(name);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Device device_of(const std::string& word) {
  return word == "cuda" ? Device::kCuda : word == "cpu" ? Device::kCpu : Device::kAny;
}

Direction direction_of(const std::string& word) {
  return word == "forward"    ? Direction::kForward
         : word == "backward" ? Direction::kBackward
                              : Direction::kBoth;
}

Fact fact_of(const Json& entry, const char* section) {
  return {.id = text_of(entry, "id"),
          .library = section,
          .apis = entry.at("api").get<std::vector<std::string>>(),
          .device = device_of(text_of(entry, "device")),
          .direction = direction_of(text_of(entry, "direction")),
          .behaviour = text_of(entry, "behaviour"),
          .since = text_of(entry, "since"),
          .until = text_of(entry, "until"),
          .condition = text_of(entry, "condition"),
          .alternative = text_of(entry, "alternative"),
          .source = text_of(entry, "source"),
          .confidence = text_of(entry, "confidence")};
}

}  // namespace

Catalogue::Catalogue(std::string_view text) {
  const Result<Json> parsed = parse_json(text, "the catalogue");
  IBID_CHECK(parsed.ok(), "the catalogue in the program is no JSON");
  const Json& json = parsed.value();
  for (const auto& [word, meaning] : json.at("vocabulary").at("behaviour").items())
    behaviours_[word] = meaning.get<std::string>();
  for (const char* section : kSections) {
    for (const Json& entry : json.at(section)) {
      by_id_.emplace(text_of(entry, "id"), facts_.size());
      facts_.push_back(fact_of(entry, section));
      for (const std::string& api : facts_.back().apis) by_api_[api].push_back(facts_.size() - 1);
    }
  }
}

const Catalogue& Catalogue::built_in() {
  static const Catalogue kCatalogue(catalogue_text());
  return kCatalogue;
}

std::vector<const Fact*> Catalogue::of(std::string_view api) const {
  std::vector<const Fact*> facts;
  const auto found = by_api_.find(api);
  if (found == by_api_.end()) return facts;
  for (const size_t index : found->second) facts.push_back(&facts_[index]);
  return facts;
}

const Fact* Catalogue::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &facts_[found->second];
}

std::string Catalogue::behaviour_text(std::string_view word) const {
  const auto found = behaviours_.find(word);
  return found == behaviours_.end() ? std::string() : found->second;
}

}  // namespace ibid::catalogue
