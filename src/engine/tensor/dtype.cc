#include "ibid/dtype.h"

#include <array>

namespace ibid {

DType promote(DType a, DType b) {
  static constexpr std::array kOrder{DType::kBool, DType::kU8, DType::kI64, DType::kF32, DType::kF64};
  for (size_t i = kOrder.size(); i-- > 0;) {
    if (a == kOrder[i] || b == kOrder[i]) return kOrder[i];
  }
  return a;
}

}  // namespace ibid
