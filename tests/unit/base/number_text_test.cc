#include "base/number_text.h"

#include <doctest/doctest.h>

#include <bit>
#include <clocale>
#include <limits>
#include <vector>

#include "base/checked_int.h"
#include "base/random_stream.h"

namespace ibid {
namespace {

TEST_CASE("any double and float reads back as the same bits") {
  RandomStream stream = RandomStream::create(1, {.purpose = RandomPurpose::kConformance}).value();
  for (int i = 0; i < 20000; ++i) {
    const uint64_t high = stream.next_u32();
    const auto d = std::bit_cast<double>(high << 32 | stream.next_u32());
    const auto f = std::bit_cast<float>(stream.next_u32());
    if (d == d) CHECK(std::bit_cast<uint64_t>(*parse_double(number_text(d))) == std::bit_cast<uint64_t>(d));
    if (f == f) CHECK(std::bit_cast<uint32_t>(*parse_float(number_text(f))) == std::bit_cast<uint32_t>(f));
  }
}

TEST_CASE("the shortest text is chosen, and the locale has no say") {
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.1f) == "0.1");
  CHECK(number_text(-0.0) == "-0");
  CHECK(fixed_text(2.5, 1) == "2.5");
  std::setlocale(LC_ALL, "C");
  CHECK(number_text(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(fixed_text(std::numeric_limits<double>::max(), 2).size() == 312);
}

TEST_CASE("only a whole number that fits is read") {
  CHECK(parse_int64("-9223372036854775808") == std::numeric_limits<int64_t>::min());
  CHECK_FALSE(parse_int64("9223372036854775808").has_value());
  CHECK(parse_uint64("18446744073709551615") == std::numeric_limits<uint64_t>::max());
  for (const char* text : {"", " 1", "1 ", "+1", "1x", "0x10"}) CHECK_FALSE(parse_int64(text).has_value());
  CHECK_FALSE(parse_uint64("-1").has_value());
  CHECK_FALSE(parse_double("1,5").has_value());
}

TEST_CASE("sizes that do not fit are nothing") {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  CHECK(checked_add(kMax - 1, 1) == kMax);
  CHECK_FALSE(checked_add(kMax, 1).has_value());
  CHECK_FALSE(checked_multiply(int64_t{1} << 32, int64_t{1} << 31).has_value());
  CHECK(checked_product(std::vector<int64_t>{60000, 28, 28}) == 47040000);
  CHECK(checked_product(std::vector<int64_t>{}) == 1);
  CHECK(checked_product(std::vector<int64_t>{kMax, kMax, 0}) == 0);
  CHECK_FALSE(checked_product(std::vector<int64_t>{kMax, 2}).has_value());
  CHECK_FALSE(checked_product(std::vector<int64_t>{-1, 0}).has_value());
}

}  // namespace
}  // namespace ibid
