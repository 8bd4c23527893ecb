// Depthwise convolutions. Their products have a single column, so a register tile would be empty; here every
// lane is a channel, and padding taps are computed with a factor of +0 as the standard has it.

#include "engine/kernels/cpu/conv_depthwise.h"

#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

IBID_INLINE F32 load_lanes(const float* p, int64_t n) {
  return n >= kLanes ? simd::load(p) : simd::load_partial(p, n);
}

// x at `at`, +0 where the mask is <= 0.
IBID_INLINE F32 load_masked(const float* x, const float* mask, int64_t at, int64_t n) {
  const F32 value = load_lanes(x + at, n);
  if (mask == nullptr) return value;
  const F32 zero = simd::zero_f32();
  return simd::select(load_lanes(mask + at, n) <= zero, zero, value);
}

struct Chain {
  F32 sum = simd::zero_f32(), total = simd::zero_f32();
  int64_t n = 0;
  IBID_MEMBER void add(F32 a, F32 b) {
    sum = simd::fma(a, b, sum);
    if (++n % kChunk == 0) end_chunk();
  }
  IBID_MEMBER void end_chunk() {
    total = n <= kChunk ? sum : total + sum;
    sum = simd::zero_f32();
  }
  IBID_MEMBER F32 closed(F32 bias) {
    if (n % kChunk != 0) end_chunk();
    return total + bias;
  }
};

// The raster of an input position, -1 outside.
IBID_INLINE int64_t input_raster(const int64_t (&size)[3], int64_t d, int64_t h, int64_t w) {
  const bool inside = d >= 0 && d < size[0] && h >= 0 && h < size[1] && w >= 0 && w < size[2];
  return inside ? (d * size[1] + h) * size[2] + w : -1;
}

// kLanes channels of one output position.
F32 position(const Gather& g, int64_t image, const int64_t (&q)[3], int64_t channel, int64_t n) {
  Chain chain;
  int64_t first[3];
  for (int d = 0; d < 3; ++d) first[d] = q[d] * g.in_step[d] + g.tap_first[d];
  const float* weight = g.weights + channel;
  for (int64_t td = 0; td < g.n_taps[0]; ++td) {
    for (int64_t th = 0; th < g.n_taps[1]; ++th) {
      for (int64_t tw = 0; tw < g.n_taps[2]; ++tw) {
        const int64_t at = input_raster(g.in_size, first[0] + td * g.tap_step[0],
                                        first[1] + th * g.tap_step[1], first[2] + tw * g.tap_step[2]);
        const F32 x = at < 0 ? simd::zero_f32()
                             : load_masked(g.x, g.relu_output, (image + at) * g.in_channels + channel, n);
        chain.add(x, load_lanes(weight, n));
        weight += g.in_channels;
      }
    }
  }
  const F32 zero = simd::zero_f32();
  const F32 y = chain.closed(g.bias != nullptr ? load_lanes(g.bias + channel, n) + zero : zero);
  return g.relu ? simd::select(y <= zero, zero, y) : y;
}

void run_row(const Gather& g, int64_t image, int64_t d, int64_t h) {
  const int64_t out_d = g.out_first[0] + d * g.out_step[0], out_h = g.out_first[1] + h * g.out_step[1];
  const int64_t in_volume = g.in_size[0] * g.in_size[1] * g.in_size[2];
  const int64_t row = ((image * g.out_size[0] + out_d) * g.out_size[1] + out_h) * g.out_size[2];
  for (int64_t w = 0; w < g.count[2]; ++w) {
    const int64_t q[3] = {d, h, w};
    float* y = g.y + (row + g.out_first[2] + w * g.out_step[2]) * g.out_channels;
    for (int64_t channel = 0; channel < g.width; channel += kLanes) {
      const int64_t n = min_of(kLanes, g.width - channel);
      const F32 result = position(g, image * in_volume, q, channel, n);
      if (n == kLanes) {
        simd::store(y + channel, result);
      } else {
        simd::store_partial(y + channel, result, n);
      }
    }
  }
}

// The gradient of one tap's weight, kLanes channels, over one shard.
F32 shard_tap(const ConvBackwardWeightsArgs<float>& c, int64_t shard, const int64_t (&tap)[3],
              int64_t channel, int64_t n) {
  const ConvShape& s = c.shape;
  const int64_t in_volume = s.in_size[0] * s.in_size[1] * s.in_size[2];
  const int64_t out_volume = s.out_size[0] * s.out_size[1] * s.out_size[2];
  Chain chain;
  int64_t offset[3];
  for (int d = 0; d < 3; ++d) offset[d] = tap[d] * s.dilation[d] - s.padding[d];
  for (int64_t image = shard * c.shard_samples; image < min_of(s.batch, (shard + 1) * c.shard_samples);
       ++image) {
    int64_t out = image * out_volume;
    for (int64_t d = 0; d < s.out_size[0]; ++d) {
      for (int64_t h = 0; h < s.out_size[1]; ++h) {
        for (int64_t w = 0; w < s.out_size[2]; ++w, ++out) {
          const int64_t at = input_raster(s.in_size, d * s.stride[0] + offset[0], h * s.stride[1] + offset[1],
                                          w * s.stride[2] + offset[2]);
          const F32 x = at < 0 ? simd::zero_f32()
                               : load_lanes(c.x + (image * in_volume + at) * s.in_channels + channel, n);
          chain.add(x, load_masked(c.dy, c.relu_output, out * s.out_channels + channel, n));
        }
      }
    }
  }
  return chain.closed(simd::zero_f32());
}

}  // namespace

void run_depthwise(const Gather& g, int64_t batch, Executor& executor) noexcept {
  const int64_t rows = g.count[0] * g.count[1];
  if (rows == 0 || g.count[2] == 0) return;
  parallel_for(executor, batch * rows, [&](int64_t task, int32_t) {
    const int64_t row = task % rows;
    run_row(g, task / rows, row / g.count[1], row % g.count[1]);
  });
}

void depthwise_weight_shards(const ConvBackwardWeightsArgs<float>& c, float* shards,
                             Executor& executor) noexcept {
  const ConvShape& s = c.shape;
  const int64_t n_taps = s.kernel[0] * s.kernel[1] * s.kernel[2], channels = s.in_channels;
  const int64_t n_shards = ceil_div(s.batch, c.shard_samples);
  parallel_for(executor, n_shards * n_taps, [&](int64_t task, int32_t) {
    const int64_t shard = task / n_taps, tap = task % n_taps;
    const int64_t at[3] = {tap / (s.kernel[1] * s.kernel[2]), tap / s.kernel[2] % s.kernel[1],
                           tap % s.kernel[2]};
    for (int64_t channel = 0; channel < channels; channel += kLanes) {
      const int64_t n = min_of(kLanes, channels - channel);
      float lanes[kLanes];
      simd::store(lanes, shard_tap(c, shard, at, channel, n));
      for (int64_t i = 0; i < n; ++i) shards[(shard * channels + channel + i) * n_taps + tap] = lanes[i];
    }
  });
}

}  // namespace ibid::kernels::IBID_ISA
