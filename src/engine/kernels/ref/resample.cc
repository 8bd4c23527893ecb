// Section 2.5 of the standard. The inner loops run over channels; see pool.cc.

#include "engine/kernels/resample.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

constexpr int64_t kTile = 64;  // channels at a time

template <class T>
T between(T lam, T a, T b) {
  return fused(lam, b - a, a);
}

// One output position of a linear upsampling: along w, then h, then d.
template <class T>
void interpolate(const ResampleArgs<T>& p, const T* x, const ResampleTap* const (&tap)[3], int64_t first, int64_t size,
                 T* y) {
  T planes[2][kTile], rows[2][kTile];
  for (int64_t d = 0; d < (p.interpolated[0] ? 2 : 1); ++d) {
    for (int64_t h = 0; h < (p.interpolated[1] ? 2 : 1); ++h) {
      const int64_t at = ((d == 0 ? tap[0]->i0 : tap[0]->i1) * p.in_size[1] + (h == 0 ? tap[1]->i0 : tap[1]->i1)) *
                         p.in_size[2];
      const T* left = x + (at + tap[2]->i0) * p.channels + first;
      const T* right = x + (at + tap[2]->i1) * p.channels + first;
      const T lam = static_cast<T>(tap[2]->lam);
      for (int64_t c = 0; c < size; ++c) rows[h][c] = between(lam, left[c], right[c]);
    }
    const T lam = static_cast<T>(tap[1]->lam);
    for (int64_t c = 0; c < size; ++c) {
      planes[d][c] = p.interpolated[1] ? between(lam, rows[0][c], rows[1][c]) : rows[0][c];
    }
  }
  const T lam = static_cast<T>(tap[0]->lam);
  for (int64_t c = 0; c < size; ++c) {
    y[c] = p.interpolated[0] ? between(lam, planes[0][c], planes[1][c]) : planes[0][c];
  }
}

template <class T>
void resample(const ResampleArgs<T>& p, Executor& executor) noexcept {
  parallel_for(executor, p.batch * p.out_size[0] * p.out_size[1], [&](int64_t task, int32_t) {
    const int64_t oh = task % p.out_size[1], od = task / p.out_size[1] % p.out_size[0];
    const int64_t n = task / (p.out_size[0] * p.out_size[1]);
    const T* x = p.in + n * p.in_size[0] * p.in_size[1] * p.in_size[2] * p.channels;
    for (int64_t ow = 0; ow < p.out_size[2]; ++ow) {
      const ResampleTap* const tap[3] = {p.taps[0] + od, p.taps[1] + oh, p.taps[2] + ow};
      T* y = p.out + (task * p.out_size[2] + ow) * p.channels;
      if (!p.linear) {
        const T* v = x + ((tap[0]->i0 * p.in_size[1] + tap[1]->i0) * p.in_size[2] + tap[2]->i0) * p.channels;
        for (int64_t c = 0; c < p.channels; ++c) y[c] = v[c];
        continue;
      }
      for (int64_t first = 0; first < p.channels; first += kTile) {
        interpolate(p, x, tap, first, min_of(kTile, p.channels - first), y + first);
      }
    }
  });
}

// The weights with which one output reads input position i along one dim: none, one or (at a border) two.
template <class T>
int32_t weights_at(const ResampleTap& tap, int64_t i, bool interpolated, T (&weights)[2]) {
  int32_t n = 0;
  const T lam = static_cast<T>(tap.lam);
  if (!interpolated) {
    if (tap.i0 == i) weights[n++] = T(1);
    return n;
  }
  if (tap.i0 == i) weights[n++] = T(1) - lam;
  if (tap.i1 == i) weights[n++] = lam;
  return n;
}

// The first output whose taps reach input position i or beyond.
int64_t first_reaching(const ResampleTap* taps, int64_t n, int64_t i) {
  int64_t low = 0, high = n;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    (taps[middle].i1 >= i) ? high = middle : low = middle + 1;
  }
  return low;
}

template <class T>
void gather_gradient(const ResampleArgs<T>& p, int64_t n, const int64_t (&i)[3], T* dx) {
  const int64_t begin_h = first_reaching(p.taps[1], p.out_size[1], i[1]);
  const int64_t begin_w = first_reaching(p.taps[2], p.out_size[2], i[2]);
  T wd[2], wh[2], ww[2];
  for (int64_t od = first_reaching(p.taps[0], p.out_size[0], i[0]); od < p.out_size[0] && p.taps[0][od].i0 <= i[0];
       ++od) {
    const int32_t nd = weights_at(p.taps[0][od], i[0], p.linear && p.interpolated[0], wd);
    for (int64_t oh = begin_h; oh < p.out_size[1] && p.taps[1][oh].i0 <= i[1]; ++oh) {
      const int32_t nh = weights_at(p.taps[1][oh], i[1], p.linear && p.interpolated[1], wh);
      for (int64_t ow = begin_w; ow < p.out_size[2] && p.taps[2][ow].i0 <= i[2]; ++ow) {
        const int32_t nw = weights_at(p.taps[2][ow], i[2], p.linear && p.interpolated[2], ww);
        const T* dy =
            p.in + (((n * p.out_size[0] + od) * p.out_size[1] + oh) * p.out_size[2] + ow) * p.channels;
        for (int32_t term = 0; term < nd * nh * nw; ++term) {
          const T weight = (wd[term / (nh * nw)] * wh[term / nw % nh]) * ww[term % nw];
          for (int64_t c = 0; c < p.channels; ++c) dx[c] = fused(weight, dy[c], dx[c]);
        }
      }
    }
  }
}

template <class T>
void resample_gradient(const ResampleArgs<T>& p, Executor& executor) noexcept {
  parallel_for(executor, p.batch * p.in_size[0] * p.in_size[1], [&](int64_t task, int32_t) {
    const int64_t n = task / (p.in_size[0] * p.in_size[1]);
    for (int64_t w = 0; w < p.in_size[2]; ++w) {
      const int64_t i[3] = {task / p.in_size[1] % p.in_size[0], task % p.in_size[1], w};
      T* dx = p.out + (task * p.in_size[2] + w) * p.channels;
      for (int64_t c = 0; c < p.channels; ++c) dx[c] = T(0);
      gather_gradient(p, n, i, dx);
    }
  });
}

template <class T>
void install(KernelSet<T>& set) {
  set.resample = resample<T>;
  set.resample_gradient = resample_gradient<T>;
}

}  // namespace

void install_resample(KernelTable& table) noexcept {
  install(table.f32);
  install(table.f64);
}

}  // namespace ibid::kernels::IBID_ISA
