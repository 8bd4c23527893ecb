#include "engine/kernels/elementwise.h"

#include "base/check.h"

namespace ibid::kernels {

GradientNeeds gradient_needs(UnaryOp op) {
  switch (op) {
    case UnaryOp::kRelu:
    case UnaryOp::kSigmoid:
    case UnaryOp::kTanh:
    case UnaryOp::kExp:
    case UnaryOp::kExpm1:
    case UnaryOp::kSqrt:
      return {.x = false, .y = true};
    case UnaryOp::kRsqrt:
      return {.x = true, .y = true};
    case UnaryOp::kNegate:
      return {.x = false, .y = false};
    case UnaryOp::kLeakyRelu:
    case UnaryOp::kSilu:
    case UnaryOp::kGelu:
    case UnaryOp::kGeluTanh:
    case UnaryOp::kSoftplus:
    case UnaryOp::kLog:
    case UnaryOp::kLog1p:
    case UnaryOp::kErf:
    case UnaryOp::kSin:
    case UnaryOp::kCos:
    case UnaryOp::kAbs:
    case UnaryOp::kSquare:
      return {.x = true, .y = false};
  }
  IBID_CHECK(false, "an operation without a gradient rule");
}

}  // namespace ibid::kernels
