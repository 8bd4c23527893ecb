// Section 3 with vectors: along the row for the lane rule, across columns for the column rule.

#include "engine/kernels/reduce.h"

#include "engine/kernels/cpu/lane_rule.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

// What one term adds to a chain; NeedsB and NeedsCentre say what is read.
template <Reduction op>
struct Term {
  static constexpr bool kNeedsB = op == Reduction::kDot || op == Reduction::kCentredDot;
  static constexpr bool kNeedsCentre = op == Reduction::kCentredSquares || op == Reduction::kCentredDot;
  static IBID_MEMBER F32 add(F32 sum, F32 a, F32 b, F32 centre) {
    if constexpr (op == Reduction::kDot) return fma(a, b, sum);
    if constexpr (op == Reduction::kSquares) return fma(a, a, sum);
    if constexpr (op == Reduction::kCentredSquares) return fma(a - centre, a - centre, sum);
    if constexpr (op == Reduction::kCentredDot) return fma(a, b - centre, sum);
    if constexpr (op == Reduction::kSum) return sum + a;
  }
};

// use(Term<op>{}) for the sums.
template <class Use>
IBID_INLINE void with_term(Reduction op, Use&& use) {
  switch (op) {
    case Reduction::kSum:
      return use(Term<Reduction::kSum>{});
    case Reduction::kDot:
      return use(Term<Reduction::kDot>{});
    case Reduction::kSquares:
      return use(Term<Reduction::kSquares>{});
    case Reduction::kCentredSquares:
      return use(Term<Reduction::kCentredSquares>{});
    case Reduction::kCentredDot:
      return use(Term<Reduction::kCentredDot>{});
    case Reduction::kMax:
    case Reduction::kMin:
      return;
  }
}

IBID_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
IBID_INLINE int64_t smaller_of(int64_t a, int64_t b) { return a < b ? a : b; }
IBID_INLINE bool is_extreme(Reduction op) { return op == Reduction::kMax || op == Reduction::kMin; }

// --- rows ---

template <class TermOf>
IBID_INLINE float row_block(const ReduceRowsArgs<float>& g, TermOf term, int64_t row, int64_t begin,
                            int64_t end) {
  const float* a = g.a + row * g.cols + begin;
  const float* b = term.kNeedsB ? g.b + row * g.cols + begin : a;
  const F32 centre = term.kNeedsCentre ? simd::broadcast(g.centre[row]) : simd::zero_f32();
  return lane_block(end - begin, [&](auto access, int64_t i, F32 sum) __attribute__((always_inline)) {
    return term.add(sum, access.load(a + i), term.kNeedsB ? access.load(b + i) : sum, centre);
  });
}

IBID_INLINE void store_row(const ReduceRowsArgs<float>& g, int64_t row, double result) {
  if (g.y != nullptr) g.y[row] = static_cast<float>(result);
  if (g.sums != nullptr) g.sums[row] = result;
}

// Rows of one block each.
template <class TermOf>
void reduce_short_rows(const ReduceRowsArgs<float>& g, TermOf term, Executor& executor) noexcept {
  for_each_row(executor, g.rows, g.cols, [&](int64_t row) {
    store_row(g, row, static_cast<double>(row_block(g, term, row, 0, g.cols)));
  });
}

// Longer rows: the block sums of all rows first, over all threads, then the trees.
template <class TermOf>
void reduce_long_rows(const ReduceRowsArgs<float>& g, TermOf term, Executor& executor) noexcept {
  const int64_t n_blocks = ceil_div(g.cols, kLaneBlock);
  float* sums = static_cast<float*>(executor.shared_scratch(g.rows * n_blocks * int64_t{sizeof(float)}));
  for_each_row(executor, g.rows * n_blocks, kLaneBlock, [&](int64_t task) {
    const int64_t row = task / n_blocks, begin = task % n_blocks * kLaneBlock;
    sums[task] = row_block(g, term, row, begin, smaller_of(g.cols, begin + kLaneBlock));
  });
  for (int64_t row = 0; row < g.rows; ++row) {
    AlignedTree<double> tree;
    for (int64_t block = 0; block < n_blocks; ++block) {
      tree.add(static_cast<double>(sums[row * n_blocks + block]));
    }
    store_row(g, row, tree.total());
  }
}

