#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ibid {

// Numbers to text and back, whatever the locale. A floating-point number is printed as the shortest text that
// reads back as the same bits; every NaN as "nan".
std::string number_text(int64_t value);
std::string number_text(uint64_t value);
std::string number_text(int value);
std::string number_text(double value);
std::string number_text(float value);

// With exactly `decimals` digits after the point, correctly rounded: for people, not for reading back.
std::string fixed_text(double value, int decimals);

// The whole text must be the number; no blanks, no leading '+'. Nothing if it does not fit the type. Floating
// point is correctly rounded and accepts "inf" and "nan".
std::optional<int64_t> parse_int64(std::string_view text);
std::optional<uint64_t> parse_uint64(std::string_view text);
std::optional<double> parse_double(std::string_view text);
std::optional<float> parse_float(std::string_view text);

}  // namespace ibid
