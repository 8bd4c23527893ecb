#include "ibid/ops/norm.h"

#include <cmath>
#include <vector>

#include "engine/kernels/ref/fused.h"
#include "engine/ops/column_sums.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

void require_per_channel(const char* operation, const Variable& value, const Shape& shape) {
  if (!absent(value) && value.shape() != shape) {
    throw ShapeError(std::string(operation) + ": gamma and beta must be " + shape.to_string() + ", not " +
                     value.shape().to_string());
  }
}

template <class T>
const T* data_or_null(const Tensor& tensor) {
  return tensor.defined() ? tensor.data<T>() : nullptr;
}

Tensor dense_or_absent(const Variable& variable) {
  return absent(variable) ? Tensor() : variable.value().dense();
}

// --- batch norm ---

struct Statistics {
  Tensor mean, variance;
  std::vector<double> squares;  // SUM64, for the unbiased running variance
};

// One sum per channel over all rows, shard by shard and then by the tree, in binary64.
struct ChannelTerms {
  Tensor a, b, mean;  // b and mean may be absent
  bool batched;       // rows belong to samples
};
template <class T>
std::vector<double> channel_sums(const Tape& tape, kernels::Reduction op, const ChannelTerms& terms) {
  const Tensor& a = terms.a;
  const int64_t channels = a.size(-1), rows = channels == 0 ? 0 : a.n_elements() / channels;
  std::vector<double> sums(static_cast<size_t>(channels));
  kernels::ReduceColumnsArgs<T> args;
  args.op = op;
  args.rows = rows;
  args.cols = channels;
  args.a = a.data<T>();
  args.b = data_or_null<T>(terms.b);
  args.centre = data_or_null<T>(terms.mean);
  args.shard_rows = terms.batched ? tape.rows_per_shard(rows) : 0;
  args.sums = sums.data();
  kernels_of<T>(tape.context()).reduce_columns(args, tape.context().executor());
  return sums;
}

template <class T>
Tensor rounded(const std::vector<double>& values) {
  Tensor result = Tensor::empty({static_cast<int64_t>(values.size())}, kDTypeOf<T>);
  for (size_t i = 0; i < values.size(); ++i) result.data<T>()[i] = static_cast<T>(values[i]);
  return result;
}

template <class T>
Statistics pass_statistics(const Tape& tape, const Tensor& x, bool batched, double n) {
  Statistics s;
  std::vector<double> means = channel_sums<T>(tape, kernels::Reduction::kSum, {x, {}, {}, batched});
  for (double& value : means) value /= n;
  s.mean = rounded<T>(means);
  s.squares = channel_sums<T>(tape, kernels::Reduction::kCentredSquares, {x, {}, s.mean, batched});
  std::vector<double> variances = s.squares;
  for (double& value : variances) value /= n;
  s.variance = rounded<T>(variances);
  return s;
}

template <class T>
void update_running(const BatchNormState& state, const Statistics& s, double n) {
  const T momentum = static_cast<T>(state.momentum);
  const auto update = [&](Tensor& running, int64_t c, T value) {
    T& r = running.data<T>()[c];
    r = kernels::fused(momentum, value - r, r);
  };
  for (int64_t c = 0; c < s.mean.n_elements(); ++c) {
    update(*state.mean, c, s.mean.data<T>()[c]);
    update(*state.variance, c, static_cast<T>(s.squares[static_cast<size_t>(c)] / (n - 1)));
  }
}

}  // namespace

