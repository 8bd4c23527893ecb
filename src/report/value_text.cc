#include "report/value_text.h"

#include <cmath>

#include "base/number_text.h"
#include "base/text.h"

namespace ibid::report {
namespace {

std::string hertz_text(double hertz) {
  if (hertz >= 1e9) return fixed_text(hertz / 1e9, 2) + " GHz";
  if (hertz >= 1e6) return fixed_text(hertz / 1e6, 0) + " MHz";
  return fixed_text(hertz, 0) + " Hz";
}

std::string integer_text(int64_t value, const Field& field) {
  if (field.unit == "bytes") return format_bytes(value);
  if (field.unit == "Hz") return hertz_text(static_cast<double>(value));
  return number_text(value);
}

}  // namespace

std::string value_text(const Json& value, const Field& field) {
  const auto with_unit = [&field](std::string text) {
    const bool written = field.unit.empty() || field.unit == "bytes" || field.unit == "Hz";
    return written ? text : text + " " + std::string(field.unit);
  };
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) return with_unit(integer_text(value.get<int64_t>(), field));
  if (value.is_number()) return with_unit(number_text(value.get<double>()));
  if (value.is_array()) {
    std::string text;
    for (const Json& item : value) text += (text.empty() ? "" : ", ") + value_text(item, field);
    return text.empty() ? "none" : text;
  }
  return value.is_string() ? with_unit(value.get<std::string>()) : value.dump();
}

}  // namespace ibid::report
