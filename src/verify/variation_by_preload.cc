#include "verify/variation_by_preload.h"

#include <chrono>
#include <optional>

#include "base/number_text.h"
#include "base/text.h"
#include "platform/clock.h"
#include "platform/process.h"

namespace ibid::verify {
namespace {

constexpr int64_t kDay = 24 * 60 * 60;
constexpr int64_t kLongestShift = 1000 * 365 * kDay;

std::optional<int64_t> seconds_of_unit(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 60 * 60;
    case 'd':
      return kDay;
    case 'w':
      return 7 * kDay;
    case 'y':
      return 365 * kDay;
    default:
      return std::nullopt;
  }
}

// "+1d": 86400.
std::optional<int64_t> parse_shift(std::string_view text) {
  if (text.size() < 3 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const auto unit = seconds_of_unit(text.back());
  const auto number = parse_int64(text.substr(1, text.size() - 2));
  if (!unit || !number || *number < 1 || *number > kLongestShift / *unit) return std::nullopt;
  return (text.front() == '-' ? -1 : 1) * *number * *unit;
}

// "2038-01-20": the second since 1970 at which that day begins.
std::optional<int64_t> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_int64(text.substr(0, 4));
  const auto month = parse_int64(text.substr(5, 2)), day = parse_int64(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay;
}

Variation preload_variation(const char* factor, const std::string& value, const char* shown_by) {
  Variation variation{factor, value, {}, ""};
  const Result<platform::Path> library = find_preload_library();
  if (library.ok()) {
    variation.preload = library.value();
  } else {
    variation.skipped = library.error().message();
  }
  variation.shown_by = shown_by;
  variation.otherwise =
      "no program loaded the library that changes it: it is linked statically, has more rights than its "
      "user, or "
      "is of another kind than ibid";
  return variation;
}

}  // namespace

std::vector<Variation> file_order_variations(int64_t n) {
  std::vector<Variation> variations;
  for (int64_t order = 1; order <= n; ++order) {
    Variation variation = preload_variation("file-order", number_text(order), "readdir");
    variation.environment = {{"IBID_PRELOAD_FILE_ORDER", number_text(order)}};
    variations.push_back(std::move(variation));
  }
  return variations;
}

Result<std::vector<Variation>> time_variations(std::string_view comma_separated) {
  std::vector<Variation> variations;
  for (const std::string& text : split(comma_separated, ',')) {
    Variation variation = preload_variation("time", text, "clock");
    const std::optional<int64_t> shift = parse_shift(text), day = parse_day(text);
    variation.time_shift = shift;
    variation.starts_at = day;
    const int64_t start = shift ? platform::unix_milliseconds() / 1000 + *shift : day.value_or(-1);
    if (start < 0) {
      return Error(
          ErrorCode::kUsage, "--time has '" + text + "', which is no time from 1970 on",
          "write a shift with one of the units s, m, h, d, w, y, or a day, as in --time=+1d,-1y,2038-01-20");
    }
    variations.push_back(std::move(variation));
  }
  return variations;
}

Result<platform::Path> find_preload_library() {
  IBID_ASSIGN(const platform::Path program, platform::program_path());
  const platform::Path library = program.parent_path().parent_path() / "lib" / "ibid" / "libibid_preload.so";
  if (platform::path_exists(library)) return library;
  return Error(ErrorCode::kNotFound, library.string() + " is missing: it belongs beside the program",
               "build it (make build), or install ibid whole");
}

}  // namespace ibid::verify
