// Section 4.1 along the row: the maximum, then exponentials with their sum by the lane rule, then the
// quotients. Short rows go the same way, in one partly filled vector.

#include "engine/kernels/softmax.h"

#include "engine/kernels/cpu/lane_rule.h"
#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

IBID_INLINE F32 row_shift(const float* x, int64_t n) {
  const auto identity = [](F32 a) __attribute__((always_inline)) { return a; };
  return simd::broadcast(row_extreme(x, n, identity) + 0.0f);
}

void softmax_row(const float* x, float* y, int64_t n) {
  const F32 m = row_shift(x, n);
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

void log_softmax_row(const float* x, float* y, int64_t n) {
  const F32 m = row_shift(x, n);
  const double sum = lane_rule(n, [&](auto access, int64_t i, F32 s) __attribute__((always_inline)) {
    return s + elementary::exp(access.load(x + i) - m);
  });
  const F32 log_s = elementary::log(simd::broadcast(static_cast<float>(sum)));
  for_each_vector(0, n, [&](auto access, int64_t i) __attribute__((always_inline)) {
    access.store(y + i, (access.load(x + i) - m) - log_s);
  });
}

void softmax(const SoftmaxArgs<float>& g, Executor& executor) noexcept {
  for_each_row(executor, g.rows, g.cols, [&](int64_t row) {
    const float* x = g.x + row * g.cols;
    float* y = g.y + row * g.cols;
    g.logarithm ? log_softmax_row(x, y, g.cols) : softmax_row(x, y, g.cols);
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
