#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"

namespace ibid {

// Members keep the order in which they were written, so that the same facts give the same bytes.
using Json = nlohmann::ordered_json;

// `name` says in the error where the text came from.
Result<Json> parse_json(std::string_view text, std::string_view name);

// Two spaces of indentation and a line end; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const Json& value);

}  // namespace ibid
