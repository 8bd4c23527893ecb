// Section 2.4 of the standard. The inner loops run over channels, which are neighbours in memory and
// independent of one another: the compiler turns them into vector code by itself, so this one source is
// compiled for every instruction set and there is no separate fast version.

#include "engine/kernels/pool.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

// The input positions of one window along one dim: begin, begin + step, ... below end, and how many lie in
// the padding as well.
struct Window {
  int64_t begin, end, step, n_padded;
};

Window window_of(const PoolShape& s, int dim, int64_t o) {
  const int64_t in = s.in_size[dim], out = s.out_size[dim];
  if (s.adaptive) {
    const int64_t begin = o * in / out, end = ceil_div((o + 1) * in, out);
    return {begin, end, 1, end - begin};
  }
  const int64_t step = s.dilation[dim];
  const int64_t first = o * s.stride[dim] - s.padding[dim];
  const int64_t last = first + (s.kernel[dim] - 1) * step;
  const int64_t skipped = first < 0 ? ceil_div(-first, step) : 0;
  // Taps beyond the right padding (possible with a rounded-up output size) do not count as padded ones.
  const int64_t counted_last = min_of(last, in + s.padding[dim] - 1);
  return {first + skipped * step, min_of(last + 1, in), step, (counted_last - first) / step + 1};
}

// The outputs whose window along one dim may hold input position i: [begin, end).
struct Range {
  int64_t begin, end;
};

Range windows_with(const PoolShape& s, int dim, int64_t i) {
  const int64_t in = s.in_size[dim], out = s.out_size[dim];
  if (s.adaptive) {
    // floor(o*I/O) <= i and i < ceil((o+1)*I/O).
    const int64_t begin = i * out / in;
    return {begin, min_of(out, ((i + 1) * out - 1) / in + 1)};
  }
  const int64_t reach = (s.kernel[dim] - 1) * s.dilation[dim];
  const int64_t from = i + s.padding[dim] - reach;
  const int64_t begin = from <= 0 ? 0 : ceil_div(from, s.stride[dim]);
  return {begin, min_of(out, (i + s.padding[dim]) / s.stride[dim] + 1)};
}

bool window_holds(const Window& w, int64_t i) {
  return i >= w.begin && i < w.end && (i - w.begin) % w.step == 0;
}

