// Binary elementwise operations, element by element.

#include "engine/kernels/elementary/binary_formulas.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

inline int64_t operand_index(Operand layout, int64_t i, int64_t cols) {
  switch (layout) {
    case Operand::kDense:
      return i;
    case Operand::kRow:
      return i % cols;
    case Operand::kScalar:
      break;
  }
  return 0;
}

template <class T>
void binary(const BinaryArgs<T>& g, Executor& executor) noexcept {
  elementary::with_binary(g.op, [&](auto operation) {
    for_each_block(executor, g.rows * g.cols, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto a = simd::load(g.a + operand_index(g.a_layout, i, g.cols));
        const auto b = simd::load(g.b + operand_index(g.b_layout, i, g.cols));
        store(g.y + i, operation.apply(a, b));
      }
    });
  });
}

}  // namespace

void install_binary(KernelTable& table) noexcept {
  table.f32.binary = binary<float>;
  table.f64.binary = binary<double>;
}

}  // namespace ibid::kernels::IBID_ISA
