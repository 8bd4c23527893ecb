#include "ibid/ops/dropout.h"

#include <cmath>

#include "engine/kernels/random_key.h"
#include "engine/ops/common.h"

namespace ibid::ops {
namespace {

// `first_row`: the position of x's first row among the rows of the whole step.
Tensor apply(Context& context, const Tensor& x, double p, const kernels::RandomKey& stream, int64_t channels,
             int64_t first_row) {
  const Tensor in = x.dense();
  Tensor y = Tensor::empty(x.shape(), x.dtype());
  const int64_t row_size = x.n_elements() / x.size(0);
  dispatch_floating(x.dtype(), "dropout", [&]<class T>() {
    kernels::DropoutArgs<T> args;
    args.stream = kernels::philox_stream(stream);
    args.first = static_cast<uint64_t>(first_row * (channels > 0 ? channels : row_size));
    args.threshold = static_cast<uint64_t>(std::floor(p * 0x1p32 + 0.5));
    args.scale = static_cast<T>(1.0 / (1.0 - p));
    args.size = x.n_elements();
    args.channels = channels;
    args.positions = channels > 0 ? row_size / channels : 1;
    args.x = in.data<T>();
    args.y = y.data<T>();
    kernels_of<T>(context).dropout(args, context.executor());
  });
  return y;
}

Variable drop(Tape& tape, const Variable& x, double p, const DropoutKey& key, bool whole_channels) {
  if (!(p >= 0.0 && p < 1.0))
    throw ArgumentError("dropout: p is " + std::to_string(p) + "; it must be in [0, 1)");
  if (x.shape().n_dims() < 2 && whole_channels) {
    throw ShapeError("channel_dropout needs (samples, ..., channels), not " + x.shape().to_string());
  }
  if (x.shape().n_dims() < 1) throw ShapeError("dropout needs a first dim for the samples");
  if (!tape.training() || p == 0.0 || x.shape().n_elements() == 0) return x;
  const TapeOptions& options = tape.options();
  const kernels::RandomKey stream{options.random.seed, options.random.step, static_cast<uint32_t>(key.layer),
                                  tape.next_call(key.module),
                                  whole_channels ? RandomPurpose::kChannelDropout : RandomPurpose::kDropout};
  const int64_t channels = whole_channels ? x.shape()[-1] : 0;
  // A value of the whole pass, or a parameter, is numbered from 0 in every worker.
  const int64_t first_row = x.batched() ? options.shards.first_sample * (x.shape()[0] / tape.n_samples()) : 0;
  return tape.record(apply(tape.context(), x.value(), p, stream, channels, first_row), {x}, [=](Backward& b) {
    b.add(0, apply(b.context(), b.dy(), p, stream, channels, first_row));
  });
}

}  // namespace

Variable dropout(Tape& tape, const Variable& x, double p, const DropoutKey& key) {
  return drop(tape, x, p, key, false);
}

Variable channel_dropout(Tape& tape, const Variable& x, double p, const DropoutKey& key) {
  return drop(tape, x, p, key, true);
}

}  // namespace ibid::ops
