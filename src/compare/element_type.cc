#include "compare/element_type.h"

#include <bit>
#include <cmath>
#include <iterator>

namespace ibid::compare {
namespace {

struct TypeFacts {
  std::string_view name;
  int64_t size_bytes;
  uint64_t exponent;  // the bits of the exponent; 0: no floating point
};

constexpr TypeFacts kTypes[] = {
    {"f16", 2, 0x7C00}, {"bf16", 2, 0x7F80}, {"f32", 4, 0x7F800000}, {"f64", 8, 0x7FF0000000000000},
    {"i8", 1, 0},       {"i16", 2, 0},       {"i32", 4, 0},          {"i64", 8, 0},
    {"u8", 1, 0},       {"u16", 2, 0},       {"u32", 4, 0},          {"u64", 8, 0},
    {"bool", 1, 0}};

const TypeFacts& facts(ElementType type) { return kTypes[static_cast<size_t>(type)]; }

uint64_t sign_bit(ElementType type) { return uint64_t{1} << (8 * facts(type).size_bytes - 1); }

double half_value(uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  double magnitude = 0.0;
  if (exponent == 31)
    magnitude = fraction == 0.0 ? HUGE_VAL : std::nan("");
  else if (exponent == 0)
    magnitude = fraction * 0x1p-24;
  else
    magnitude = std::ldexp(fraction + 1024.0, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

int64_t signed_value(ElementType type, uint64_t bits) {
  const auto unused = static_cast<int>(64 - 8 * facts(type).size_bytes);
  return static_cast<int64_t>(bits << unused) >> unused;
}

// Place on the line of all values: the most negative number first, -0 just before +0.
uint64_t place(ElementType type, uint64_t bits) {
  const uint64_t sign = sign_bit(type);
  return (bits & sign) != 0 ? sign - 1 - (bits & (sign - 1)) : sign + bits;
}

}  // namespace

std::string_view name_of(ElementType type) { return facts(type).name; }
int64_t size_of(ElementType type) { return facts(type).size_bytes; }
bool is_floating(ElementType type) { return facts(type).exponent != 0; }

double value_of(ElementType type, uint64_t bits) {
  switch (type) {
    case ElementType::kF16:
      return half_value(bits);
    case ElementType::kBf16:
      return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits << 16)));
    case ElementType::kF32:
      return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    case ElementType::kF64:
      return std::bit_cast<double>(bits);
    case ElementType::kI8:
    case ElementType::kI16:
    case ElementType::kI32:
    case ElementType::kI64:
      return static_cast<double>(signed_value(type, bits));
    default:
      return static_cast<double>(bits);
  }
}

bool is_nan(ElementType type, uint64_t bits) {
  return is_floating(type) && (bits & (sign_bit(type) - 1)) > facts(type).exponent;
}

std::optional<uint64_t> distance_ulp(ElementType type, uint64_t a, uint64_t b) {
  if (!is_floating(type) || is_nan(type, a) || is_nan(type, b)) return std::nullopt;
  const uint64_t x = place(type, a), y = place(type, b);
  return x > y ? x - y : y - x;
}

}  // namespace ibid::compare
