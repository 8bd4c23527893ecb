// The software fma against the instruction: random and adversarial operands.

#include "engine/kernels/ref/fused.h"

#include <doctest/doctest.h>

#include <cfloat>
#include <limits>

#include "engine/kernels/isa.h"
#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

#if defined(__x86_64__)
#define IBID_WITH_FMA __attribute__((target("fma")))
#else
#define IBID_WITH_FMA
#endif

IBID_WITH_FMA float hardware_fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
IBID_WITH_FMA double hardware_fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = uint32_t;
  static constexpr int kMantissa = 23, kExponent = 8;
};
template <>
struct Format<double> {
  using Bits = uint64_t;
  static constexpr int kMantissa = 52, kExponent = 11;
};

// Numbers whose mantissas are nearly all zeros or ones meet the rounding boundaries.
template <class T>
T operand(test::TestRandom& random) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  const Bits all = (Bits{1} << F::kMantissa) - 1;
  Bits mantissa = static_cast<Bits>(random.next()) & all;
  switch (random.below(4)) {
    case 0:
      mantissa = Bits{1} << random.below(F::kMantissa);
      break;
    case 1:
      mantissa = all ^ (Bits{1} << random.below(F::kMantissa));
      break;
    case 2:
      mantissa = static_cast<Bits>(random.below(3)) & all;
      break;
    default:
      break;
  }
  // Exponents close to the middle, so that the terms overlap, or close to the ends.
  const Bits bias = (Bits{1} << (F::kExponent - 1)) - 1;
  Bits exponent = static_cast<Bits>(static_cast<int64_t>(bias) + random.below(7) - 3);
  const int64_t kind = random.below(8);
  if (kind == 0) exponent = static_cast<Bits>(random.below(3));
  if (kind == 1) exponent = 2 * bias - static_cast<Bits>(random.below(3));
  if (kind == 2) exponent = static_cast<Bits>(random.below(static_cast<int64_t>(2 * bias + 2)));
  const Bits sign = static_cast<Bits>(random.next() & 1) << (F::kMantissa + F::kExponent);
  return std::bit_cast<T>(sign | exponent << F::kMantissa | mantissa);
}

template <class T>
int64_t count_differences(int64_t n, uint64_t seed) {
  test::TestRandom random(seed);
  int64_t differences = 0;
  for (int64_t i = 0; i < n; ++i) {
    const T a = operand<T>(random), b = operand<T>(random);
    T c = operand<T>(random);
    const T product = a * b;
    if (random.below(3) == 0) c = -product;  // leaves the error of the product
    if (random.below(5) == 0) c = std::bit_cast<T>(std::bit_cast<typename Format<T>::Bits>(-product) + 1);
    // So small or so large beside the product that only the direction of the rounding depends on it.
    if (random.below(6) == 0) c = product * std::numeric_limits<T>::epsilon() * T(0.5);
    if (random.below(6) == 0) c = product * std::numeric_limits<T>::epsilon() * T(0.25);
    const T got = software_fused(a, b, c), expected = hardware_fused(a, b, c);
    if (test::same(got, expected)) continue;
    if (differences++ == 0) {
      MESSAGE("fma(" << a << ", " << b << ", " << c << ") = " << got << ", expected " << expected);
    }
  }
  return differences;
}

template <class T>
int64_t count_special_differences() {
  using Limits = std::numeric_limits<T>;
  const T values[] = {T(0),
                      Limits::denorm_min(),
                      Limits::min(),
                      Limits::min() - Limits::denorm_min(),
                      T(1),
                      T(1) + Limits::epsilon(),
                      T(3),
                      Limits::max(),
                      Limits::infinity(),
                      Limits::quiet_NaN(),
                      Limits::epsilon(),
                      T(0.5)};
  int64_t differences = 0;
  for (int i = 0; i < 12 * 12 * 12 * 8; ++i) {
    const T a = (i & 1) != 0 ? -values[i / 8 % 12] : values[i / 8 % 12];
    const T b = (i & 2) != 0 ? -values[i / 96 % 12] : values[i / 96 % 12];
    const T c = (i & 4) != 0 ? -values[i / 1152 % 12] : values[i / 1152 % 12];
    differences += test::same(software_fused(a, b, c), hardware_fused(a, b, c)) ? 0 : 1;
  }
  return differences;
}

TEST_CASE("the software fma equals the instruction" * doctest::skip(!has_hardware_fma())) {
  CHECK(count_differences<float>(4'000'000, 1) == 0);
  CHECK(count_differences<double>(4'000'000, 2) == 0);
  CHECK(count_special_differences<float>() == 0);
  CHECK(count_special_differences<double>() == 0);
}

}  // namespace
}  // namespace ibid::kernels
