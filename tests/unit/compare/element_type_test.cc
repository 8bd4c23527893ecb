#include "compare/element_type.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace ibid::compare {
namespace {

uint64_t f32(float value) { return std::bit_cast<uint32_t>(value); }
uint64_t f64(double value) { return std::bit_cast<uint64_t>(value); }

TEST_CASE("values of small formats") {
  CHECK(value_of(ElementType::kF16, 0x3C00) == 1.0);
  CHECK(value_of(ElementType::kF16, 0xC000) == -2.0);
  CHECK(value_of(ElementType::kF16, 0x7BFF) == 65504.0);
  CHECK(value_of(ElementType::kF16, 0x0001) == 0x1p-24);
  CHECK(value_of(ElementType::kF16, 0x0400) == 0x1p-14);
  CHECK(std::isinf(value_of(ElementType::kF16, 0xFC00)));
  CHECK(std::isnan(value_of(ElementType::kF16, 0x7C01)));
  CHECK(value_of(ElementType::kBf16, 0x3F80) == 1.0);
  CHECK(value_of(ElementType::kBf16, 0xC040) == -3.0);
  CHECK(value_of(ElementType::kI8, 0xFF) == -1.0);
  CHECK(value_of(ElementType::kI64, ~uint64_t{0}) == -1.0);
  CHECK(value_of(ElementType::kU8, 0xFF) == 255.0);
}

TEST_CASE("distances count the representable numbers between") {
  const auto ulp = [](float a, float b) { return distance_ulp(ElementType::kF32, f32(a), f32(b)).value(); };
  CHECK(ulp(1.0f, 1.0f) == 0);
  CHECK(ulp(1.0f, std::nextafter(1.0f, 2.0f)) == 1);
  CHECK(ulp(std::nextafter(1.0f, 2.0f), std::nextafter(1.0f, 0.0f)) == 2);
  CHECK(ulp(-0.0f, 0.0f) == 1);
  CHECK(ulp(-std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::denorm_min()) == 3);
  CHECK(ulp(std::numeric_limits<float>::max(), std::numeric_limits<float>::infinity()) == 1);
  CHECK(ulp(-INFINITY, INFINITY) == 2 * uint64_t{0x7F800000} + 1);
  CHECK(distance_ulp(ElementType::kF64, f64(-HUGE_VAL), f64(HUGE_VAL)) ==
        2 * uint64_t{0x7FF0000000000000} + 1);
  CHECK(distance_ulp(ElementType::kF16, 0x3C00, 0x3C05) == 5);
  CHECK(distance_ulp(ElementType::kBf16, 0x8001, 0x0001) == 3);
}

TEST_CASE("what has no distance") {
  CHECK_FALSE(distance_ulp(ElementType::kF32, f32(NAN), f32(1.0f)).has_value());
  CHECK_FALSE(distance_ulp(ElementType::kF16, 0x3C00, 0xFE00).has_value());
  CHECK_FALSE(distance_ulp(ElementType::kI32, 1, 2).has_value());
}

}  // namespace
}  // namespace ibid::compare
