#include <cmath>

#include "engine/ops/common.h"
#include "engine/parallel/fp_state.h"
#include "ibid/optim.h"

namespace ibid::optim {

double clip_gradient_norm(Context& context, const std::vector<Parameter*>& parameters, double max_norm) {
  const parallel::FpStateGuard fp_state;
  double squares = 0.0;
  for (const Parameter* parameter : parameters) {
    if (!parameter->gradient.defined()) continue;
    const Tensor gradient = parameter->gradient.dense();
    dispatch_floating(gradient.dtype(), "clip_gradient_norm", [&]<class T>() {
      double sum = 0.0;
      kernels::ReduceRowsArgs<T> args;
      args.op = kernels::Reduction::kSquares;
      args.rows = 1;
      args.cols = gradient.n_elements();
      args.a = gradient.data<T>();
      args.sums = &sum;
      ops::kernels_of<T>(context).reduce_rows(args, context.executor());
      squares = squares + sum;
    });
  }
  const double norm = std::sqrt(squares);
  for (Parameter* parameter : parameters) {
    if (!parameter->gradient.defined()) continue;
    Tensor clipped = parameter->gradient.clone();
    dispatch_floating(clipped.dtype(), "clip_gradient_norm", [&]<class T>() {
      const T k = static_cast<T>(max_norm / (norm + 1e-6));
      if (k >= T(1)) return;
      for (int64_t i = 0; i < clipped.n_elements(); ++i) clipped.data<T>()[i] = clipped.data<T>()[i] * k;
    });
    parameter->gradient = std::move(clipped);
  }
  return norm;
}

void clip_gradient_values(const std::vector<Parameter*>& parameters, double limit) {
  const parallel::FpStateGuard fp_state;
  for (Parameter* parameter : parameters) {
    if (!parameter->gradient.defined()) continue;
    Tensor clipped = parameter->gradient.clone();
    dispatch_floating(clipped.dtype(), "clip_gradient_values", [&]<class T>() {
      const T bound = static_cast<T>(limit);
      for (int64_t i = 0; i < clipped.n_elements(); ++i) {
        T& g = clipped.data<T>()[i];
        g = g > bound ? bound : g < -bound ? -bound : g;
      }
    });
    parameter->gradient = std::move(clipped);
  }
}

}  // namespace ibid::optim
