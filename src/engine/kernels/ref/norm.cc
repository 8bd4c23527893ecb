// Section 5 of the standard. Inner loops run over channels (or lanes), so this one source serves every
// instruction set: the compiler vectorises it.

#include "engine/kernels/norm.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/sums.h"

namespace ibid::kernels::IBID_ISA {
namespace {

inline double root(double x) { return __builtin_sqrt(x); }

// --- batch norm ---

constexpr int64_t kRowsPerTask = 256;

template <class T>
void channel_norm(const ChannelNormArgs<T>& a, Executor& executor) noexcept {
  parallel_for(executor, ceil_div(a.rows, kRowsPerTask), [&](int64_t task, int32_t) {
    const int64_t end = min_of(a.rows, (task + 1) * kRowsPerTask);
    for (int64_t row = task * kRowsPerTask; row < end; ++row) {
      const T* x = a.x + row * a.channels;
      T* y = a.y + row * a.channels;
      if (a.shift != nullptr) {
        for (int64_t c = 0; c < a.channels; ++c) y[c] = fused(x[c] - a.mean[c], a.scale[c], a.shift[c]);
      } else {
        for (int64_t c = 0; c < a.channels; ++c) y[c] = (x[c] - a.mean[c]) * a.scale[c];
      }
    }
  });
}

template <class T>
void channel_norm_gradient(const ChannelNormGradientArgs<T>& a, Executor& executor) noexcept {
  parallel_for(executor, ceil_div(a.rows, kRowsPerTask), [&](int64_t task, int32_t) {
    const int64_t end = min_of(a.rows, (task + 1) * kRowsPerTask);
    for (int64_t row = task * kRowsPerTask; row < end; ++row) {
      const T* x = a.x + row * a.channels;
      const T* dy = a.dy + row * a.channels;
      T* dx = a.dx + row * a.channels;
      for (int64_t c = 0; c < a.channels; ++c) {
        dx[c] = a.scale[c] * fused(-(x[c] - a.mean[c]), a.k[c], dy[c] - a.m1[c]);
      }
    }
  });
}

// --- layer and group norm ---

// The sum of step over one group of one instance: channels [first, first + size) of `positions` rows.
template <class T, class Step>
double group_sum64(int64_t positions, int64_t first, int64_t size, bool lanes, Step step) {
  if (lanes) return lane_sum64<T>(size, [&](int64_t i, T acc) { return step(0, first + i, acc); });
  double sum = 0.0;
  for (int64_t begin = 0; begin < size; begin += kColumnTile) {
    const int64_t cols = min_of(kColumnTile, size - begin);
    double sums[kColumnTile];
    column_sums64<T>(positions, cols, sums,
                     [&](int64_t p, int64_t c, T acc) { return step(p, first + begin + c, acc); });
    for (int64_t c = 0; c < cols; ++c) sum = begin + c == 0 ? sums[c] : sum + sums[c];
  }
  return sum;
}

template <class T>
void group_norm(const GroupNormArgs<T>& a, Executor& executor) noexcept {
  const int64_t size = a.channels / a.groups, n = size * a.positions;
  parallel_for(executor, a.instances * a.groups, [&](int64_t task, int32_t) {
    const int64_t instance = task / a.groups, first = task % a.groups * size;
    const int64_t base = instance * a.positions * a.channels;
    const T* x = a.x + base;
    const auto at = [&](int64_t p, int64_t c) { return p * a.channels + c; };
    const T mean =
        static_cast<T>(group_sum64<T>(a.positions, first, size, a.lane_rule,
                                      [&](int64_t p, int64_t c, T acc) { return acc + x[at(p, c)]; }) /
                       static_cast<double>(n));
    const T variance = static_cast<T>(group_sum64<T>(a.positions, first, size, a.lane_rule,
                                                     [&](int64_t p, int64_t c, T acc) {
                                                       const T d = x[at(p, c)] - mean;
                                                       return fused(d, d, acc);
                                                     }) /
                                      static_cast<double>(n));
    const T r = static_cast<T>(1.0 / root(static_cast<double>(variance) + a.epsilon));
    a.r[task] = r;
    for (int64_t p = 0; p < a.positions; ++p) {
      for (int64_t c = first; c < first + size; ++c) {
        const T xh = (x[at(p, c)] - mean) * r;
        a.normalised[base + at(p, c)] = xh;
        const T gamma = a.gamma != nullptr ? a.gamma[c] : T(1);
        a.y[base + at(p, c)] = a.beta != nullptr ? fused(xh, gamma, a.beta[c]) : xh * gamma;
      }
    }
  });
}

template <class T>
void group_norm_gradient(const GroupNormGradientArgs<T>& a, Executor& executor) noexcept {
  const int64_t size = a.channels / a.groups;
  const double n = static_cast<double>(size * a.positions);
  parallel_for(executor, a.instances * a.groups, [&](int64_t task, int32_t) {
    const int64_t instance = task / a.groups, first = task % a.groups * size;
    const int64_t base = instance * a.positions * a.channels;
    const T* dy = a.dy + base;
    const T* xh = a.normalised + base;
    const auto at = [&](int64_t p, int64_t c) { return p * a.channels + c; };
    const auto dxh = [&](int64_t p, int64_t c) {
      return a.gamma != nullptr ? dy[at(p, c)] * a.gamma[c] : dy[at(p, c)];
    };
    const T mean =
        static_cast<T>(group_sum64<T>(a.positions, first, size, a.lane_rule,
                                      [&](int64_t p, int64_t c, T acc) { return acc + dxh(p, c); }) /
                       n);
    const T slope = static_cast<T>(
        group_sum64<T>(a.positions, first, size, a.lane_rule,
                       [&](int64_t p, int64_t c, T acc) { return fused(dxh(p, c), xh[at(p, c)], acc); }) /
        n);
    for (int64_t p = 0; p < a.positions; ++p) {
      for (int64_t c = first; c < first + size; ++c) {
        a.dx[base + at(p, c)] = a.r[task] * fused(-xh[at(p, c)], slope, dxh(p, c) - mean);
      }
    }
  });
}

template <class T>
void install(KernelSet<T>& set) {
  set.channel_norm = channel_norm<T>;
  set.channel_norm_gradient = channel_norm_gradient<T>;
  set.group_norm = group_norm<T>;
  set.group_norm_gradient = group_norm_gradient<T>;
}

}  // namespace

void install_norm(KernelTable& table) noexcept {
  install(table.f32);
  install(table.f64);
}

}  // namespace ibid::kernels::IBID_ISA
