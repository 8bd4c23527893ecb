#pragma once

#include <cstdint>
#include <string>

#include "ibid/dtype.h"
#include "ibid/errors.h"

namespace ibid {

// Calls function.template operator()<T>() with the C++ type that stores `dtype`.
template <class Function>
void dispatch_dtype(DType dtype, Function&& function) {
  switch (dtype) {
    case DType::kF32: return function.template operator()<float>();
    case DType::kF64: return function.template operator()<double>();
    case DType::kI64: return function.template operator()<int64_t>();
    case DType::kU8: return function.template operator()<uint8_t>();
    case DType::kBool: return function.template operator()<bool>();
  }
}

// The same for f32 and f64; any other type is an error that names the operation.
template <class Function>
void dispatch_floating(DType dtype, const char* operation, Function&& function) {
  switch (dtype) {
    case DType::kF32: return function.template operator()<float>();
    case DType::kF64: return function.template operator()<double>();
    default:
      throw DTypeError(std::string(operation) + " is defined for f32 and f64, not " + std::string(name_of(dtype)));
  }
}

}  // namespace ibid
