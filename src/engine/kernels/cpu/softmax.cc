// Section 4.1 along the row: the maximum, then exponentials with their sum by the lane rule, then the
// quotients. Short rows go the same way, in one partly filled vector.

#include "engine/kernels/softmax.h"

#include "engine/kernels/cpu/lane_rule.h"
#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

IBID_INLINE float row_shift(const float* x, int64_t n) {
  const auto identity = [](F32 a) __attribute__((always_inline)) { return a; };
  return row_extreme(x, n, identity) + 0.0f;
}

void softmax_row(const float* x, float* y, int64_t n) {
  const F32 m = simd::broadcast(row_shift(x, n));
  const double sum = lane_rule(n, [&](auto access, int64_t i, F32 s) __attribute__((always_inline)) {
    const F32 e = elementary::exp(access.load(x + i) - m);
    access.store(y + i, e);
    return s + e;
  });
  const F32 s = simd::broadcast(static_cast<float>(sum));
  for_each_vector(0, n, [&](auto access, int64_t i) __attribute__((always_inline)) {
    access.store(y + i, access.load(y + i) / s);
  });
}

// Some rows together, so that one vector of logarithms serves them all.
constexpr int64_t kRowsTogether = 64;

void log_softmax_rows(const float* x, float* y, int64_t rows, int64_t n) {
  float shift[kRowsTogether], sums[kRowsTogether];
  for (int64_t row = 0; row < rows; ++row) {
    const float* x_row = x + row * n;
    shift[row] = row_shift(x_row, n);
    const F32 m = simd::broadcast(shift[row]);
    const double sum = lane_rule(n, [&](auto access, int64_t i, F32 s) __attribute__((always_inline)) {
      return s + elementary::exp(access.load(x_row + i) - m);
    });
    sums[row] = static_cast<float>(sum);
  }
  for_each_vector(0, rows, [&](auto access, int64_t row) __attribute__((always_inline)) {
    access.store(sums + row, elementary::log(access.load(sums + row)));
  });
  for (int64_t row = 0; row < rows; ++row) {
    const F32 m = simd::broadcast(shift[row]), log_s = simd::broadcast(sums[row]);
    for_each_vector(row * n, (row + 1) * n, [&](auto access, int64_t i) __attribute__((always_inline)) {
      access.store(y + i, (access.load(x + i) - m) - log_s);
    });
  }
}

void softmax(const SoftmaxArgs<float>& g, Executor& executor) noexcept {
  if (!g.logarithm) {
    for_each_row(executor, g.rows, g.cols,
                 [&](int64_t row) { softmax_row(g.x + row * g.cols, g.y + row * g.cols, g.cols); });
    return;
  }
  // As many rows as stay in the first cache.
  const int64_t fitting = g.cols > 4096 ? 1 : 4096 / (g.cols > 0 ? g.cols : 1);
  const int64_t together = fitting < 1 ? 1 : fitting < kRowsTogether ? fitting : kRowsTogether;
  for_each_row(executor, (g.rows + together - 1) / together, together * g.cols, [&](int64_t group) {
    const int64_t first = group * together, left = g.rows - first;
    log_softmax_rows(g.x + first * g.cols, g.y + first * g.cols, left < together ? left : together, g.cols);
  });
}

void softmax_gradient_row(const float* dy, const float* y, float* dx, int64_t n) {
  const double dot = lane_rule(n, [&](auto access, int64_t i, F32 s) __attribute__((always_inline)) {
    return fma(access.load(dy + i), access.load(y + i), s);
  });
  const F32 t = simd::broadcast(static_cast<float>(dot));
  for_each_vector(0, n, [&](auto access, int64_t i) __attribute__((always_inline)) {
    access.store(dx + i, access.load(y + i) * (access.load(dy + i) - t));
  });
}

void log_softmax_gradient_row(const float* dy, const float* y, float* dx, int64_t n) {
  const double sum = lane_rule(n, [&](auto access, int64_t i, F32 s)
                                      __attribute__((always_inline)) { return s + access.load(dy + i); });
  const F32 t = simd::broadcast(static_cast<float>(sum));
  for_each_vector(0, n, [&](auto access, int64_t i) __attribute__((always_inline)) {
    access.store(dx + i, fma(-elementary::exp(access.load(y + i)), t, access.load(dy + i)));
  });
}

void softmax_gradient(const SoftmaxGradientArgs<float>& g, Executor& executor) noexcept {
  for_each_row(executor, g.rows, g.cols, [&](int64_t row) {
    const float* dy = g.dy + row * g.cols;
    const float* y = g.y + row * g.cols;
    float* dx = g.dx + row * g.cols;
    g.logarithm ? log_softmax_gradient_row(dy, y, dx, g.cols) : softmax_gradient_row(dy, y, dx, g.cols);
  });
}

}  // namespace

void install_softmax(KernelTable& table) noexcept {
  table.f32.softmax = softmax;
  table.f32.softmax_gradient = softmax_gradient;
}

}  // namespace ibid::kernels::IBID_ISA