int64_t n_positions(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

// Section 0.2. No branches: the loops that use it become vector code.
template <class T>
inline __attribute__((always_inline)) bool beats(T b, T a) {
  return (b > a) | ((b != b) & (a == a));
}

template <class T>
void max_window(const MaxPoolArgs<T>& p, const T* x, const Window (&w)[3], T* y, int32_t* position) {
  const PoolShape& s = p.shape;
  const int64_t channels = s.channels;
  bool first = true;
  for (int64_t d = w[0].begin; d < w[0].end; d += w[0].step) {
    for (int64_t h = w[1].begin; h < w[1].end; h += w[1].step) {
      for (int64_t i = w[2].begin; i < w[2].end; i += w[2].step) {
        const int64_t at = (d * s.in_size[1] + h) * s.in_size[2] + i;
        const T* v = x + at * channels;
        const int32_t index = static_cast<int32_t>(at);
        if (first) {
          for (int64_t c = 0; c < channels; ++c) {
            y[c] = v[c];
            position[c] = index;
          }
          first = false;
          continue;
        }
        for (int64_t c = 0; c < channels; ++c) {
          const bool better = beats(v[c], y[c]);
          y[c] = better ? v[c] : y[c];
          position[c] = better ? index : position[c];
        }
      }
    }
  }
}

// Windows that tile the input: each position lies in one window at most.
bool tiles_input(const PoolShape& s) {
  if (s.adaptive) return false;
  for (int d = 0; d < 3; ++d) {
    if (s.stride[d] != s.kernel[d] || s.padding[d] != 0 || s.dilation[d] != 1) return false;
  }
  return true;
}

template <class T>
void max_pool(const MaxPoolArgs<T>& p, Executor& executor) noexcept {
  const PoolShape& s = p.shape;
  parallel_for(executor, s.batch * s.out_size[0] * s.out_size[1], [&](int64_t task, int32_t) {
    const int64_t oh = task % s.out_size[1], od = task / s.out_size[1] % s.out_size[0];
    const int64_t n = task / (s.out_size[0] * s.out_size[1]);
    const T* x = p.x + n * n_positions(s.in_size) * s.channels;
    for (int64_t ow = 0; ow < s.out_size[2]; ++ow) {
      const Window w[3] = {window_of(s, 0, od), window_of(s, 1, oh), window_of(s, 2, ow)};
      const int64_t out = (task * s.out_size[2] + ow) * s.channels;
      max_window(p, x, w, p.y + out, p.position + out);
    }
  });
}

// What the windows of one output row hand on: dy, masked, and never -0, as it is a chain from +0. Loops of
// one selection each: the compiler finds no vector code for nested ones.
template <class T>
void close_row(const MaxPoolGradientArgs<T>& p, int64_t first, int64_t n, T* __restrict to) {
  const T* dy = p.dy + first;
  for (int64_t i = 0; i < n; ++i) to[i] = T(0) + dy[i];
  if (p.relu_output == nullptr) return;
  const T* relu_output = p.relu_output + first;
  for (int64_t i = 0; i < n; ++i) to[i] = relu_output[i] <= T(0) ? T(0) : to[i];
}

// Input row `row`, counted over the sample, from its output row: each element lies in one window at most and
// is written once.
template <class T>
void spread_row(const PoolShape& s, const T* values, const int32_t* position, int64_t row, T* __restrict dx) {
  const int64_t channels = s.channels, n_covered = min_of(s.in_size[2], s.out_size[2] * s.kernel[2]);
  for (int64_t i = 0; i < n_covered; ++i) {
    const int64_t window = i / s.kernel[2] * channels;
    const int32_t at = static_cast<int32_t>(row * s.in_size[2] + i);
    for (int64_t c = 0; c < channels; ++c) {
      dx[i * channels + c] = position[window + c] == at ? values[window + c] : T(0);
    }
  }
  for (int64_t i = n_covered * channels; i < s.in_size[2] * channels; ++i) dx[i] = T(0);
}

// A task takes the input rows of one row of windows.
template <class T>
void spread_all(const MaxPoolGradientArgs<T>& p, Executor& executor) {
  const PoolShape& s = p.shape;
  const int64_t groups = ceil_div(s.in_size[1], s.kernel[1]), out_floats = s.out_size[2] * s.channels;
  const int64_t in_floats = s.in_size[2] * s.channels;
  parallel_for(executor, s.batch * s.in_size[0] * groups, [&](int64_t task, int32_t worker) {
    const int64_t oh = task % groups, d = task / groups % s.in_size[0], n = task / (groups * s.in_size[0]);
    const int64_t od = d / s.kernel[0], end = min_of(s.in_size[1], (oh + 1) * s.kernel[1]);
    const bool covered = od < s.out_size[0] && oh < s.out_size[1];
    const int64_t out = covered ? ((n * s.out_size[0] + od) * s.out_size[1] + oh) * out_floats : 0;
    T* values = static_cast<T*>(executor.scratch(worker, out_floats * static_cast<int64_t>(sizeof(T))));
    if (covered) close_row(p, out, out_floats, values);
    for (int64_t h = oh * s.kernel[1]; h < end; ++h) {
      const int64_t row = d * s.in_size[1] + h;
      T* dx = p.dx + (n * s.in_size[0] * s.in_size[1] + row) * in_floats;
      if (covered) {
        spread_row(s, values, p.position + out, row, dx);
      } else {
        for (int64_t i = 0; i < in_floats; ++i) dx[i] = T(0);
      }
    }
  });
}

template <class T>
void max_pool_gradient(const MaxPoolGradientArgs<T>& p, Executor& executor) noexcept {
  const PoolShape& s = p.shape;
  const int64_t channels = s.channels;
  if (tiles_input(s)) {
    spread_all(p, executor);
    return;
  }
  parallel_for(executor, s.batch * s.in_size[0] * s.in_size[1], [&](int64_t task, int32_t) {
    const int64_t h = task % s.in_size[1], d = task / s.in_size[1] % s.in_size[0];
    const int64_t n = task / (s.in_size[0] * s.in_size[1]);
    const Range rd = windows_with(s, 0, d), rh = windows_with(s, 1, h);
    for (int64_t i = 0; i < s.in_size[2]; ++i) {
      T* dx = p.dx + (task * s.in_size[2] + i) * channels;
      for (int64_t c = 0; c < channels; ++c) dx[c] = T(0);
      const int32_t at = static_cast<int32_t>((d * s.in_size[1] + h) * s.in_size[2] + i);
      const Range rw = windows_with(s, 2, i);
      for (int64_t od = rd.begin; od < rd.end; ++od) {
        for (int64_t oh = rh.begin; oh < rh.end; ++oh) {
          for (int64_t ow = rw.begin; ow < rw.end; ++ow) {
            const int64_t out =
                (((n * s.out_size[0] + od) * s.out_size[1] + oh) * s.out_size[2] + ow) * channels;
            const T* dy = p.dy + out;
            const int32_t* position = p.position + out;
            // The chain starts from +0 and so is never -0: adding +0 for another window's maximum changes
            // nothing.
            const T* relu_output = p.relu_output != nullptr ? p.relu_output + out : nullptr;
            for (int64_t c = 0; c < channels; ++c) {
              const bool masked = relu_output != nullptr && relu_output[c] <= T(0);
              dx[c] = dx[c] + (position[c] == at && !masked ? dy[c] : T(0));
            }
          }
        }
      }
    }
  });
}

template <class T>
T window_count(const AveragePoolArgs<T>& p, const Window (&w)[3]) {
  int64_t count = 1;
  for (const Window& dim : w)
    count *= p.count_padding ? dim.n_padded : ceil_div(dim.end - dim.begin, dim.step);
  return static_cast<T>(count);
}

template <class T>
void average_pool(const AveragePoolArgs<T>& p, Executor& executor) noexcept {
  const PoolShape& s = p.shape;
  const int64_t channels = s.channels;
  parallel_for(executor, s.batch * s.out_size[0] * s.out_size[1], [&](int64_t task, int32_t) {
    const int64_t oh = task % s.out_size[1], od = task / s.out_size[1] % s.out_size[0];
    const int64_t n = task / (s.out_size[0] * s.out_size[1]);
    const T* x = p.in + n * n_positions(s.in_size) * channels;
    for (int64_t ow = 0; ow < s.out_size[2]; ++ow) {
      const Window w[3] = {window_of(s, 0, od), window_of(s, 1, oh), window_of(s, 2, ow)};
      T* y = p.out + (task * s.out_size[2] + ow) * channels;
      for (int64_t c = 0; c < channels; ++c) y[c] = T(0);
      for (int64_t d = w[0].begin; d < w[0].end; d += w[0].step) {
        for (int64_t h = w[1].begin; h < w[1].end; h += w[1].step) {
          for (int64_t i = w[2].begin; i < w[2].end; i += w[2].step) {
            const T* v = x + ((d * s.in_size[1] + h) * s.in_size[2] + i) * channels;
            for (int64_t c = 0; c < channels; ++c) y[c] = y[c] + v[c];
          }
        }
      }
      const T count = window_count(p, w);
      for (int64_t c = 0; c < channels; ++c) y[c] = y[c] / count;
    }
  });
}

template <class T>
void average_pool_gradient(const AveragePoolArgs<T>& p, Executor& executor) noexcept {
  const PoolShape& s = p.shape;
  const int64_t channels = s.channels;
  parallel_for(executor, s.batch * s.in_size[0] * s.in_size[1], [&](int64_t task, int32_t) {
    const int64_t h = task % s.in_size[1], d = task / s.in_size[1] % s.in_size[0];
    const int64_t n = task / (s.in_size[0] * s.in_size[1]);
    const Range rd = windows_with(s, 0, d), rh = windows_with(s, 1, h);
    for (int64_t i = 0; i < s.in_size[2]; ++i) {
      T* dx = p.out + (task * s.in_size[2] + i) * channels;
      for (int64_t c = 0; c < channels; ++c) dx[c] = T(0);
      const Range rw = windows_with(s, 2, i);
      for (int64_t od = rd.begin; od < rd.end; ++od) {
        for (int64_t oh = rh.begin; oh < rh.end; ++oh) {
          for (int64_t ow = rw.begin; ow < rw.end; ++ow) {
            const Window w[3] = {window_of(s, 0, od), window_of(s, 1, oh), window_of(s, 2, ow)};
            if (!window_holds(w[0], d) || !window_holds(w[1], h) || !window_holds(w[2], i)) continue;
            const T* dy =
                p.in + (((n * s.out_size[0] + od) * s.out_size[1] + oh) * s.out_size[2] + ow) * channels;
            const T count = window_count(p, w);
            for (int64_t c = 0; c < channels; ++c) dx[c] = dx[c] + dy[c] / count;
          }
        }
      }
    }
  });
}

template <class T>
void install(KernelSet<T>& set) {
  set.max_pool = max_pool<T>;
  set.max_pool_gradient = max_pool_gradient<T>;
  set.average_pool = average_pool<T>;
  set.average_pool_gradient = average_pool_gradient<T>;
}

}  // namespace

void install_pool(KernelTable& table) noexcept {
  install(table.f32);
  install(table.f64);
}

}  // namespace ibid::kernels::IBID_ISA
