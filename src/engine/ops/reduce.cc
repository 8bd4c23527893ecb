#include "ibid/ops/reduce.h"

#include <algorithm>
#include <cmath>

#include "engine/ops/apply_binary.h"
#include "engine/ops/apply_unary.h"
#include "engine/ops/common.h"
#include "engine/ops/reduction.h"
#include "engine/tensor/strided.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/shape.h"

namespace ibid::ops {
namespace {

using kernels::BinaryOp;
using kernels::Reduction;

// What every reduction needs to know about its dims.
struct Plan {
  std::vector<int64_t> dims;
  Shape result, kept;  // without the dims; with them at size 1
  int64_t count;       // elements per result
  const char* mixing;  // the operation, where the samples are among the dims
};

Plan plan_for(const char* operation, const Variable& x, const ReduceOptions& options) {
  Plan plan;
  plan.dims = reduced_dims(x.shape(), options.dims);
  plan.kept = reduced_shape(x.shape(), plan.dims, true);
  plan.result = options.keep ? plan.kept : reduced_shape(x.shape(), plan.dims, false);
  plan.count = 1;
  for (int64_t d : plan.dims) plan.count *= x.shape()[d];
  const bool all_samples = std::find(plan.dims.begin(), plan.dims.end(), 0) != plan.dims.end();
  plan.mixing = all_samples ? operation : nullptr;
  return plan;
}

template <class T>
Tensor rounded(const std::vector<double>& sums, double divisor, const Shape& shape) {
  Tensor result = Tensor::empty(shape, kDTypeOf<T>);
  for (size_t i = 0; i < sums.size(); ++i) result.data<T>()[i] = static_cast<T>(sums[i] / divisor);
  return result;
}

// dy as the operand's every element sees it.
Tensor spread(const Tensor& dy, const Plan& plan, const Shape& shape) {
  return dy.reshape(plan.kept).broadcast_to(shape);
}

Tensor mean_of(Context& context, const Tensor& x, const Plan& plan) {
  std::vector<double> sums;
  reduce(context, Reduction::kSum, x, plan.dims, {}, {}, &sums);
  Tensor result;
  dispatch_floating(x.dtype(), "mean", [&]<class T>() {
    result = rounded<T>(sums, static_cast<double>(plan.count), reduced_shape(x.shape(), plan.dims, false));
  });
  return result;
}

}  // namespace

Variable sum(Tape& tape, const Variable& x, const ReduceOptions& options) {
  require_same_floating("sum", x, {});
  const Plan plan = plan_for("sum", x, options);
  const Shape shape = x.shape();
  const Tensor y = reduce(tape.context(), Reduction::kSum, x.value(), plan.dims).reshape(plan.result);
  return tape.record(y, {x}, [=](Backward& b) { b.add(0, spread(b.dy(), plan, shape)); }, plan.mixing);
}

Variable mean(Tape& tape, const Variable& x, const ReduceOptions& options) {
  require_same_floating("mean", x, {});
  const Plan plan = plan_for("mean", x, options);
  const Shape shape = x.shape();
  return tape.record(
      mean_of(tape.context(), x.value(), plan).reshape(plan.result), {x},
      [=](Backward& b) {
        const Tensor count = Tensor::scalar(static_cast<double>(plan.count), b.dy().dtype());
        b.add(0, spread(apply_binary(b.context(), BinaryOp::kDivide, b.dy(), count), plan, shape));
      },
      plan.mixing);
}

Variable variance(Tape& tape, const Variable& x, const ReduceOptions& options, int64_t correction) {
  require_same_floating("variance", x, {});
  const Plan plan = plan_for("variance", x, options);
  if (plan.count - correction < 1) {
    throw ArgumentError("variance of " + std::to_string(plan.count) + " elements with correction " +
                        std::to_string(correction));
  }
  const double divisor = static_cast<double>(plan.count - correction);
  const Tensor in = x.value(), centre = mean_of(tape.context(), in, plan);
  std::vector<double> sums;
  reduce(tape.context(), Reduction::kCentredSquares, in, plan.dims, {}, centre, &sums);
  Tensor y;
  dispatch_floating(in.dtype(), "variance", [&]<class T>() { y = rounded<T>(sums, divisor, plan.result); });
  return tape.record(
      y, {x},
      [=](Backward& b) {
        // d / dx = 2 (x - mean) / divisor; what the mean contributes cancels.
        Context& context = b.context();
        const Tensor deviation = apply_binary(context, BinaryOp::kSubtract, in, centre.reshape(plan.kept));
        const Tensor factor = Tensor::scalar(2.0 / divisor, in.dtype());
        const Tensor scaled = apply_binary(context, BinaryOp::kMultiply, b.dy().reshape(plan.kept), factor);
        b.add(0, apply_binary(context, BinaryOp::kMultiply, scaled, deviation));
      },
      plan.mixing);
}

Variable standard_deviation(Tape& tape, const Variable& x, const ReduceOptions& options, int64_t correction) {
  return sqrt(tape, variance(tape, x, options, correction));
}

Variable norm(Tape& tape, const Variable& x, const ReduceOptions& options) {
  require_same_floating("norm", x, {});
  const Plan plan = plan_for("norm", x, options);
  const Tensor in = x.value();
  Context& context = tape.context();
  const Tensor squares = reduce(context, Reduction::kSquares, in, plan.dims);
  const Tensor y = apply_unary(context, kernels::UnaryOp::kSqrt, squares).reshape(plan.result);
  return tape.record(
      y, {x},
      [=](Backward& b) {
        const Tensor unit = apply_binary(b.context(), BinaryOp::kDivide, in, y.reshape(plan.kept));
        b.add(0, apply_binary(b.context(), BinaryOp::kMultiply, b.dy().reshape(plan.kept), unit));
      },
      plan.mixing);
}

// --- extremes and products: written out line by line ---

namespace {

// The operand with the reduced dims last, as rows; and the way back.
struct Rows {
  Tensor values;  // (results, count)
  std::vector<int64_t> order, inverse;
  Shape permuted;
};

Rows as_rows(const Tensor& x, const Plan& plan) {
  Rows rows;
  for (int64_t d = 0; d < x.n_dims(); ++d) {
    if (std::find(plan.dims.begin(), plan.dims.end(), d) == plan.dims.end()) rows.order.push_back(d);
  }
  rows.order.insert(rows.order.end(), plan.dims.begin(), plan.dims.end());
  rows.inverse.resize(rows.order.size());
  for (size_t i = 0; i < rows.order.size(); ++i)
    rows.inverse[static_cast<size_t>(rows.order[i])] = static_cast<int64_t>(i);
  const Tensor permuted = x.permute(rows.order);
  rows.permuted = permuted.shape();
  rows.values = permuted.dense().reshape({plan.result.n_elements(), plan.count});
  return rows;
}

Variable extreme(Tape& tape, const char* name, const Variable& x, const ReduceOptions& options,
                 bool maximum) {
  require_same_floating(name, x, {});
  const Plan plan = plan_for(name, x, options);
  if (plan.count == 0) throw ShapeError(std::string(name) + " of nothing: " + x.value().describe());
  const Rows rows = as_rows(x.value(), plan);
  const Tensor y = reduce(tape.context(), maximum ? Reduction::kMax : Reduction::kMin, x.value(), plan.dims);
  return tape.record(
      y.reshape(plan.result), {x},
      [=](Backward& b) {
        const Tensor dy = b.dy().dense();
        Tensor dx = Tensor::zeros(rows.values.shape(), dy.dtype());
        dispatch_floating(dy.dtype(), "max", [&]<class T>() {
          for (int64_t r = 0; r < rows.values.size(0); ++r) {
            const T* line = rows.values.data<T>() + r * plan.count;
            int64_t best = 0;
            for (int64_t i = 1; i < plan.count; ++i) {
              const bool nan_wins = line[i] != line[i] && line[best] == line[best];
              if (nan_wins || (maximum ? line[i] > line[best] : line[i] < line[best])) best = i;
            }
            dx.data<T>()[r * plan.count + best] = dy.data<T>()[r];
          }
        });
        b.add(0, dx.reshape(rows.permuted).permute(rows.inverse));
      },
      plan.mixing);
}

// The product by the trees of section 3.1 with x and 1 in place of + and 0, not closed.
template <class T>
T lane_product(const T* values, int64_t n) {
  std::vector<double> blocks;
  T last = 1;
  for (int64_t begin = 0; begin < n; begin += 4096) {
    T lanes[64];
    std::fill(std::begin(lanes), std::end(lanes), T(1));
    for (int64_t i = 0; i < std::min<int64_t>(4096, n - begin); ++i)
      lanes[i % 64] = lanes[i % 64] * values[begin + i];
    for (int64_t half = 32; half > 0; half /= 2) {
      for (int64_t lane = 0; lane < half; ++lane) lanes[lane] = lanes[lane] * lanes[lane + half];
    }
    last = lanes[0];
    blocks.push_back(static_cast<double>(last));
  }
  if (blocks.size() <= 1) return last;
  for (size_t size = blocks.size(); size > 1; size = (size + 1) / 2) {
    for (size_t node = 0; node < (size + 1) / 2; ++node) {
      blocks[node] = 2 * node + 1 < size ? blocks[2 * node] * blocks[2 * node + 1] : blocks[2 * node];
    }
  }
  return static_cast<T>(blocks[0]);
}

}  // namespace

Variable max(Tape& tape, const Variable& x, const ReduceOptions& options) {
  return extreme(tape, "max", x, options, true);
}
Variable min(Tape& tape, const Variable& x, const ReduceOptions& options) {
  return extreme(tape, "min", x, options, false);
}

Variable prod(Tape& tape, const Variable& x, const ReduceOptions& options) {
  require_same_floating("prod", x, {});
  const Plan plan = plan_for("prod", x, options);
  const Rows rows = as_rows(x.value(), plan);
  Tensor y = Tensor::empty(plan.result, x.dtype());
  dispatch_floating(x.dtype(), "prod", [&]<class T>() {
    for (int64_t r = 0; r < y.n_elements(); ++r) {
      y.data<T>()[r] = lane_product(rows.values.data<T>() + r * plan.count, plan.count);
    }
  });
  return tape.record(
      y, {x},
      [=](Backward& b) {
        const Tensor dy = b.dy().dense();
        Tensor dx = Tensor::empty(rows.values.shape(), dy.dtype());
        dispatch_floating(dy.dtype(), "prod", [&]<class T>() {
          // Product of the others: those before (a chain from 1) times those behind (a chain from 1): right
          // at zeros.
          for (int64_t r = 0; r < rows.values.size(0); ++r) {
            const T* line = rows.values.data<T>() + r * plan.count;
            T* out = dx.data<T>() + r * plan.count;
            T before = 1, behind = 1;
            for (int64_t i = 0; i < plan.count; ++i) {
              out[i] = before;
              before = before * line[i];
            }
            for (int64_t i = plan.count - 1; i >= 0; --i) {
              out[i] = dy.data<T>()[r] * (out[i] * behind);
              behind = behind * line[i];
            }
          }
        });
        b.add(0, dx.reshape(rows.permuted).permute(rows.inverse));
      },
      plan.mixing);
}

// --- running sums ---

namespace {

// Section 3.3: chunks of 512, out = (fold of the earlier chunk totals) + chain; `reversed` runs from the end.
template <class T>
void running_sums(const T* in, T* out, int64_t n, int64_t stride, bool reversed) {
  const auto at = [&](int64_t i) { return (reversed ? n - 1 - i : i) * stride; };
  T fold = 0;
  for (int64_t begin = 0; begin < n; begin += 512) {
    T chain = 0;
    for (int64_t i = begin; i < std::min<int64_t>(n, begin + 512); ++i) {
      chain = chain + in[at(i)];
      out[at(i)] = begin == 0 ? chain : fold + chain;
    }
    fold = begin == 0 ? chain : fold + chain;
  }
}

Tensor running_sums_along(const Tensor& x, int64_t dim, bool reversed) {
  const Tensor in = x.dense();
  Tensor out = Tensor::empty(x.shape(), x.dtype());
  const int64_t n = x.size(dim), inner = x.shape().slice(dim + 1, x.n_dims()).n_elements();
  const int64_t outer = x.shape().slice(0, dim).n_elements();
  dispatch_floating(x.dtype(), "cumulative_sum", [&]<class T>() {
    for (int64_t line = 0; line < outer * inner; ++line) {
      const int64_t start = line / inner * n * inner + line % inner;
      running_sums(in.data<T>() + start, out.data<T>() + start, n, inner, reversed);
    }
  });
  return out;
}

}  // namespace

Variable cumulative_sum(Tape& tape, const Variable& x, int64_t dim) {
  require_same_floating("cumulative_sum", x, {});
  const int64_t d = x.shape().checked_dim(dim);
  return tape.record(
      running_sums_along(x.value(), d, false), {x},
      [=](Backward& b) { b.add(0, running_sums_along(b.dy(), d, true)); },
      d == 0 ? "cumulative_sum" : nullptr);
}

Variable dot(Tape& tape, const Variable& a, const Variable& b) {
  require_same_floating("dot", a, b);
  if (a.shape().n_dims() != 1 || a.shape() != b.shape()) {
    throw ShapeError("dot needs two vectors of one length, not " + a.shape().to_string() + " and " +
                     b.shape().to_string());
  }
  const Tensor av = a.value(), bv = b.value();
  const Tensor y = reduce(tape.context(), Reduction::kDot, av, {0}, bv);
  return tape.record(
      y, {a, b},
      [=](Backward& back) {
        if (back.needs(0)) back.add(0, apply_binary(back.context(), BinaryOp::kMultiply, back.dy(), bv));
        if (back.needs(1)) back.add(1, apply_binary(back.context(), BinaryOp::kMultiply, back.dy(), av));
      },
      "dot");
}

int64_t count_nonzero(const Tensor& x) {
  const Tensor flags = x.to(DType::kBool).dense();
  return std::count(flags.data<bool>(), flags.data<bool>() + flags.n_elements(), true);
}

Tensor any(const Tensor& x) { return Tensor::scalar(count_nonzero(x) > 0 ? 1 : 0, DType::kBool); }
Tensor all(const Tensor& x) {
  return Tensor::scalar(count_nonzero(x) == x.n_elements() ? 1 : 0, DType::kBool);
}

}  // namespace ibid::ops
