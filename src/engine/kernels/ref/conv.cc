// Sections 2.1 to 2.3 and 6.2 of the standard, as written: an output is a chain over its taps in the order of
// the text, and a tap in the padding is a factor of +0.

#include "engine/kernels/conv.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/chains.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

struct Index {
  int64_t v[3];
};

inline int64_t volume(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

inline Index unravel(int64_t raster, const int64_t (&size)[3]) {
  return {{raster / (size[1] * size[2]), raster / size[2] % size[1], raster % size[2]}};
}

// The raster of `at` in `size`, or -1 outside.
inline int64_t ravel(const Index& at, const int64_t (&size)[3]) {
  for (int d = 0; d < 3; ++d) {
    if (at.v[d] < 0 || at.v[d] >= size[d]) return -1;
  }
  return (at.v[0] * size[1] + at.v[1]) * size[2] + at.v[2];
}

// Which input position the output position reads through the tap; -1 in the padding.
inline int64_t input_of(const ConvShape& s, const Index& out, const Index& tap) {
  Index in;
  for (int d = 0; d < 3; ++d) in.v[d] = out.v[d] * s.stride[d] - s.padding[d] + tap.v[d] * s.dilation[d];
  return ravel(in, s.in_size);
}

// How many channels from `channel` on are one group's and fit one Chains.
template <class T>
inline int64_t chains_at_once(int64_t channel, int64_t group_channels) {
  return min_of(Chains<T>::kMaxOutputs, group_channels - channel % group_channels);
}

template <class T>
void conv_forward(const ConvForwardArgs<T>& c, Executor& executor) noexcept {
  const ConvShape& s = c.shape;
  const int64_t in_volume = volume(s.in_size), out_volume = volume(s.out_size), n_taps = volume(s.kernel);
  const int64_t group_in = s.in_channels / s.groups, group_out = s.out_channels / s.groups;
  const int64_t depth = n_taps * group_in;
  // The weight with output channels last, so that neighbouring outputs read neighbouring weights.
  T* turned = static_cast<T*>(
      executor.shared_scratch(max_of(1, depth * s.out_channels) * static_cast<int64_t>(sizeof(T))));
  parallel_for(executor, s.out_channels, [&](int64_t co, int32_t) {
    for (int64_t k = 0; k < depth; ++k) turned[k * s.out_channels + co] = c.weight[co * depth + k];
  });
  parallel_for(executor, s.batch * out_volume, [&](int64_t position, int32_t) {
    const Index out = unravel(position % out_volume, s.out_size);
    const T* image = c.x + position / out_volume * in_volume * s.in_channels;
    Chains<T> chains;
    for (int64_t co = 0; co < s.out_channels; co += chains_at_once<T>(co, group_out)) {
      chains.start(chains_at_once<T>(co, group_out));
      for (int64_t tap = 0; tap < n_taps; ++tap) {
        const int64_t in = input_of(s, out, unravel(tap, s.kernel));
        const T* x = image + max_of(in, 0) * s.in_channels + co / group_out * group_in;
        const T* weight = turned + tap * group_in * s.out_channels + co;
        for (int64_t ci = 0; ci < group_in; ++ci)
          chains.add(in >= 0 ? x[ci] : T(0), weight + ci * s.out_channels, 1);
      }
      chains.finish(c.bias != nullptr ? c.bias + co : nullptr, c.activation,
                    c.y + position * s.out_channels + co, 1);
    }
  });
}

template <class T>
inline T masked(const T* dy, const T* relu_output, int64_t at) {
  return relu_output != nullptr && relu_output[at] <= T(0) ? T(0) : dy[at];
}

// Whether input position `in` is read through `tap` by an output position of the infinite output grid, and by
// which (-1: one outside the output).
inline bool listed(const ConvShape& s, const Index& in, const Index& tap, int64_t* out_raster) {
  Index out;
  for (int d = 0; d < 3; ++d) {
    const int64_t numerator = in.v[d] + s.padding[d] - tap.v[d] * s.dilation[d];
    if (numerator % s.stride[d] != 0) return false;
    out.v[d] = numerator / s.stride[d];
  }
  *out_raster = ravel(out, s.out_size);
  return true;
}

template <class T>
void conv_backward_data(const ConvBackwardDataArgs<T>& c, Executor& executor) noexcept {
  const ConvShape& s = c.shape;
  const int64_t in_volume = volume(s.in_size), out_volume = volume(s.out_size), n_taps = volume(s.kernel);
  const int64_t group_in = s.in_channels / s.groups, group_out = s.out_channels / s.groups;
  parallel_for(executor, s.batch * in_volume, [&](int64_t position, int32_t) {
    const Index in = unravel(position % in_volume, s.in_size);
    const int64_t image = position / in_volume * out_volume;
    Chains<T> chains;
    for (int64_t ci = 0; ci < s.in_channels; ci += chains_at_once<T>(ci, group_in)) {
      chains.start(chains_at_once<T>(ci, group_in));
      const int64_t group = ci / group_in;
      for (int64_t tap = n_taps - 1; tap >= 0; --tap) {
        int64_t out = 0;
        if (!listed(s, in, unravel(tap, s.kernel), &out)) continue;
        for (int64_t co = group * group_out; co < (group + 1) * group_out; ++co) {
          const T dy = out < 0 ? T(0) : masked(c.dy, c.relu_output, (image + out) * s.out_channels + co);
          chains.add(dy, c.weight + (co * n_taps + tap) * group_in + ci % group_in, 1);
        }
      }
      chains.finish(c.bias != nullptr ? c.bias + ci : nullptr, c.activation,
                    c.dx + position * s.in_channels + ci, 1);
    }
  });
}

// The gradient of one shard's positions for weight[co of the block][tap][ci], to dweight[j * co_stride].
struct WeightBlock {
  int64_t co, n_co, tap, ci;
};

template <class T>
void weight_gradient(const ConvBackwardWeightsArgs<T>& c, const T* dy, int64_t shard,
                     const WeightBlock& block, T* dweight) {
  const ConvShape& s = c.shape;
  const int64_t in_volume = volume(s.in_size), out_volume = volume(s.out_size), n_taps = volume(s.kernel);
  const int64_t group_in = s.in_channels / s.groups, group_out = s.out_channels / s.groups;
  const int64_t begin = shard * c.shard_samples, end = min_of(s.batch, begin + c.shard_samples);
  const int64_t channel = block.co / group_out * group_in + block.ci;
  const Index tap = unravel(block.tap, s.kernel);
  Chains<T> chains;
  chains.start(block.n_co);
  for (int64_t position = begin * out_volume; position < end * out_volume; ++position) {
    const int64_t in = input_of(s, unravel(position % out_volume, s.out_size), tap);
    const T x = in < 0 ? T(0) : c.x[(position / out_volume * in_volume + in) * s.in_channels + channel];
    chains.add(x, dy + position * s.out_channels + block.co, 1);
  }
  chains.finish(nullptr, Activation::kNone, dweight, n_taps * group_in);
}

template <class T>
void conv_backward_weights(const ConvBackwardWeightsArgs<T>& c, Executor& executor) noexcept {
  const ConvShape& s = c.shape;
  const int64_t n_taps = volume(s.kernel), group_in = s.in_channels / s.groups;
  const int64_t group_out = s.out_channels / s.groups, depth = n_taps * group_in;
  const int64_t n_shards = ceil_div(s.batch, c.shard_samples), n_weights = s.out_channels * depth;
  const int64_t n_dy = s.batch * volume(s.out_size) * s.out_channels;
  const int64_t n_stack = c.fold ? n_shards * n_weights : 0;
  T* scratch =
      static_cast<T*>(executor.shared_scratch(max_of(1, n_dy + n_stack) * static_cast<int64_t>(sizeof(T))));
  parallel_for(executor, ceil_div(n_dy, kChunk), [&](int64_t block, int32_t) {
    for (int64_t i = block * kChunk; i < min_of(n_dy, (block + 1) * kChunk); ++i)
      scratch[i] = masked(c.dy, c.relu_output, i);
  });
  T* stack = c.fold ? scratch + n_dy : c.dweight;
  parallel_for(executor, n_shards * depth, [&](int64_t task, int32_t) {
    const int64_t shard = task / depth, k = task % depth;
    for (int64_t co = 0; co < s.out_channels; co += chains_at_once<T>(co, group_out)) {
      const WeightBlock block{co, chains_at_once<T>(co, group_out), k / group_in, k % group_in};
      weight_gradient(c, scratch, shard, block, stack + shard * n_weights + co * depth + k);
    }
  });
  if (!c.fold) return;
  fold_shards(stack, n_shards, n_weights, n_weights);
  for (int64_t i = 0; i < n_weights; ++i) c.dweight[i] = n_shards > 0 ? stack[i] : T(0);
}

}  // namespace

void install_conv(KernelTable& table) noexcept {
  table.f32.conv_forward = conv_forward<float>;
  table.f64.conv_forward = conv_forward<double>;
  table.f32.conv_backward_data = conv_backward_data<float>;
  table.f64.conv_backward_data = conv_backward_data<double>;
  table.f32.conv_backward_weights = conv_backward_weights<float>;
  table.f64.conv_backward_weights = conv_backward_weights<double>;
}

}  // namespace ibid::kernels::IBID_ISA