void reduce_rows(const ReduceRowsArgs<float>& g, Executor& executor) noexcept {
  if (is_extreme(g.op)) {
    for_each_row(executor, g.rows, g.cols, [&](int64_t row) {
      const float* x = g.a + row * g.cols;
      const float result =
          g.op == Reduction::kMax
              ? row_extreme(x, g.cols, [](F32 a) __attribute__((always_inline)) { return a; })
              : -row_extreme(x, g.cols, [](F32 a) __attribute__((always_inline)) { return -a; });
      store_row(g, row, static_cast<double>(result + 0.0f));
    });
    return;
  }
  with_term(g.op, [&](auto term) {
    g.cols <= kLaneBlock ? reduce_short_rows(g, term, executor) : reduce_long_rows(g, term, executor);
  });
}

// --- columns ---

constexpr int64_t kColumnBlock = 512;  // section 3.2
constexpr int64_t kRegistersWide = 4;  // independent chains, to cover the latency of an addition
constexpr int64_t kColumnTask = 256;   // columns of a task

// Rows [begin, end), at most 512, of `width` columns from `column` on; their closed sums go to `result`.
struct Strip {
  int64_t column, width, begin, end;
  float* result;

  IBID_MEMBER Strip from(int64_t offset) const {
    return {column + offset, width - offset, begin, end, result + offset};
  }
};

template <int64_t registers, class TermOf, class Access>
IBID_INLINE void column_chains(const ReduceColumnsArgs<float>& g, TermOf term, Access access, Strip strip) {
  F32 sums[registers], centre[registers];
  for (int64_t r = 0; r < registers; ++r) {
    sums[r] = simd::zero_f32();
    centre[r] = term.kNeedsCentre ? access.load(g.centre + strip.column + r * simd::kLanes) : sums[r];
  }
  for (int64_t row = strip.begin; row < strip.end; ++row) {
    for (int64_t r = 0; r < registers; ++r) {
      const int64_t i = row * g.cols + strip.column + r * simd::kLanes;
      F32 a = access.load(g.a + i);
      if (g.relu_output != nullptr) {
        a = select(access.load(g.relu_output + i) <= simd::zero_f32(), simd::zero_f32(), a);
      }
      sums[r] = term.add(sums[r], a, term.kNeedsB ? access.load(g.b + i) : a, centre[r]);
    }
  }
  for (int64_t r = 0; r < registers; ++r) {
    access.store(strip.result + r * simd::kLanes, sums[r] + simd::zero_f32());
  }
}

template <class TermOf>
IBID_INLINE void column_block(const ReduceColumnsArgs<float>& g, TermOf term, Strip strip) {
  constexpr int64_t kWide = kRegistersWide * simd::kLanes;
  int64_t c = 0;
  for (; c + kWide <= strip.width; c += kWide) {
    column_chains<kRegistersWide>(g, term, WholeVector{}, strip.from(c));
  }
  for (; c + simd::kLanes <= strip.width; c += simd::kLanes) {
    column_chains<1>(g, term, WholeVector{}, strip.from(c));
  }
  if (c < strip.width) column_chains<1>(g, term, PartialVector{strip.width - c}, strip.from(c));
}

// How the rows are cut: shards of equal size but the last, each into blocks of 512.
struct RowPartition {
  int64_t rows, shard_rows, n_shards, blocks_per_shard;
  bool fold;

  IBID_MEMBER int64_t shard_end(int64_t shard) const { return smaller_of(rows, (shard + 1) * shard_rows); }
  IBID_MEMBER int64_t blocks_of(int64_t shard) const {
    return ceil_div(shard_end(shard) - shard * shard_rows, kColumnBlock);
  }
  IBID_MEMBER int64_t n_blocks() const {
    return n_shards == 0 ? 0 : (n_shards - 1) * blocks_per_shard + blocks_of(n_shards - 1);
  }
};

IBID_INLINE RowPartition partition_of(const ReduceColumnsArgs<float>& g) {
  const bool whole = g.shard_rows <= 0;
  const int64_t shard_rows = whole ? g.rows : smaller_of(g.shard_rows, g.rows);
  const int64_t n_shards = whole ? 1 : ceil_div(g.rows, g.shard_rows);
  return {g.rows, shard_rows, n_shards, ceil_div(shard_rows, kColumnBlock), g.fold || whole};
}

