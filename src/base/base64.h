#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ibid {

// RFC 4648, section 4: the usual alphabet, with padding, without line ends.
std::string base64_text(std::string_view bytes);

// Nothing if the text is not exactly what base64_text() gives for some bytes.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace ibid
