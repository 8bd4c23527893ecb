#pragma once
// The binary elementwise operations over a vector type V; maximum and minimum by section 0.2.

#include "engine/kernels/cpu/simd.h"
#include "engine/kernels/elementwise.h"

namespace ibid::kernels {
namespace {
namespace elementary {

struct Add {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return a + b;
  }
};
struct Subtract {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return a - b;
  }
};
struct Multiply {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return a * b;
  }
};
struct Divide {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return a / b;
  }
};
// b if b beats a, else a: a NaN a is beaten by nothing, a NaN b beats every number.
struct Maximum {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return select(is_nan(a), a, select((b > a) | is_nan(b), b, a));
  }
};
struct Minimum {
  template <class V>
  static IBID_MEMBER V apply(V a, V b) {
    return select(is_nan(a), a, select((b < a) | is_nan(b), b, a));
  }
};

template <class Use>
IBID_INLINE void with_binary(BinaryOp op, Use&& use) {
  switch (op) {
    case BinaryOp::kAdd:
      return use(Add{});
    case BinaryOp::kSubtract:
      return use(Subtract{});
    case BinaryOp::kMultiply:
      return use(Multiply{});
    case BinaryOp::kDivide:
      return use(Divide{});
    case BinaryOp::kMaximum:
      return use(Maximum{});
    case BinaryOp::kMinimum:
      return use(Minimum{});
  }
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
