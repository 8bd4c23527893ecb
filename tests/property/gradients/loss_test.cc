#include "ibid/ops/loss.h"

#include <doctest/doctest.h>

#include "ibid/ops/elementwise.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;
using ops::Reduction;

// Class options in every combination.
std::vector<ops::ClassLossOptions> class_options(bool smoothing) {
  std::vector<ops::ClassLossOptions> result;
  for (const bool weighted : {false, true}) {
    for (const bool ignoring : {false, true}) {
      for (const double smooth : {0.0, 0.2}) {
        if (smooth != 0.0 && !smoothing) continue;
        for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
          ops::ClassLossOptions options;
          if (weighted) options.class_weights = random_tensor({4}, 9, 0.5, 2.0);
          if (ignoring) options.ignore_index = 2;
          options.label_smoothing = smooth;
          options.reduction = reduction;
          result.push_back(options);
        }
      }
    }
  }
  return result;
}

const std::vector<Shape>& target_shapes() {
  static const std::vector<Shape> shapes{{5}, {3, 2}, {3, 2, 2}};
  return shapes;
}

Shape with_classes(Shape shape) {
  shape.append(4);
  return shape;
}

IBID_GRADIENT_TEST("nll_loss", "weights, ignored targets, both reductions") {
  for (const Shape& shape : target_shapes()) {
    const Tensor targets = random_indices(shape, 4, 2);
    for (const ops::ClassLossOptions& options : class_options(false)) {
      check_gradients({batched(random_tensor(with_classes(shape), 1))},
                      [&](Tape& t, const Variables& v) { return ops::nll_loss(t, v[0], targets, options); });
    }
  }
}

IBID_GRADIENT_TEST("cross_entropy_loss", "weights, ignored targets, smoothing, both reductions") {
  for (const Shape& shape : target_shapes()) {
    const Tensor targets = random_indices(shape, 4, 2);
    for (const ops::ClassLossOptions& options : class_options(true)) {
      check_gradients(
          {batched(random_tensor(with_classes(shape), 1, -2, 2))},
          [&](Tape& t, const Variables& v) { return ops::cross_entropy_loss(t, v[0], targets, options); });
    }
  }
}

IBID_GRADIENT_TEST("focal_loss", "exponents, weights, both reductions") {
  for (const double gamma : {0.0, 0.5, 1.0, 2.0, 3.0}) {
    CAPTURE(gamma);
    for (const bool weighted : {false, true}) {
      for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
        ops::FocalLossOptions options{gamma, {}, reduction};
        if (weighted) options.class_weights = random_tensor({4}, 9, 0.5, 2.0);
        const Tensor targets = random_indices({5}, 4, 2);
        check_gradients({batched(random_tensor({5, 4}, 1, -2, 2))}, [&](Tape& t, const Variables& v) {
          return ops::focal_loss(t, v[0], targets, options);
        });
      }
    }
  }
}

IBID_GRADIENT_TEST("mse_loss", "shapes and reductions") {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    for (const Shape& shape : target_shapes()) {
      const Tensor targets = random_tensor(shape, 2);
      check_gradients({batched(random_tensor(shape, 1))}, [&](Tape& t, const Variables& v) {
        return ops::mse_loss(t, v[0], targets, reduction);
      });
    }
  }
}

IBID_GRADIENT_TEST("mae_loss", "away from the target") {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    for (const Shape& shape : target_shapes()) {
      const Tensor targets = Tensor::zeros(shape, DType::kF64);
      check_gradients({batched(random_away_from_zero(shape, 1))}, [&](Tape& t, const Variables& v) {
        return ops::mae_loss(t, v[0], targets, reduction);
      });
    }
  }
}

IBID_GRADIENT_TEST("bce_with_logits_loss", "soft targets, positive weight, both reductions") {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    for (const std::optional<double> weight : {std::optional<double>(), std::optional<double>(3.0)}) {
      for (const Shape& shape : target_shapes()) {
        const Tensor targets = random_tensor(shape, 2, 0, 1);
        check_gradients({batched(random_away_from_zero(shape, 1, 0.05, 3.0))},
                        [&](Tape& t, const Variables& v) {
                          return ops::bce_with_logits_loss(t, v[0], targets, weight, reduction);
                        });
      }
    }
  }
}

IBID_GRADIENT_TEST("mse_loss", "a penalty on a parameter beside a loss over samples") {
  const Tensor targets = random_tensor({5, 3}, 3), centre = random_tensor({4}, 4);
  for (const Reduction reduction : {Reduction::kMean, Reduction::kSum}) {
    check_gradients({batched(random_tensor({5, 3}, 1)), parameter(random_tensor({4}, 2))},
                    [&](Tape& t, const Variables& v) {
                      return ops::add(t, ops::mse_loss(t, v[0], targets),
                                      ops::mse_loss(t, v[1], centre, reduction));
                    },
                    {.has_no_constant = true});
  }
}

}  // namespace
}  // namespace ibid::test