// The block sums of one column, in `sums` n_columns apart, up the trees of sections 3.2 and 6.2.
IBID_INLINE void finish_column(const ReduceColumnsArgs<float>& g, const RowPartition& p, const float* sums,
                               int64_t column) {
  AlignedTree<float> rounded_tree;
  AlignedTree<double> tree;
  for (int64_t shard = 0; shard < p.n_shards; ++shard) {
    AlignedTree<double> blocks;
    for (int64_t block = 0; block < p.blocks_of(shard); ++block) {
      blocks.add(static_cast<double>(sums[(shard * p.blocks_per_shard + block) * g.cols + column]));
    }
    const double sum = blocks.total();
    if (p.fold) {
      rounded_tree.add(static_cast<float>(sum));
      tree.add(sum);
      continue;
    }
    if (g.y != nullptr) g.y[shard * g.cols + column] = static_cast<float>(sum);
    if (g.sums != nullptr) g.sums[shard * g.cols + column] = sum;
  }
  if (p.fold && g.y != nullptr) g.y[column] = rounded_tree.total();
  if (p.fold && g.sums != nullptr) g.sums[column] = tree.total();
}

template <class TermOf>
void sum_columns(const ReduceColumnsArgs<float>& g, TermOf term, Executor& executor) noexcept {
  const RowPartition p = partition_of(g);
  const int64_t n_blocks = p.n_blocks(), n_strips = ceil_div(g.cols, kColumnTask);
  float* sums = static_cast<float*>(executor.shared_scratch(n_blocks * g.cols * int64_t{sizeof(float)} + 1));
  const int64_t task_elements = smaller_of(p.shard_rows, kColumnBlock) * smaller_of(g.cols, kColumnTask);
  for_each_row(executor, n_blocks * n_strips, task_elements, [&](int64_t task) {
    const int64_t block = task / n_strips, column = task % n_strips * kColumnTask;
    const int64_t shard = block / p.blocks_per_shard;
    const int64_t begin = shard * p.shard_rows + block % p.blocks_per_shard * kColumnBlock;
    column_block(g, term,
                 {column, smaller_of(g.cols - column, kColumnTask), begin,
                  smaller_of(p.shard_end(shard), begin + kColumnBlock), sums + block * g.cols + column});
  });
  for_each_row(executor, g.cols, 4 * n_blocks, [&](int64_t column) { finish_column(g, p, sums, column); });
}

// The maximum of f(x) per column, f its own inverse.
template <class Transform>
void extreme_of_columns(const ReduceColumnsArgs<float>& g, Transform f, Executor& executor) noexcept {
  const int64_t n_strips = ceil_div(g.cols, simd::kLanes);
  for_each_row(executor, n_strips, g.rows * simd::kLanes, [&](int64_t strip) {
    const int64_t first = strip * simd::kLanes;
    for_each_vector(first, smaller_of(g.cols, first + simd::kLanes),
                    [&](auto access, int64_t column) __attribute__((always_inline)) {
                      F32 best = F32::of(-__builtin_inff());
                      for (int64_t row = 0; row < g.rows; ++row) {
                        const F32 value = f(access.load(g.a + row * g.cols + column));
                        best = select(is_nan(best) | is_nan(value), F32::of(__builtin_nanf("")),
                                      hardware_max(value, best));
                      }
                      best = f(best) + simd::zero_f32();
                      float lanes[simd::kLanes];
                      store(lanes, best);
                      for (int64_t i = 0; i < smaller_of(simd::kLanes, g.cols - column); ++i) {
                        if (g.y != nullptr) g.y[column + i] = lanes[i];
                        if (g.sums != nullptr) g.sums[column + i] = static_cast<double>(lanes[i]);
                      }
                    });
  });
}

void reduce_columns(const ReduceColumnsArgs<float>& g, Executor& executor) noexcept {
  if (g.op == Reduction::kMax) {
    extreme_of_columns(g, [](F32 a) __attribute__((always_inline)) { return a; }, executor);
  } else if (g.op == Reduction::kMin) {
    extreme_of_columns(g, [](F32 a) __attribute__((always_inline)) { return -a; }, executor);
  } else {
    with_term(g.op, [&](auto term) { sum_columns(g, term, executor); });
  }
}

}  // namespace

void install_reduce(KernelTable& table) noexcept {
  table.f32.reduce_rows = reduce_rows;
  table.f32.reduce_columns = reduce_columns;
}

}  // namespace ibid::kernels::IBID_ISA
