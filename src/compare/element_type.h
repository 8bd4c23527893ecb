#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ibid::compare {

// Element types of tensors in files: more than the engine computes with, since models come from anywhere.
enum class ElementType : uint8_t {
  kF16,
  kBf16,
  kF32,
  kF64,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kBool
};

std::string_view name_of(ElementType type);
int64_t size_of(ElementType type);
bool is_floating(ElementType type);

// The value of an element given as its bits; every integer of less than 2^53 exactly.
double value_of(ElementType type, uint64_t bits);

// Not a number. False for types without floating point.
bool is_nan(ElementType type, uint64_t bits);

// How many representable numbers lie between two: the distance on the line of all values of the type, on
// which -0 and +0 are neighbours. Nothing for types without floating point, and where one is not a number.
std::optional<uint64_t> distance_ulp(ElementType type, uint64_t a, uint64_t b);

}  // namespace ibid::compare
