#include "base/json.h"

#include <doctest/doctest.h>

#include <string>

namespace ibid {
namespace {

TEST_CASE("members keep their order, so equal facts give equal bytes") {
  const Json value = parse_json(R"({"z": 1, "a": 0.1})", "test").value();
  CHECK(json_text(value) == "{\n  \"z\": 1,\n  \"a\": 0.1\n}\n");
}

TEST_CASE("broken JSON is an error that names its source") {
  const auto result = parse_json("{\"a\": ", "settings.json");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kMalformed);
  CHECK(result.error().message().starts_with("settings.json is not valid JSON"));
}

TEST_CASE("bytes that are not UTF-8 do not stop a report") {
  CHECK(json_text(Json(std::string("a\xff"))) == "\"a\xEF\xBF\xBD\"\n");
}

}  // namespace
}  // namespace ibid
