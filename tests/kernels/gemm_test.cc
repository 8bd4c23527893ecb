// Every table's products against the definition, bit by bit.

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "kernels/kernel_testing.h"
#include "kernels/oracle.h"

namespace ibid::kernels::testing {
namespace {

struct Shape {
  int64_t batch, m, n, k;
  bool a_transposed, b_transposed, gaps, bias, relu;
};

// One operand with its strides; gaps leave unused elements between columns and rows.
template <class T>
struct Operand {
  std::vector<T> values;
  int64_t batch_stride, row, col;
};

template <class T>
Operand<T> operand(Random& random, const Shape& s, bool transposed, int64_t rows, int64_t cols) {
  const int64_t inner = s.gaps ? 1 + random.below(3) : 1;
  const int64_t outer = (transposed ? rows : cols) * inner + (s.gaps ? random.below(7) : 0);
  Operand<T> o;
  o.row = transposed ? inner : outer;
  o.col = transposed ? outer : inner;
  o.batch_stride = (transposed ? cols : rows) * outer + (s.gaps ? 5 : 0);
  o.values = awkward_array<T>(random, s.batch * o.batch_stride + 1, any_data(random));
  return o;
}

template <class T>
struct Problem {
  Operand<T> a, b;
  std::vector<T> bias;
  int64_t c_row, c_batch;
  GemmArgs<T> args;

  Problem(Random& random, const Shape& s)
      : a(operand<T>(random, s, s.a_transposed, s.m, s.k)),
        b(operand<T>(random, s, s.b_transposed, s.k, s.n)),
        bias(awkward_array<T>(random, s.n + 1, any_data(random))),
        c_row(s.n + (s.gaps ? random.below(5) : 0)),
        c_batch(s.m * c_row + (s.gaps ? 3 : 0)) {
    args = {s.batch,
            s.m,
            s.n,
            s.k,
            a.values.data(),
            a.batch_stride,
            a.row,
            a.col,
            b.values.data(),
            b.batch_stride,
            b.row,
            b.col,
            s.bias ? bias.data() : nullptr,
            s.relu ? Activation::kRelu : Activation::kNone,
            nullptr,
            c_batch,
            c_row};
  }

  std::vector<T> run(GemmFunction<T> function) {
    std::vector<T> c(static_cast<size_t>(args.batch * c_batch + 1), T(77));  // 77: must survive in the gaps
    args.c = c.data();
    function(args, pool_under_test());
    return c;
  }

