// Section 3 of the standard, as written.

#include "engine/kernels/reduce.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/lane_rule.h"

namespace ibid::kernels::IBID_ISA {
namespace {

// One more term of a chain.
template <class T>
T add_term(Reduction op, T sum, T a, T b, T centre) {
  switch (op) {
    case Reduction::kSum:
      return sum + a;
    case Reduction::kDot:
      return fused(a, b, sum);
    case Reduction::kSquares:
      return fused(a, a, sum);
    case Reduction::kCentredSquares:
      return fused(a - centre, a - centre, sum);
    case Reduction::kCentredDot:
      return fused(a, b - centre, sum);
    case Reduction::kMax:
    case Reduction::kMin:
      break;
  }
  return sum;
}

template <class T>
T value_or_zero(const T* array, int64_t i) {
  return array != nullptr ? array[i] : T(0);
}

// The extreme of n elements `stride` apart, section 0.2.
template <class T>
T extreme(Reduction op, const T* x, int64_t n, int64_t stride) {
  const T infinity = static_cast<T>(__builtin_inf());
  T best = op == Reduction::kMax ? -infinity : infinity;
  for (int64_t i = 0; i < n; ++i) {
    const T value = x[i * stride];
    if (value != value) return value;
    if (op == Reduction::kMax ? value > best : value < best) best = value;
  }
  return best + T(0);
}

template <class T>
double reduce_row(const ReduceRowsArgs<T>& g, int64_t row) {
  const T* a = g.a + row * g.cols;
  const T* b = g.b != nullptr ? g.b + row * g.cols : nullptr;
  if (g.op == Reduction::kMax || g.op == Reduction::kMin) {
    return static_cast<double>(extreme(g.op, a, g.cols, 1));
  }
  const T centre = value_or_zero(g.centre, row);
  return lane_rule<T>(
      g.cols, [&](T sum, int64_t i) { return add_term(g.op, sum, a[i], value_or_zero(b, i), centre); });
}

template <class T>
void reduce_rows(const ReduceRowsArgs<T>& g, Executor& executor) noexcept {
  parallel_for(executor, g.rows, [&](int64_t row, int32_t) {
    const double result = reduce_row(g, row);
    if (g.y != nullptr) g.y[row] = static_cast<T>(result);
    if (g.sums != nullptr) g.sums[row] = result;
  });
}

// Rows [begin, end) of one column, section 3.2.
template <class T>
double reduce_column(const ReduceColumnsArgs<T>& g, int64_t column, int64_t begin, int64_t end,
                     double* blocks) {
  int64_t n_blocks = 0;
  for (int64_t first = begin; first < end; first += kChunk) {
    T sum = 0;
    for (int64_t row = first; row < min_of(end, first + kChunk); ++row) {
      const int64_t i = row * g.cols + column;
      const T a = g.relu_output != nullptr && g.relu_output[i] <= T(0) ? T(0) : g.a[i];
      sum = add_term(g.op, sum, a, value_or_zero(g.b, i), value_or_zero(g.centre, column));
    }
    blocks[n_blocks++] = static_cast<double>(sum + T(0));
  }
  return aligned_tree(blocks, n_blocks);
}

template <class T>
void reduce_columns(const ReduceColumnsArgs<T>& g, Executor& executor) noexcept {
  const bool is_extreme = g.op == Reduction::kMax || g.op == Reduction::kMin;
  const bool one_shard = is_extreme || g.shard_rows <= 0;
  const int64_t n_shards = one_shard ? 1 : ceil_div(g.rows, g.shard_rows);
  const int64_t shard_rows = one_shard ? g.rows : min_of(g.shard_rows, g.rows);
  const bool fold = g.fold || one_shard;
  parallel_for(executor, g.cols, [&](int64_t column, int32_t worker) {
    const int64_t n_scratch = ceil_div(g.rows, kChunk) + 2 * n_shards + 2;
    double* blocks = static_cast<double*>(
        executor.scratch(worker, n_scratch * static_cast<int64_t>(sizeof(double) + sizeof(T))));
    double* sums = blocks + ceil_div(shard_rows, kChunk) + 1;
    T* rounded = static_cast<T*>(static_cast<void*>(sums + n_shards));
    for (int64_t s = 0; s < n_shards; ++s) {
      const int64_t begin = s * shard_rows, end = min_of(g.rows, begin + shard_rows);
      sums[s] = is_extreme ? static_cast<double>(extreme(g.op, g.a + column, g.rows, g.cols))
                           : reduce_column(g, column, begin, end, blocks);
      rounded[s] = static_cast<T>(sums[s]);
      if (!fold && g.y != nullptr) g.y[s * g.cols + column] = rounded[s];
      if (!fold && g.sums != nullptr) g.sums[s * g.cols + column] = sums[s];
    }
    if (fold && g.y != nullptr) g.y[column] = aligned_tree(rounded, n_shards);
    if (fold && g.sums != nullptr) g.sums[column] = aligned_tree(sums, n_shards);
  });
}

}  // namespace

void install_reduce(KernelTable& table) noexcept {
  table.f32.reduce_rows = reduce_rows<float>;
  table.f64.reduce_rows = reduce_rows<double>;
  table.f32.reduce_columns = reduce_columns<float>;
  table.f64.reduce_columns = reduce_columns<double>;
}

}  // namespace ibid::kernels::IBID_ISA