Variable batch_norm(Tape& tape, const Variable& x, const Variable& gamma, const Variable& beta,
                    const BatchNormState& state, double epsilon) {
  require_same_floating("batch_norm", x, gamma);
  require_same_floating("batch_norm", x, beta);
  if (x.shape().n_dims() < 2)
    throw ShapeError("batch_norm needs (samples, ..., channels), not " + x.shape().to_string());
  const int64_t channels = x.shape()[-1];
  require_per_channel("batch_norm", gamma, {channels});
  require_per_channel("batch_norm", beta, {channels});
  const int64_t rows = channels == 0 ? 0 : x.shape().n_elements() / channels;
  const double n = static_cast<double>(rows);
  const bool of_pass = tape.training() || state.mean == nullptr, batched = x.batched();
  const bool sums_gradients = gamma.needs_gradient() || beta.needs_gradient();
  if (of_pass && tape.training() && rows < 2) {
    throw ArgumentError("batch_norm in training needs at least two values per channel; the input is " +
                        x.value().describe());
  }
  // The statistics, and the gradients of gamma and beta, are taken over all samples.
  if (batched && (of_pass || sums_gradients)) tape.require_whole_step("batch_norm", "group_norm");
  const Tensor in = x.value().dense(), gamma_value = dense_or_absent(gamma),
               beta_value = dense_or_absent(beta);
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  Tensor mean, r = Tensor::empty({channels}, x.dtype()), scale = Tensor::empty({channels}, x.dtype());
  dispatch_floating(x.dtype(), "batch_norm", [&]<class T>() {
    Statistics statistics;
    if (of_pass) {
      statistics = pass_statistics<T>(tape, in, batched, n);
      if (tape.training() && state.mean != nullptr) update_running<T>(state, statistics, n);
    } else {
      statistics.mean = state.mean->clone();
      statistics.variance = state.variance->clone();
    }
    mean = statistics.mean;
    for (int64_t c = 0; c < channels; ++c) {
      const double variance = static_cast<double>(statistics.variance.data<T>()[c]);
      r.data<T>()[c] = static_cast<T>(1.0 / std::sqrt(variance + epsilon));
      scale.data<T>()[c] = gamma_value.defined() ? gamma_value.data<T>()[c] * r.data<T>()[c] : r.data<T>()[c];
    }
    kernels::ChannelNormArgs<T> args{rows,           channels,        in.data<T>(),
                                     mean.data<T>(), scale.data<T>(), data_or_null<T>(beta_value),
                                     y.data<T>()};
    kernels_of<T>(tape.context()).channel_norm(args, tape.context().executor());
  });
  return tape.record(
      y, {x, absent(gamma) ? tape.constant(scale) : gamma, absent(beta) ? tape.constant(mean) : beta},
      [=](Backward& b) {
        const Tensor dy = b.dy().dense();
        dispatch_floating(dy.dtype(), "batch_norm", [&]<class T>() {
          const std::vector<double> s1 =
              channel_sums<T>(b.tape(), kernels::Reduction::kSum, {dy, {}, {}, batched});
          const std::vector<double> s2 =
              channel_sums<T>(b.tape(), kernels::Reduction::kCentredDot, {dy, in, mean, batched});
          Tensor m1 = Tensor::zeros({channels}, dy.dtype()), k = Tensor::zeros({channels}, dy.dtype());
          Tensor dgamma = Tensor::empty({channels}, dy.dtype());
          for (int64_t c = 0; c < channels; ++c) {
            const size_t i = static_cast<size_t>(c);
            const double rc = static_cast<double>(r.data<T>()[c]);
            if (of_pass) {  // with running statistics, mean and variance are constants
              m1.data<T>()[c] = static_cast<T>(s1[i] / n);
              k.data<T>()[c] = static_cast<T>((s2[i] * rc) * rc / n);
            }
            dgamma.data<T>()[c] = static_cast<T>(s2[i] * rc);
          }
          // Sums over all shards already: a part without samples, not summed again by the tree.
          b.add(1, dgamma);
          b.add(2, rounded<T>(s1));
          if (!b.needs(0)) return;
          Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
          kernels::ChannelNormGradientArgs<T> args{rows,         channels,       in.data<T>(),
                                                   dy.data<T>(), mean.data<T>(), scale.data<T>(),
                                                   m1.data<T>(), k.data<T>(),    dx.data<T>()};
          kernels_of<T>(b.context()).channel_norm_gradient(args, b.context().executor());
          b.add(0, std::move(dx));
        });
      },
      gamma.batched() || beta.batched() ? "batch_norm" : nullptr);
}

// --- layer and group norm ---

