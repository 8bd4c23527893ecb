// Binary elementwise operations, a vector at a time, row by row where an operand is broadcast.

#include "engine/kernels/cpu/for_each.h"
#include "engine/kernels/elementary/binary_formulas.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

// The vector of an operand at column c of a row; a scalar operand is the same vector everywhere.
struct OperandReader {
  const float* row;
  bool is_scalar;
  F32 scalar;

  template <class Access>
  IBID_MEMBER F32 load(Access access, int64_t c) const {
    return is_scalar ? scalar : access.load(row + c);
  }
};

// row_start: where the row begins in a dense operand.
IBID_INLINE OperandReader reader(const float* x, Operand layout, int64_t row_start) {
  if (layout == Operand::kScalar) return {nullptr, true, simd::broadcast(*x)};
  return {layout == Operand::kDense ? x + row_start : x, false, simd::zero_f32()};
}

// Columns [begin, end) of one row.
template <class Operation>
IBID_INLINE void binary_row(const BinaryArgs<float>& g, Operation operation, int64_t row_start, int64_t begin,
                            int64_t end) {
  const OperandReader a = reader(g.a, g.a_layout, row_start), b = reader(g.b, g.b_layout, row_start);
  float* y = g.y + row_start;
  for_each_vector(begin, end, [&](auto access, int64_t c) __attribute__((always_inline)) {
    access.store(y + c, operation.apply(a.load(access, c), b.load(access, c)));
  });
}

void binary(const BinaryArgs<float>& g, Executor& executor) noexcept {
  const bool by_rows = g.a_layout == Operand::kRow || g.b_layout == Operand::kRow;
  elementary::with_binary(g.op, [&](auto operation) {
    if (by_rows) {
      for_each_row(executor, g.rows, g.cols,
                   [&](int64_t row) { binary_row(g, operation, row * g.cols, 0, g.cols); });
    } else {  // all elements are one long row
      for_each_block(executor, g.rows * g.cols,
                     [&](int64_t begin, int64_t end) { binary_row(g, operation, 0, begin, end); });
    }
  });
}

}  // namespace

void install_binary(KernelTable& table) noexcept { table.f32.binary = binary; }

}  // namespace ibid::kernels::IBID_ISA
