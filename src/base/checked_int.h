#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace ibid {

// Sizes come from files and command lines; what does not fit 64 bits is nothing, never a wrapped number.
constexpr std::optional<int64_t> checked_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

constexpr std::optional<int64_t> checked_multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// Number of elements of a shape; nothing if a dimension is negative or the product does not fit. No dimension
// at all: 1.
constexpr std::optional<int64_t> checked_product(std::span<const int64_t> shape) {
  bool empty = false;
  for (const int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension == 0) empty = true;
  }
  if (empty) return 0;
  std::optional<int64_t> product = 1;
  for (const int64_t dimension : shape) {
    product = checked_multiply(*product, dimension);
    if (!product) return std::nullopt;
  }
  return product;
}

}  // namespace ibid
