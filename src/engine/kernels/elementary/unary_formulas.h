#pragma once
// The unary operations and their gradients, sections 8.2 and 8.3, over a vector type V: F32 on every
// instruction set, and F64 with one lane for float64 tensors (whose elementary functions are those of
// full_range64.h). One struct per operation:
//   forward(x, parameter)
//   gradient(dy, x, y, parameter), of which elementwise.h's gradient_needs() names the ones that are read.

#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/elementwise.h"

namespace ibid::kernels {
namespace {
namespace elementary {

template <class V>
IBID_INLINE V sigmoid(V x) {
  const V one = V::of(1.0), e = exp(-abs(x));
  return select(x >= V::of(0.0), one, e) / (one + e);  // NaN comes through the denominator
}

template <class V>
IBID_INLINE V softplus(V x) {
  return select(x > V::of(0.0), x, V::of(0.0)) + log1p(exp(-abs(x)));
}

template <class V>
IBID_INLINE V sign(V x) {
  const V magnitude = select(x == V::of(0.0), V::of(0.0), with_sign_of(V::of(1.0), x));
  return select(is_nan(x), x, magnitude);
}

struct Relu {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return select(x <= V::of(0.0), V::of(0.0), x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return select(y <= V::of(0.0), V::of(0.0), dy);
  }
};

struct LeakyRelu {
  template <class V>
  static IBID_MEMBER V forward(V x, V slope) {
    return select(x > V::of(0.0), x, x * slope);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V slope) {
    return select(x > V::of(0.0), dy, dy * slope);
  }
};

struct Sigmoid {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return sigmoid(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return dy * (y * (V::of(1.0) - y));
  }
};

struct Silu {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return x * sigmoid(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    const V one = V::of(1.0), s = sigmoid(x);
    return dy * (s * fma(x, one - s, one));
  }
};

struct Tanh {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return tanh(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return dy * fma(-y, y, V::of(1.0));
  }
};

struct Gelu {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    const V c = V::of(1.0) + erf(x * V::of(0x1.6a09e6p-1));
    return (V::of(0.5) * x) * c;
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    const V t = x * V::of(0x1.6a09e6p-1);
    const V c = V::of(1.0) + erf(t);
    return dy * fma(x, exp(-(t * t)) * V::of(0x1.988454p-2), V::of(0.5) * c);
  }
};

struct GeluTanh {
  template <class V>
  static IBID_MEMBER V inner(V x) {
    return tanh(V::of(0x1.988454p-1) * fma(V::of(0x1.6e4e26p-5) * (x * x), x, x));
  }
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return (V::of(0.5) * x) * (V::of(1.0) + inner(x));
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    const V one = V::of(1.0), half = V::of(0.5), th = inner(x);
    const V slope = V::of(0x1.988454p-1) * fma(V::of(0x1.12ba9ep-3), x * x, one);
    return dy * fma((half * x) * fma(-th, th, one), slope, half * (one + th));
  }
};

struct Softplus {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return softplus(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * sigmoid(x);
  }
};

struct Exp {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return exp(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return dy * y;
  }
};

struct Expm1 {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return expm1(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return dy * (y + V::of(1.0));
  }
};

struct Log {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return log(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy / x;
  }
};

struct Log1p {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return log1p(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy / (V::of(1.0) + x);
  }
};

struct Erf {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return erf(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * (exp(-(x * x)) * V::of(0x1.20dd76p+0));
  }
};

struct Sin {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return sin(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * cos(x);
  }
};

struct Cos {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return cos(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * -sin(x);
  }
};

struct Sqrt {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return sqrt(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V y, V) {
    return dy / (y + y);
  }
};

struct Rsqrt {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return rsqrt(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V y, V) {
    return -((dy * y) / (x + x));
  }
};

struct Abs {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return abs(x);
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * sign(x);
  }
};

struct Negate {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return -x;
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V, V, V) {
    return -dy;
  }
};

struct Square {
  template <class V>
  static IBID_MEMBER V forward(V x, V) {
    return x * x;
  }
  template <class V>
  static IBID_MEMBER V gradient(V dy, V x, V, V) {
    return dy * (x + x);
  }
};

// Calls use(operation) with the struct for `op`. The switch stays outside the loops over elements.
template <class Use>
IBID_INLINE void with_unary(UnaryOp op, Use&& use) {
  switch (op) {
    case UnaryOp::kRelu:
      return use(Relu{});
    case UnaryOp::kLeakyRelu:
      return use(LeakyRelu{});
    case UnaryOp::kSigmoid:
      return use(Sigmoid{});
    case UnaryOp::kSilu:
      return use(Silu{});
    case UnaryOp::kTanh:
      return use(Tanh{});
    case UnaryOp::kGelu:
      return use(Gelu{});
    case UnaryOp::kGeluTanh:
      return use(GeluTanh{});
    case UnaryOp::kSoftplus:
      return use(Softplus{});
    case UnaryOp::kExp:
      return use(Exp{});
    case UnaryOp::kExpm1:
      return use(Expm1{});
    case UnaryOp::kLog:
      return use(Log{});
    case UnaryOp::kLog1p:
      return use(Log1p{});
    case UnaryOp::kErf:
      return use(Erf{});
    case UnaryOp::kSin:
      return use(Sin{});
    case UnaryOp::kCos:
      return use(Cos{});
    case UnaryOp::kSqrt:
      return use(Sqrt{});
    case UnaryOp::kRsqrt:
      return use(Rsqrt{});
    case UnaryOp::kAbs:
      return use(Abs{});
    case UnaryOp::kNegate:
      return use(Negate{});
    case UnaryOp::kSquare:
      return use(Square{});
  }
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
