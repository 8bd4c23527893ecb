// Unary operations and their gradients, a vector at a time. The float64 forms stay with the reference.

#include "engine/kernels/cpu/for_each.h"
#include "engine/kernels/elementary/unary_formulas.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

void unary(const UnaryArgs<float>& g, Executor& executor) noexcept {
  elementary::with_unary(g.op, [&](auto operation) {
    for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
      const simd::F32 parameter = simd::broadcast(g.parameter);
      for_each_vector(begin, end, [&](auto access, int64_t i) __attribute__((always_inline)) {
        access.store(g.y + i, operation.forward(access.load(g.x + i), parameter));
      });
    });
  });
}

void unary_gradient(const UnaryGradientArgs<float>& g, Executor& executor) noexcept {
  elementary::with_unary(g.op, [&](auto operation) {
    for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
      const simd::F32 parameter = simd::broadcast(g.parameter);
      // An absent array is one the operation does not read.
      const float* x = g.x != nullptr ? g.x : g.dy;
      const float* y = g.y != nullptr ? g.y : g.dy;
      for_each_vector(begin, end, [&](auto access, int64_t i) __attribute__((always_inline)) {
        const simd::F32 dy = access.load(g.dy + i);
        access.store(g.dx + i, operation.gradient(dy, access.load(x + i), access.load(y + i), parameter));
      });
    });
  });
}

}  // namespace

void install_unary(KernelTable& table) noexcept {
  table.f32.unary = unary;
  table.f32.unary_gradient = unary_gradient;
}

}  // namespace ibid::kernels::IBID_ISA
