#pragma once
// Sections 1 and 2 of the standard once more, element by element, written from the text and sharing nothing
// with any kernel, the reference included.

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/kernels/conv.h"
#include "engine/kernels/gemm.h"

namespace ibid::kernels::testing {

// The inner product of section 1 over terms in their order; the caller closes it.
template <class T>
class Chain {
 public:
  void add(T a, T b) {
    sum_ = std::fma(a, b, sum_);
    if (++n_ % 512 == 0) end_chunk();
  }
  T closed(T bias, Activation activation) {
    if (n_ % 512 != 0) end_chunk();
    const T y = total_ + (bias + T(0));
    return activation == Activation::kRelu && y <= T(0) ? T(0) : y;
  }

 private:
  void end_chunk() {
    total_ = n_ <= 512 ? sum_ : total_ + sum_;
    sum_ = 0;
  }
  T sum_ = 0, total_ = 0;
  int64_t n_ = 0;
};

// The aligned binary tree over values[begin, begin + width), width a power of two not below the rest.
template <class T>
T tree(const std::vector<T>& values, size_t begin, size_t width) {
  if (width == 1) return values[begin];
  const size_t half = width / 2;
  const T left = tree(values, begin, half);
  return begin + half < values.size() ? left + tree(values, begin + half, half) : left;
}

template <class T>
T tree(const std::vector<T>& values) {
  size_t width = 1;
  while (width < values.size()) width *= 2;
  return values.empty() ? T(0) : tree(values, 0, width);
}

struct Spot {
  int64_t d, h, w;
};

inline bool inside(const Spot& p, const int64_t* size) {
  return p.d >= 0 && p.d < size[0] && p.h >= 0 && p.h < size[1] && p.w >= 0 && p.w < size[2];
}

template <class Body>
void for_each_spot(const int64_t* size, Body body) {
  for (int64_t d = 0; d < size[0]; ++d)
    for (int64_t h = 0; h < size[1]; ++h)
      for (int64_t w = 0; w < size[2]; ++w) body(Spot{d, h, w});
}

inline int64_t spots(const int64_t* size) { return size[0] * size[1] * size[2]; }

inline int64_t at(const Spot& p, const int64_t* size, int64_t n, int64_t channels, int64_t c) {
  return (((n * size[0] + p.d) * size[1] + p.h) * size[2] + p.w) * channels + c;
}

inline Spot read_through(const ConvShape& s, const Spot& o, const Spot& k) {
  return {o.d * s.stride[0] - s.padding[0] + k.d * s.dilation[0],
          o.h * s.stride[1] - s.padding[1] + k.h * s.dilation[1],
          o.w * s.stride[2] - s.padding[2] + k.w * s.dilation[2]};
}

template <class T>
T oracle_forward(const ConvForwardArgs<T>& c, int64_t n, const Spot& o, int64_t co) {
  const ConvShape& s = c.shape;
  const int64_t per_group = s.in_channels / s.groups, group = co / (s.out_channels / s.groups);
  Chain<T> chain;
  for_each_spot(s.kernel, [&](const Spot& k) {
    const Spot i = read_through(s, o, k);
    for (int64_t ci = 0; ci < per_group; ++ci) {
      const T x =
          inside(i, s.in_size) ? c.x[at(i, s.in_size, n, s.in_channels, group * per_group + ci)] : T(0);
      chain.add(x, c.weight[at(k, s.kernel, co, per_group, ci)]);
    }
  });
  return chain.closed(c.bias != nullptr ? c.bias[co] : T(0), c.activation);
}

// The output positions of one dim that read input position i, with their taps, o ascending.
inline std::vector<std::pair<int64_t, int64_t>> readers(const ConvShape& s, int dim, int64_t i) {
  std::vector<std::pair<int64_t, int64_t>> list;
  for (int64_t k = s.kernel[dim] - 1; k >= 0; --k) {
    const int64_t distance = i + s.padding[dim] - k * s.dilation[dim];
    if (distance % s.stride[dim] == 0) list.emplace_back(distance / s.stride[dim], k);
  }
  return list;
}

template <class T>
T oracle_dy(const T* dy, const T* relu_output, int64_t index) {
  return relu_output != nullptr && relu_output[index] <= T(0) ? T(0) : dy[index];
}

template <class T>
T oracle_backward_data(const ConvBackwardDataArgs<T>& c, int64_t n, const Spot& i, int64_t ci) {
  const ConvShape& s = c.shape;
  const int64_t per_group = s.out_channels / s.groups, in_group = s.in_channels / s.groups;
  const int64_t group = ci / in_group;
  Chain<T> chain;
  for (auto [od, kd] : readers(s, 0, i.d)) {
    for (auto [oh, kh] : readers(s, 1, i.h)) {
      for (auto [ow, kw] : readers(s, 2, i.w)) {
        const Spot o{od, oh, ow}, k{kd, kh, kw};
        for (int64_t co = group * per_group; co < (group + 1) * per_group; ++co) {
          const T dy = inside(o, s.out_size)
                           ? oracle_dy(c.dy, c.relu_output, at(o, s.out_size, n, s.out_channels, co))
                           : T(0);
          chain.add(dy, c.weight[at(k, s.kernel, co, in_group, ci % in_group)]);
        }
      }
    }
  }
  return chain.closed(c.bias != nullptr ? c.bias[ci] : T(0), c.activation);
}

// One shard's gradient of weight[co][k][ci].
template <class T>
T oracle_backward_weights(const ConvBackwardWeightsArgs<T>& c, int64_t shard, int64_t co, const Spot& k,
                          int64_t ci) {
  const ConvShape& s = c.shape;
  const int64_t channel = co / (s.out_channels / s.groups) * (s.in_channels / s.groups) + ci;
  const int64_t begin = shard * c.shard_samples;
  Chain<T> chain;
  for (int64_t n = begin; n < begin + c.shard_samples && n < s.batch; ++n) {
    for_each_spot(s.out_size, [&](const Spot& o) {
      const Spot i = read_through(s, o, k);
      const T x = inside(i, s.in_size) ? c.x[at(i, s.in_size, n, s.in_channels, channel)] : T(0);
      chain.add(x, oracle_dy(c.dy, c.relu_output, at(o, s.out_size, n, s.out_channels, co)));
    });
  }
  return chain.closed(T(0), Activation::kNone);
}

}  // namespace ibid::kernels::testing