  std::vector<T> expected() const {
    std::vector<T> c(static_cast<size_t>(args.batch * c_batch + 1), T(77));
    for (int64_t q = 0; q < args.batch; ++q) {
      for (int64_t i = 0; i < args.m; ++i) {
        for (int64_t j = 0; j < args.n; ++j) {
          Chain<T> chain;
          for (int64_t k = 0; k < args.k; ++k) {
            chain.add(args.a[q * args.a_batch + i * args.a_row + k * args.a_col],
                      args.b[q * args.b_batch + k * args.b_row + j * args.b_col]);
          }
          c[static_cast<size_t>(q * c_batch + i * c_row + j)] =
              chain.closed(args.bias != nullptr ? args.bias[j] : T(0), args.activation);
        }
      }
    }
    return c;
  }
};

std::string describe(const Shape& s) {
  return std::to_string(s.batch) + " x (" + std::to_string(s.m) + "x" + std::to_string(s.n) + "x" +
         std::to_string(s.k) + ")" + (s.a_transposed ? " A'" : "") + (s.b_transposed ? " B'" : "") +
         (s.gaps ? " gaps" : "") + (s.bias ? " bias" : "") + (s.relu ? " relu" : "");
}

Shape random_shape(Random& random) {
  const std::vector<int64_t> outer = {0,  1,  2,  3,  4,  5,  7,  8,  9,  11, 12,
                                      13, 15, 16, 17, 31, 32, 33, 47, 49, 64, 65};
  const std::vector<int64_t> inner = {0, 1, 2, 3, 4, 15, 16, 17, 31, 63, 65, 128, 511, 512, 513, 1024, 1025};
  Shape s{random.below(4) == 0 ? random.below(4) : 1,
          random.pick(outer),
          random.pick(outer),
          random.pick(inner),
          random.below(2) == 0,
          random.below(2) == 0,
          random.below(2) == 0,
          random.below(2) == 0,
          random.below(3) == 0};
  return s;
}

template <class T>
void check_shape(Random& random, const Shape& s, GemmFunction<T> function) {
  Problem<T> problem(random, s);
  const std::string found = difference(problem.run(function), problem.expected());
  INFO(describe(s));
  CHECK(found == "");
}

TEST_CASE("a product has the bits of the definition, whatever its shape, strides and values") {
  Random random(1);
  for (int round = 0; round < 300; ++round)
    check_shape<float>(random, random_shape(random), table_under_test().f32.gemm);
  for (int round = 0; round < 40; ++round)
    check_shape<double>(random, random_shape(random), table_under_test().f64.gemm);
}

TEST_CASE("large products take the blocked paths and keep the bits") {
  Random random(2);
  const int64_t sizes[][3] = {{150, 610, 530}, {610, 40, 520}, {3, 5, 20000},  {1, 300, 1100},
                              {64, 10, 128},   {40, 1300, 70}, {1, 1, 33000},  {700, 1, 600},
                              {2, 1300, 513},  {16, 600, 600}, {130, 96, 2100}};
  for (const auto& size : sizes) {
    for (int form = 0; form < 4; ++form) {
      const Shape s{1, size[0], size[1], size[2], form % 2 == 1, form >= 2, false, true, form == 1};
      check_shape<float>(random, s, table_under_test().f32.gemm);
    }
  }
}

TEST_CASE("blocks that are packed while the one before runs keep the bits") {
  Random random(4);
  // Several blocks in a task, several chunks in a block, both, a ragged last panel, as many tasks as workers.
  const int64_t sizes[][3] = {
      {64, 5300, 40}, {57, 129, 1100}, {60, 1001, 600}, {130, 2600, 17}, {45, 640, 1537}};
  for (const auto& size : sizes) {
    for (const bool transposed : {false, true})
      check_shape<float>(random, {1, size[0], size[1], size[2], transposed, false, false, true, transposed},
                         table_under_test().f32.gemm);
  }
}

TEST_CASE("the emulated fused multiply-add has the bits of the instruction") {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    Shape s = random_shape(random);
    s.k %= 70;
    check_shape<float>(random, s, software_fma_table().f32.gemm);
    Problem<double> problem(random, s);
    CHECK(difference(problem.run(software_fma_table().f64.gemm),
                     problem.run(kernel_table(Isa::kScalar).f64.gemm)) == "");
  }
}

template <class T>
void check_shards(Random& random, GemmShardsFunction<T> function, GemmShardsArgs<T> g) {
  const Data data = any_data(random);
  g.a_row = g.m + random.below(3);
  g.b_row = g.n + random.below(3);
  const std::vector<T> a = awkward_array<T>(random, g.rows * g.a_row + 1, data);
  const std::vector<T> b = awkward_array<T>(random, g.rows * g.b_row + 1, data);
  const int64_t n_shards = (g.rows + g.shard_rows - 1) / g.shard_rows;
  const size_t n_out = static_cast<size_t>((g.fold ? 1 : n_shards) * g.m * g.n);
  std::vector<T> c(n_out, T(77)), expected(n_out);
  g.a = a.data();
  g.b = b.data();
  g.c = c.data();
  function(g, pool_under_test());
  for (int64_t e = 0; e < g.m * g.n; ++e) {
    std::vector<T> shards;
    for (int64_t shard = 0; shard < n_shards; ++shard) {
      Chain<T> chain;
      for (int64_t r = shard * g.shard_rows; r < g.rows && r < (shard + 1) * g.shard_rows; ++r)
        chain.add(a[static_cast<size_t>(r * g.a_row + e / g.n)],
                  b[static_cast<size_t>(r * g.b_row + e % g.n)]);
      shards.push_back(chain.closed(T(0), Activation::kNone));
      if (!g.fold) expected[static_cast<size_t>(shard * g.m * g.n + e)] = shards.back();
    }
    if (g.fold) expected[static_cast<size_t>(e)] = tree(shards);
  }
  const std::string found = difference(c, expected);
  INFO(g.m << "x" << g.n << " of " << g.rows << " rows in shards of " << g.shard_rows
           << (g.fold ? " folded" : ""));
  CHECK(found == "");
}

TEST_CASE("gradient shards are products of their rows, combined by the tree") {
  Random random(4);
  const std::vector<int64_t> outer = {0, 1, 3, 12, 14, 16, 17, 31, 33, 40};
  for (int round = 0; round < 160; ++round) {
    GemmShardsArgs<float> g;
    g.m = random.pick(outer);
    g.n = random.pick(outer);
    g.shard_rows = random.pick({1, 2, 3, 16, 17, 513, 1030});
    g.rows = random.below(9) * g.shard_rows + random.pick({0, 1, 15, g.shard_rows - 1});
    if (g.rows > 2600) g.rows = 2600;
    g.fold = random.below(2) == 0;
    check_shards<float>(random, table_under_test().f32.gemm_shards, g);
  }
  for (int64_t rows : {0, 1, 5, 64, 80}) {
    for (bool fold : {false, true}) {
      GemmShardsArgs<double> g;
      g.m = 5, g.n = 70, g.rows = rows, g.shard_rows = 16, g.fold = fold;
      check_shards<double>(random, table_under_test().f64.gemm_shards, g);
    }
  }
}

TEST_CASE("the digest of fixed products is the same on every processor") {
  Random random(5);
  Digest digest;
  for (int round = 0; round < 24; ++round) {
    Problem<float> problem(random, random_shape(random));
    digest.add(problem.run(table_under_test().f32.gemm));
  }
  CHECK(digest.value() == 15678914886975312641u);
}

}  // namespace
}  // namespace ibid::kernels::testing
