#include "base/json.h"

namespace ibid {

Result<Json> parse_json(std::string_view text, std::string_view name) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& problem) {
    return Error(ErrorCode::kMalformed, std::string(name) + " is not valid JSON: " + problem.what(),
                 "check how the file was written, or restore it from its source");
  }
}

std::string json_text(const Json& value) {
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ibid
