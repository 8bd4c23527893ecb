// Section 4.1 of the standard, as written.

#include "engine/kernels/softmax.h"

#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/elementary/full_range64.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/lane_rule.h"

namespace ibid::kernels::IBID_ISA {
namespace {

template <class T>
T exp_of(T x) {
  return elementary::exp(simd::load(&x)).v;
}

template <class T>
T log_of(T x) {
  return elementary::log(simd::load(&x)).v;
}

template <class T>
T row_max(const T* x, int64_t n) {
  T best = static_cast<T>(-__builtin_inf());
  for (int64_t i = 0; i < n; ++i) {
    if (x[i] != x[i]) return x[i];
    if (x[i] > best) best = x[i];
  }
  return best + T(0);
}

template <class T>
void softmax(const SoftmaxArgs<T>& g, Executor& executor) noexcept {
  parallel_for(executor, g.rows, [&](int64_t row, int32_t) {
    const T* x = g.x + row * g.cols;
    T* y = g.y + row * g.cols;
    const T m = row_max(x, g.cols);
    const T s =
        static_cast<T>(lane_rule<T>(g.cols, [&](T sum, int64_t i) { return sum + exp_of(x[i] - m); }));
    const T log_s = log_of(s);
    for (int64_t i = 0; i < g.cols; ++i) {
      y[i] = g.logarithm ? (x[i] - m) - log_s : exp_of(x[i] - m) / s;
    }
  });
}

template <class T>
void softmax_gradient(const SoftmaxGradientArgs<T>& g, Executor& executor) noexcept {
  parallel_for(executor, g.rows, [&](int64_t row, int32_t) {
    const T* dy = g.dy + row * g.cols;
    const T* y = g.y + row * g.cols;
    T* dx = g.dx + row * g.cols;
    const T t = static_cast<T>(lane_rule<T>(
        g.cols, [&](T sum, int64_t i) { return g.logarithm ? sum + dy[i] : fused(dy[i], y[i], sum); }));
    for (int64_t i = 0; i < g.cols; ++i) {
      dx[i] = g.logarithm ? fused(-exp_of(y[i]), t, dy[i]) : y[i] * (dy[i] - t);
    }
  });
}

}  // namespace

void install_softmax(KernelTable& table) noexcept {
  table.f32.softmax = softmax<float>;
  table.f64.softmax = softmax<double>;
  table.f32.softmax_gradient = softmax_gradient<float>;
  table.f64.softmax_gradient = softmax_gradient<double>;
}

}  // namespace ibid::kernels::IBID_ISA
