// Unary operations and their gradients, element by element.

#include "engine/kernels/elementary/full_range64.h"
#include "engine/kernels/elementary/unary_formulas.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

template <class T>
void unary(const UnaryArgs<T>& g, Executor& executor) noexcept {
  elementary::with_unary(g.op, [&](auto operation) {
    for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
      const auto parameter = simd::load(&g.parameter);
      for (int64_t i = begin; i < end; ++i) {
        store(g.y + i, operation.forward(simd::load(g.x + i), parameter));
      }
    });
  });
}

template <class T>
void unary_gradient(const UnaryGradientArgs<T>& g, Executor& executor) noexcept {
  elementary::with_unary(g.op, [&](auto operation) {
    for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
      const auto parameter = simd::load(&g.parameter);
      for (int64_t i = begin; i < end; ++i) {
        const auto dy = simd::load(g.dy + i);
        const auto x = g.x != nullptr ? simd::load(g.x + i) : dy;  // absent only where it is not read
        const auto y = g.y != nullptr ? simd::load(g.y + i) : dy;
        store(g.dx + i, operation.gradient(dy, x, y, parameter));
      }
    });
  });
}

}  // namespace

void install_unary(KernelTable& table) noexcept {
  table.f32.unary = unary<float>;
  table.f64.unary = unary<double>;
  table.f32.unary_gradient = unary_gradient<float>;
  table.f64.unary_gradient = unary_gradient<double>;
}

}  // namespace ibid::kernels::IBID_ISA
