#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ibid::compare {

// Two texts that are equal but for numbers in them: the largest distance of two numbers in the same place, in
// ULP of binary64 (0: the same values written otherwise). Nothing where anything else differs, or a number is
// none that can be measured (nan).
std::optional<uint64_t> number_distance(std::string_view a, std::string_view b);

}  // namespace ibid::compare
