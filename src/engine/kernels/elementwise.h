#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// Functions of one element, sections 8.1 and 8.2 of the standard.
enum class UnaryOp : int32_t {
  kRelu,
  kLeakyRelu,  // parameter: the slope
  kSigmoid,
  kSilu,
  kTanh,
  kGelu,
  kGeluTanh,
  kSoftplus,
  kExp,
  kExpm1,
  kLog,
  kLog1p,
  kErf,
  kSin,
  kCos,
  kSqrt,
  kRsqrt,
  kAbs,
  kNegate,
  kSquare,
};
constexpr int32_t kUnaryOpCount = 20;

// y[i] = op(x[i]). y may be x.
template <class T>
struct UnaryArgs {
  UnaryOp op = UnaryOp::kRelu;
  T parameter = 0;
  int64_t size = 0;
  const T* x = nullptr;
  T* y = nullptr;
};

// dx[i] from dy[i] and x[i] and/or y[i] = op(x[i]), whichever gradient_needs() names; the other may be
// absent. dx may be any of them.
template <class T>
struct UnaryGradientArgs {
  UnaryOp op = UnaryOp::kRelu;
  T parameter = 0;
  int64_t size = 0;
  const T* dy = nullptr;
  const T* x = nullptr;
  const T* y = nullptr;
  T* dx = nullptr;
};

struct GradientNeeds {
  bool x, y;
};
GradientNeeds gradient_needs(UnaryOp op);

enum class BinaryOp : int32_t { kAdd, kSubtract, kMultiply, kDivide, kMaximum, kMinimum };
constexpr int32_t kBinaryOpCount = 6;

// How an operand of a binary operation covers rows x cols elements.
enum class Operand : int32_t {
  kDense,   // rows x cols values
  kRow,     // cols values, the same for every row
  kScalar,  // one value
};

// y[r][c] = a[r][c] op b[r][c]; y is dense and may be a dense operand. Maximum and minimum by section 0.2.
template <class T>
struct BinaryArgs {
  BinaryOp op = BinaryOp::kAdd;
  int64_t rows = 0, cols = 0;
  const T* a = nullptr;
  Operand a_layout = Operand::kDense;
  const T* b = nullptr;
  Operand b_layout = Operand::kDense;
  T* y = nullptr;
};

template <class T>
using UnaryFunction = void (*)(const UnaryArgs<T>&, Executor&) noexcept;
template <class T>
using UnaryGradientFunction = void (*)(const UnaryGradientArgs<T>&, Executor&) noexcept;
template <class T>
using BinaryFunction = void (*)(const BinaryArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
