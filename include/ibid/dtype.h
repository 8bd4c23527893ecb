#pragma once

#include <cstdint>
#include <string_view>

namespace ibid {

// Element types. kBool is stored as one byte, 0 or 1.
enum class DType : uint8_t { kF32, kF64, kI64, kU8, kBool };

constexpr int64_t size_of(DType dtype) {
  switch (dtype) {
    case DType::kF32: return 4;
    case DType::kF64: return 8;
    case DType::kI64: return 8;
    case DType::kU8: return 1;
    case DType::kBool: return 1;
  }
  return 0;
}

constexpr std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::kF32: return "f32";
    case DType::kF64: return "f64";
    case DType::kI64: return "i64";
    case DType::kU8: return "u8";
    case DType::kBool: return "bool";
  }
  return "?";
}

constexpr bool is_floating(DType dtype) { return dtype == DType::kF32 || dtype == DType::kF64; }

// The element type that stores a C++ type.
template <class T>
inline constexpr DType kDTypeOf = DType::kF32;
template <>
inline constexpr DType kDTypeOf<double> = DType::kF64;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kI64;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kU8;
template <>
inline constexpr DType kDTypeOf<bool> = DType::kBool;

// The type of `a op b` (section 0.4): bool < u8 < i64 < f32 < f64.
DType promote(DType a, DType b);

}  // namespace ibid
