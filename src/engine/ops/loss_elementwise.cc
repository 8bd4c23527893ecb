// Losses of one value and one target (section 4.2): squared, absolute, binary cross-entropy.

#include "engine/kernels/ref/fused.h"
#include "engine/ops/apply_unary.h"
#include "engine/ops/common.h"
#include "engine/ops/loss_terms.h"

namespace ibid::ops {
namespace {

using kernels::fused;

Tensor require_targets(const char* operation, const Variable& x, const Tensor& targets) {
  require_same_floating(operation, x, {});
  if (targets.shape() != x.shape() || targets.dtype() != x.dtype()) {
    throw ShapeError(std::string(operation) + ": input " + x.value().describe() + " and targets " +
                     targets.describe() + " must be alike");
  }
  return targets.dense();
}

// The common frame: term(x, t) and slope(x, t, factor), factor = the mean's weight times what `multiple`
// says.
template <class Term, class Slope>
Variable elementwise_loss(Tape& tape, const char* name, const Variable& x, const Tensor& targets,
                          Reduction reduction, double multiple, Term term, Slope slope) {
  const Tensor t = require_targets(name, x, targets), in = x.value().dense();
  LossTerms terms{Tensor::empty(in.shape(), in.dtype()), std::nullopt, x.batched()};
  dispatch_floating(in.dtype(), name, [&]<class T>() {
    for (int64_t i = 0; i < in.n_elements(); ++i) {
      terms.values.data<T>()[i] = term(in.data<T>()[i], t.data<T>()[i], i);
    }
  });
  const LossScale scale = loss_scale(tape, terms, reduction);
  const auto backward = [=](Backward& b) {
    Tensor dx = Tensor::empty(in.shape(), in.dtype());
    dispatch_floating(in.dtype(), name, [&]<class T>() {
      const T factor = static_cast<T>(b.dy().item() * multiple * scale.weight);
      for (int64_t i = 0; i < in.n_elements(); ++i) {
        dx.data<T>()[i] = slope(in.data<T>()[i], t.data<T>()[i], factor, i);
      }
    });
    b.add(0, std::move(dx));
  };
  return record_loss(tape, x, terms, scale, backward);
}

}  // namespace

Variable mse_loss(Tape& tape, const Variable& x, const Tensor& targets, Reduction reduction) {
  return elementwise_loss(
      tape, "mse_loss", x, targets, reduction, 2.0,
      []<class T>(T v, T t, int64_t) {
        const T d = v - t;
        return d * d;
      },
      []<class T>(T v, T t, T factor, int64_t) { return (v - t) * factor; });
}

Variable mae_loss(Tape& tape, const Variable& x, const Tensor& targets, Reduction reduction) {
  return elementwise_loss(
      tape, "mae_loss", x, targets, reduction, 1.0,
      []<class T>(T v, T t, int64_t) {
        const T d = v - t;
        return d < T(0) ? -d : d == T(0) ? T(0) : d;
      },
      []<class T>(T v, T t, T factor, int64_t) {
        const T d = v - t;
        const T sign = d > T(0) ? T(1) : d < T(0) ? T(-1) : d != d ? d : T(0);
        return sign * factor;
      });
}

Variable bce_with_logits_loss(Tape& tape, const Variable& x, const Tensor& targets,
                              std::optional<double> positive_weight, Reduction reduction) {
  require_same_floating("bce_with_logits_loss", x, {});
  using kernels::UnaryOp;
  Context& context = tape.context();
  const Tensor minus_abs =
      apply_unary(context, UnaryOp::kNegate, apply_unary(context, UnaryOp::kAbs, x.value()));
  const Tensor tail = apply_unary(context, UnaryOp::kLog1p, apply_unary(context, UnaryOp::kExp, minus_abs));
  const Tensor sigmoid = apply_unary(context, UnaryOp::kSigmoid, x.value());
  if (!positive_weight) {
    return elementwise_loss(
        tape, "bce_with_logits_loss", x, targets, reduction, 1.0,
        [tail]<class T>(T v, T t, int64_t i) {
          return fused(-v, t, v > T(0) ? v : T(0)) + tail.data<T>()[i];
        },
        [sigmoid]<class T>(T, T t, T factor, int64_t i) { return (sigmoid.data<T>()[i] - t) * factor; });
  }
  const double weight = *positive_weight;
  return elementwise_loss(
      tape, "bce_with_logits_loss", x, targets, reduction, 1.0,
      [tail, weight]<class T>(T v, T t, int64_t i) {
        const T slope = fused(static_cast<T>(weight - 1.0), t, T(1));
        return ((T(1) - t) * v) + (slope * (tail.data<T>()[i] + (v < T(0) ? -v : T(0))));
      },
      [sigmoid, weight]<class T>(T, T t, T factor, int64_t i) {
        const T slope = fused(static_cast<T>(weight - 1.0), t, T(1));
        return fused(slope, sigmoid.data<T>()[i], -(t * static_cast<T>(weight))) * factor;
      });
}

}  // namespace ibid::ops
