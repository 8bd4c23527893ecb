#include "compare/keras_archive.h"

#include <algorithm>

#include "base/json.h"

namespace ibid::compare {
namespace {

constexpr std::string_view kMetadata = "metadata.json";

}  // namespace

bool looks_like_keras(const std::vector<ZipMember>& members) {
  const auto has = [&](std::string_view name) {
    return std::ranges::find(members, name, &ZipMember::name) != members.end();
  };
  return has(kMetadata) && has("config.json") && has("model.weights.h5");
}

void drop_time_of_saving(std::vector<ZipMember>& members) {
  for (ZipMember& member : members) {
    if (member.name != kMetadata) continue;
    Result<Json> metadata = parse_json(member.content, kMetadata);
    if (!metadata.ok() || !metadata.value().is_object()) continue;
    metadata.value().erase("date_saved");
    member.content = json_text(metadata.value());
  }
}

}  // namespace ibid::compare
