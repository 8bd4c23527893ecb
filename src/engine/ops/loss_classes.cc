// Losses over classes (section 4.2): negative log-likelihood, cross-entropy, focal. Per sample they read one
// row of log-probabilities; a sample that is ignored has loss and gradient +0 by selection, never by
// multiplication.

#include <functional>

#include "engine/kernels/ref/fused.h"
#include "engine/ops/apply_unary.h"
#include "engine/ops/common.h"
#include "engine/ops/loss_terms.h"

namespace ibid::ops {
namespace {

using kernels::fused;

// What one call works on: rows of class scores and their checked targets, -1 for ignored rows.
struct Classes {
  int64_t rows, n_classes;
  std::vector<int64_t> targets;
  Tensor class_weights;  // of the input's type, or absent
  bool batched;          // rows belong to samples
};

Classes checked_classes(const char* operation, const Variable& x, const Tensor& targets,
                        const Tensor& weights, std::optional<int64_t> ignore_index) {
  require_same_floating(operation, x, {});
  if (x.shape().n_dims() < 1 || targets.shape() != x.shape().slice(0, x.shape().n_dims() - 1)) {
    throw ShapeError(std::string(operation) + ": input " + x.shape().to_string() + " and targets " +
                     targets.shape().to_string() +
                     "; targets must have the input's shape without its last dim");
  }
  if (targets.dtype() != DType::kI64) {
    throw DTypeError(std::string(operation) + ": targets must be i64 class numbers, not " +
                     targets.describe());
  }
  Classes c{targets.n_elements(), x.shape()[-1], targets.to_vector<int64_t>(), {}, x.batched()};
  for (int64_t& target : c.targets) {
    if (ignore_index && target == *ignore_index) {
      target = -1;
    } else if (target < 0 || target >= c.n_classes) {
      throw ArgumentError(std::string(operation) + ": target " + std::to_string(target) +
                          " is no class of 0 to " + std::to_string(c.n_classes - 1));
    }
  }
  if (weights.defined()) {
    if (weights.shape() != Shape{c.n_classes}) {
      throw ShapeError(std::string(operation) + ": class weights " + weights.shape().to_string() + " for " +
                       std::to_string(c.n_classes) + " classes");
    }
    c.class_weights = weights.to(x.dtype()).dense();
  }
  return c;
}

template <class T>
T weight_of(const Classes& c, int64_t target) {
  return c.class_weights.defined() ? c.class_weights.data<T>()[target] : T(1);
}

// The terms by value(row, target); their weights where classes weigh or samples are ignored.
template <class T>
LossTerms terms_of(const Classes& c, DType dtype, const std::function<T(int64_t, int64_t)>& value) {
  LossTerms terms{Tensor::zeros({c.rows}, dtype), std::nullopt, c.batched};
  Tensor weights = Tensor::zeros({c.rows}, dtype);
  bool uneven = c.class_weights.defined();
  for (int64_t row = 0; row < c.rows; ++row) {
    const int64_t target = c.targets[static_cast<size_t>(row)];
    uneven = uneven || target < 0;
    if (target < 0) continue;
    weights.data<T>()[row] = weight_of<T>(c, target);
    terms.values.data<T>()[row] = value(row, target);
  }
  if (uneven) terms.weights = weights;
  return terms;
}

// The gradient by fill(row, target, factor, dx of the row) for rows that count, +0 elsewhere.
template <class T>
Tensor class_gradient(const Classes& c, const Backward& b, const LossScale& scale, const Shape& shape,
                      DType dtype, const std::function<void(int64_t, int64_t, T, T*)>& fill) {
  Tensor dx = Tensor::zeros(shape, dtype);
  const T factor = static_cast<T>(b.dy().item() * scale.weight);
  for (int64_t row = 0; row < c.rows; ++row) {
    const int64_t target = c.targets[static_cast<size_t>(row)];
    if (target >= 0) fill(row, target, factor, dx.data<T>() + row * c.n_classes);
  }
  return dx;
}

Tensor softmax_rows(Context& context, const Tensor& x, bool logarithm) {
  const Tensor in = x.dense();
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  const int64_t cols = x.size(-1), rows = cols == 0 ? 0 : x.n_elements() / cols;
  dispatch_floating(x.dtype(), "softmax", [&]<class T>() {
    kernels::SoftmaxArgs<T> args{logarithm, rows, cols, in.data<T>(), y.data<T>()};
    kernels_of<T>(context).softmax(args, context.executor());
  });
  return y;
}

}  // namespace

Variable nll_loss(Tape& tape, const Variable& log_probabilities, const Tensor& targets,
                  const ClassLossOptions& options) {
  const Classes c =
      checked_classes("nll_loss", log_probabilities, targets, options.class_weights, options.ignore_index);
  if (options.label_smoothing != 0.0)
    throw ArgumentError("nll_loss has no label smoothing; use cross_entropy_loss");
  const Tensor l = log_probabilities.value().dense();
  const DType dtype = l.dtype();
  Variable result;
  dispatch_floating(dtype, "nll_loss", [&]<class T>() {
    const LossTerms terms = terms_of<T>(c, dtype, [&](int64_t row, int64_t target) {
      return -(weight_of<T>(c, target) * l.data<T>()[row * c.n_classes + target]);
    });
    const LossScale scale = loss_scale(tape, terms, options.reduction);
    const auto backward = [=, shape = l.shape()](Backward& b) {
      b.add(0, class_gradient<T>(c, b, scale, shape, dtype, [&](int64_t, int64_t target, T factor, T* dx) {
              dx[target] = -(weight_of<T>(c, target) * factor);
            }));
    };
    result = record_loss(tape, log_probabilities, terms, scale, backward);
  });
  return result;
}

Variable cross_entropy_loss(Tape& tape, const Variable& logits, const Tensor& targets,
                            const ClassLossOptions& options) {
  const Classes c =
      checked_classes("cross_entropy_loss", logits, targets, options.class_weights, options.ignore_index);
  const double eps = options.label_smoothing;
  if (!(eps >= 0.0 && eps < 1.0)) {
    throw ArgumentError("cross_entropy_loss: label smoothing is " + std::to_string(eps) +
                        "; it must be in [0, 1)");
  }
  const Tensor l = softmax_rows(tape.context(), logits.value(), true);
  const Tensor p = softmax_rows(tape.context(), logits.value(), false);
  const DType dtype = l.dtype();
  Variable result;
  dispatch_floating(dtype, "cross_entropy_loss", [&]<class T>() {
    const T spread = static_cast<T>(eps / static_cast<double>(c.n_classes)), rest = static_cast<T>(1.0 - eps);
    const auto fill_targets = [=](int64_t target, T* q) {
      for (int64_t j = 0; j < c.n_classes; ++j) {
        q[j] = weight_of<T>(c, j) * spread + (j == target ? weight_of<T>(c, target) * rest : T(0));
      }
    };
    Context& context = tape.context();
    const auto sum_row = [n_classes = c.n_classes](kernels::Reduction op, const T* a, const T* b,
                                                   Context& on) {
      T sum = 0;
      kernels::ReduceRowsArgs<T> args;
      args.op = op;
      args.rows = 1;
      args.cols = n_classes;
      args.a = a;
      args.b = b;
      args.y = &sum;
      kernels_of<T>(on).reduce_rows(args, on.executor());
      return sum;
    };
    std::vector<T> q(static_cast<size_t>(c.n_classes));
    const LossTerms terms = terms_of<T>(c, dtype, [&](int64_t row, int64_t target) {
      const T* lr = l.data<T>() + row * c.n_classes;
      if (eps == 0.0) return -(weight_of<T>(c, target) * lr[target]);
      fill_targets(target, q.data());
      return -sum_row(kernels::Reduction::kDot, q.data(), lr, context);
    });
    const LossScale scale = loss_scale(tape, terms, options.reduction);
    const auto backward = [=](Backward& b) {
      std::vector<T> row_targets(static_cast<size_t>(c.n_classes));
      b.add(0, class_gradient<T>(
                   c, b, scale, p.shape(), dtype, [&](int64_t row, int64_t target, T factor, T* dx) {
                     const T* pr = p.data<T>() + row * c.n_classes;
                     T total = weight_of<T>(c, target);
                     if (eps == 0.0) {
                       for (int64_t j = 0; j < c.n_classes; ++j) row_targets[static_cast<size_t>(j)] = T(0);
                       row_targets[static_cast<size_t>(target)] = total;
                     } else {
                       fill_targets(target, row_targets.data());
                       total = sum_row(kernels::Reduction::kSum, row_targets.data(), nullptr, b.context());
                     }
                     for (int64_t j = 0; j < c.n_classes; ++j) {
                       dx[j] = fused(pr[j], total, -row_targets[static_cast<size_t>(j)]) * factor;
                     }
                   }));
    };
    result = record_loss(tape, logits, terms, scale, backward);
  });
  return result;
}

// --- focal ---

namespace {

// u^g for a tensor: section 8.3 for whole g, else exp(g x log(u)).
Tensor real_power(Context& context, const Tensor& u, double g) {
  const int64_t whole = static_cast<int64_t>(g);
  if (static_cast<double>(whole) == g) return apply_power(u, whole);
  Tensor exponent = apply_unary(context, kernels::UnaryOp::kLog, u);
  dispatch_floating(u.dtype(), "focal_loss", [&]<class T>() {
    for (int64_t i = 0; i < u.n_elements(); ++i)
      exponent.data<T>()[i] = static_cast<T>(g) * exponent.data<T>()[i];
  });
  return apply_unary(context, kernels::UnaryOp::kExp, exponent);
}

}  // namespace

Variable focal_loss(Tape& tape, const Variable& logits, const Tensor& targets,
                    const FocalLossOptions& options) {
  const Classes c = checked_classes("focal_loss", logits, targets, options.class_weights, std::nullopt);
  const double g = options.gamma;
  if (!(g >= 0.0))
    throw ArgumentError("focal_loss: gamma is " + std::to_string(g) + "; it must not be negative");
  Context& context = tape.context();
  const Tensor l = softmax_rows(context, logits.value(), true),
               p = softmax_rows(context, logits.value(), false);
  const DType dtype = l.dtype();
  // Per row: l_y, exp(l_y), u = 1 - that, u^g and u^(g-1).
  Tensor ly = Tensor::zeros({c.rows}, dtype);
  dispatch_floating(dtype, "focal_loss", [&]<class T>() {
    for (int64_t row = 0; row < c.rows; ++row) {
      ly.data<T>()[row] = l.data<T>()[row * c.n_classes + c.targets[static_cast<size_t>(row)]];
    }
  });
  const Tensor py = apply_unary(context, kernels::UnaryOp::kExp, ly);
  Tensor u = Tensor::empty({c.rows}, dtype);
  dispatch_floating(dtype, "focal_loss", [&]<class T>() {
    for (int64_t row = 0; row < c.rows; ++row) u.data<T>()[row] = T(1) - py.data<T>()[row];
  });
  const Tensor ug = real_power(context, u, g);
  // g x u^(g-1) is 0 at g = 0, whatever u is.
  const Tensor ug1 = g == 0.0 ? Tensor::zeros({c.rows}, dtype) : real_power(context, u, g - 1.0);
  Variable result;
  dispatch_floating(dtype, "focal_loss", [&]<class T>() {
    LossTerms terms = terms_of<T>(c, dtype, [&](int64_t row, int64_t target) {
      return -((weight_of<T>(c, target) * ug.data<T>()[row]) * ly.data<T>()[row]);
    });
    terms.weights = std::nullopt;  // the mean is over samples: the weights belong to the loss itself
    const LossScale scale = loss_scale(tape, terms, options.reduction);
    const auto backward = [=](Backward& b) {
      b.add(0, class_gradient<T>(
                   c, b, scale, p.shape(), dtype, [&](int64_t row, int64_t target, T factor, T* dx) {
                     const T slope =
                         ((static_cast<T>(g) * ug1.data<T>()[row]) * py.data<T>()[row]) * ly.data<T>()[row];
                     const T k = weight_of<T>(c, target) * (slope - ug.data<T>()[row]);
                     for (int64_t j = 0; j < c.n_classes; ++j) {
                       const T own = j == target ? T(1) : T(0);
                       dx[j] = (k * (own - p.data<T>()[row * c.n_classes + j])) * factor;
                     }
                   }));
    };
    result = record_loss(tape, logits, terms, scale, backward);
  });
  return result;
}

}  // namespace ibid::ops