namespace {

struct Groups {
  const char* operation;
  int64_t instances, positions, channels, groups;
  bool lane_rule;
  bool mixes_samples = false;  // the statistics run over the samples as well
};

Variable normalise(Tape& tape, const Variable& x, const Groups& g, const Variable& gamma,
                   const Variable& beta, double epsilon) {
  const Tensor in = x.value().dense(), gamma_value = dense_or_absent(gamma),
               beta_value = dense_or_absent(beta);
  Tensor y = Tensor::empty(x.shape(), x.dtype()), normalised = Tensor::empty(x.shape(), x.dtype());
  Tensor r = Tensor::empty({g.instances, g.groups}, x.dtype());
  dispatch_floating(x.dtype(), "layer_norm", [&]<class T>() {
    kernels::GroupNormArgs<T> args{g.instances,
                                   g.positions,
                                   g.channels,
                                   g.groups,
                                   g.lane_rule,
                                   epsilon,
                                   in.data<T>(),
                                   data_or_null<T>(gamma_value),
                                   data_or_null<T>(beta_value),
                                   normalised.data<T>(),
                                   r.data<T>(),
                                   y.data<T>()};
    kernels_of<T>(tape.context()).group_norm(args, tape.context().executor());
  });
  std::vector<Variable> inputs{x};
  if (!absent(gamma)) inputs.push_back(gamma);
  if (!absent(beta)) inputs.push_back(beta);
  const bool has_gamma = !absent(gamma), has_beta = !absent(beta);
  const char* mixing = g.mixes_samples || gamma.batched() || beta.batched() ? g.operation : nullptr;
  const auto backward = [=](Backward& b) {
    const Tensor dy = b.dy().dense();
    if (has_gamma && b.needs(1)) add_column_dots(b, 1, dy, normalised);
    if (has_beta && b.needs(has_gamma ? 2 : 1)) add_column_sums(b, has_gamma ? 2 : 1, dy, Tensor());
    if (!b.needs(0)) return;
    Tensor dx = Tensor::empty(dy.shape(), dy.dtype());
    dispatch_floating(dy.dtype(), "layer_norm", [&]<class T>() {
      kernels::GroupNormGradientArgs<T> args{g.instances,
                                             g.positions,
                                             g.channels,
                                             g.groups,
                                             g.lane_rule,
                                             dy.data<T>(),
                                             data_or_null<T>(gamma_value),
                                             normalised.data<T>(),
                                             r.data<T>(),
                                             dx.data<T>()};
      kernels_of<T>(b.context()).group_norm_gradient(args, b.context().executor());
    });
    b.add(0, std::move(dx));
  };
  return tape.record(y, inputs, backward, mixing);
}

}  // namespace

Variable layer_norm(Tape& tape, const Variable& x, int64_t n_dims, const Variable& gamma,
                    const Variable& beta, double epsilon) {
  require_same_floating("layer_norm", x, gamma);
  require_same_floating("layer_norm", x, beta);
  if (n_dims < 1 || n_dims > x.shape().n_dims()) {
    throw ArgumentError("layer_norm over " + std::to_string(n_dims) + " dims of " + x.shape().to_string());
  }
  const Shape suffix = x.shape().slice(x.shape().n_dims() - n_dims, x.shape().n_dims());
  require_per_channel("layer_norm", gamma, suffix);
  require_per_channel("layer_norm", beta, suffix);
  const int64_t size = suffix.n_elements();
  const Groups groups{"layer_norm", size == 0 ? 0 : x.shape().n_elements() / size, 1, size, 1,
                      true,         x.batched() && n_dims == x.shape().n_dims()};
  return normalise(tape, x, groups, gamma, beta, epsilon);
}

Variable group_norm(Tape& tape, const Variable& x, int64_t groups, const Variable& gamma,
                    const Variable& beta, double epsilon) {
  require_same_floating("group_norm", x, gamma);
  require_same_floating("group_norm", x, beta);
  if (x.shape().n_dims() < 2)
    throw ShapeError("group_norm needs (samples, ..., channels), not " + x.shape().to_string());
  const int64_t channels = x.shape()[-1];
  if (groups < 1 || channels % groups != 0) {
    throw ArgumentError("group_norm: " + std::to_string(channels) + " channels cannot be cut into " +
                        std::to_string(groups) + " groups");
  }
  require_per_channel("group_norm", gamma, {channels});
  require_per_channel("group_norm", beta, {channels});
  const int64_t positions = x.shape().slice(1, x.shape().n_dims() - 1).n_elements();
  return normalise(tape, x, {"group_norm", x.shape()[0], positions, channels, groups, false}, gamma, beta,
                   epsilon);
}

}  // namespace ibid::ops
