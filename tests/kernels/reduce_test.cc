// Reductions and softmax: bitwise against the reference, and against the standard written once more here.

#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

using test::Array;
using test::Fill;
using test::filled;
using test::first_difference;

template <class T>
struct Reduced {
  Array<T> y;
  Array<double> sums;
};

template <class T>
Reduced<T> reduce_rows(ReduceRowsFunction<T> kernel, ReduceRowsArgs<T> args) {
  Reduced<T> result{Array<T>(args.rows, 2), Array<double>(args.rows)};
  args.y = result.y.data();
  args.sums = result.sums.data();
  kernel(args, test::pool());
  return result;
}

template <class T>
void check_rows(ReduceRowsFunction<T> tested, ReduceRowsFunction<T> reference) {
  for (int64_t cols : {0, 1, 2, 7, 10, 17, 63, 64, 65, 100, 511, 513, 4095, 4096, 4097, 12289, 70000}) {
    for (Fill fill : {Fill::kOrdinary, Fill::kSpecial, Fill::kWide}) {
      const int64_t rows = cols < 600 ? 37 : 3;
      const auto a = filled<T>(rows * cols, fill, static_cast<uint64_t>(cols)),
                 b = filled<T>(rows * cols, fill, 5);
      const auto centre = filled<T>(rows, Fill::kOrdinary, 6);
      for (int32_t op = 0; op < kReductionCount; ++op) {
        const ReduceRowsArgs<T> args{.op = static_cast<Reduction>(op),
                                     .rows = rows,
                                     .cols = cols,
                                     .a = a.data(),
                                     .b = b.data(),
                                     .centre = centre.data()};
        const Reduced<T> got = reduce_rows(tested, args), expected = reduce_rows(reference, args);
        INFO("reduction " << op << ", cols " << cols);
        REQUIRE(first_difference(got.y, expected.y) == -1);
        REQUIRE(first_difference(got.sums, expected.sums) == -1);
      }
    }
  }
}

TEST_CASE("row reductions have the reference's bits") {
  check_rows<float>(test::tested().f32.reduce_rows, test::reference().f32.reduce_rows);
  check_rows<double>(test::tested().f64.reduce_rows, software_fma_table().f64.reduce_rows);
}

// Section 3.1 for a sum, written with explicit arrays and recursion, apart from the kernels.
float lane_rule_block(const float* x, int64_t n) {
  std::vector<float> lanes(64, 0.0f);
  for (int64_t i = 0; i < n; ++i) lanes[static_cast<size_t>(i % 64)] += x[i];
  while (lanes.size() > 1) {
    const size_t half = lanes.size() / 2;
    for (size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    lanes.resize(half);
  }
  return lanes[0] + 0.0f;
}

double tree(std::vector<double> level) {
  if (level.empty()) return 0.0;
  while (level.size() > 1) {
    std::vector<double> next;
    for (size_t i = 0; i < level.size(); i += 2) {
      next.push_back(i + 1 < level.size() ? level[i] + level[i + 1] : level[i]);
    }
    level = next;
  }
  return level[0];
}

TEST_CASE("a row sum is the standard's, for one block and for many") {
  for (int64_t cols : {1, 64, 100, 4096, 4097, 8192, 20000, 30000, 61441}) {
    const auto a = filled<float>(cols, Fill::kOrdinary, 3);
    std::vector<double> blocks;
    for (int64_t i = 0; i < cols; i += 4096) {
      blocks.push_back(static_cast<double>(lane_rule_block(a.data() + i, std::min<int64_t>(4096, cols - i))));
    }
    const auto got =
        reduce_rows<float>(test::tested().f32.reduce_rows, {.rows = 1, .cols = cols, .a = a.data()});
    CHECK(test::same(got.sums[0], tree(blocks)));
    CHECK(test::same(got.y[0], static_cast<float>(tree(blocks))));
  }
}

TEST_CASE("extremes: NaN wins, zeros are closed") {
  const float nan = std::nanf("");
  const auto extreme = [](Reduction op, std::vector<float> x) {
    return reduce_rows<float>(test::tested().f32.reduce_rows,
                              {.op = op, .rows = 1, .cols = static_cast<int64_t>(x.size()), .a = x.data()})
        .y[0];
  };
  CHECK(test::same(extreme(Reduction::kMax, {-0.0f, -0.0f}), 0.0f));
  CHECK(test::same(extreme(Reduction::kMin, {0.0f, -0.0f, 5.0f}), 0.0f));
  CHECK(test::same(extreme(Reduction::kMax, {1, nan, HUGE_VALF}), nan));
  CHECK(test::same(extreme(Reduction::kMin, {1, 3, nan}), nan));
  CHECK(test::same(extreme(Reduction::kMax, {-3, -2, -7}), -2.0f));
  CHECK(test::same(extreme(Reduction::kMax, {}), -HUGE_VALF));
}

template <class T>
Reduced<T> reduce_columns(ReduceColumnsFunction<T> kernel, ReduceColumnsArgs<T> args) {
  const bool split =
      args.shard_rows > 0 && !args.fold && args.op != Reduction::kMax && args.op != Reduction::kMin;
  const int64_t n = (split ? (args.rows + args.shard_rows - 1) / args.shard_rows : 1) * args.cols;
  Reduced<T> result{Array<T>(n, 2), Array<double>(n)};
  args.y = result.y.data();
  args.sums = result.sums.data();
  kernel(args, test::pool());
  return result;
}

template <class T>
void check_columns(ReduceColumnsFunction<T> tested, ReduceColumnsFunction<T> reference) {
  for (int64_t rows : {0, 1, 15, 16, 17, 64, 511, 512, 513, 1537, 5000}) {
    for (int64_t cols : {1, 3, 10, 15, 17, 64, 65, 300}) {
      if (rows * cols > 400000) continue;
      const uint64_t seed = static_cast<uint64_t>(rows + cols);
      const Fill fill = seed % 2 == 0 ? Fill::kOrdinary : Fill::kSpecial;
      const auto a = filled<T>(rows * cols, fill, seed), b = filled<T>(rows * cols, fill, 5);
      const auto relu = filled<T>(rows * cols, fill, 8), centre = filled<T>(cols, Fill::kOrdinary, 6);
      for (int64_t shard_rows : {0, 1, 16, 600}) {
        for (int32_t op = 0; op < kReductionCount; ++op) {
          const bool sums = op < static_cast<int32_t>(Reduction::kMax);
          ReduceColumnsArgs<T> args{
              .op = static_cast<Reduction>(op), .rows = rows, .cols = cols, .a = a.data()};
          args.relu_output = sums && op % 2 == 0 ? relu.data() : nullptr;
          args.b = b.data();
          args.centre = centre.data();
          args.shard_rows = shard_rows;
          args.fold = (op + rows) % 2 == 0;
          const Reduced<T> got = reduce_columns(tested, args), expected = reduce_columns(reference, args);
          INFO("reduction " << op << ", " << rows << " x " << cols << ", shards of " << shard_rows);
          REQUIRE(first_difference(got.y, expected.y) == -1);
          REQUIRE(first_difference(got.sums, expected.sums) == -1);
        }
      }
    }
  }
}

TEST_CASE("column reductions have the reference's bits") {
  check_columns<float>(test::tested().f32.reduce_columns, test::reference().f32.reduce_columns);
}

// Sections 3.2 and 6.2 for a masked sum, written once more.
TEST_CASE("a column sum is the standard's, with shards and without") {
  const int64_t rows = 2700, cols = 5, shard_rows = 600;
  const auto a = filled<float>(rows * cols, Fill::kOrdinary, 3),
             relu = filled<float>(rows * cols, Fill::kOrdinary, 4);
  const auto column_sum = [&](int64_t column, int64_t begin, int64_t end) {
    std::vector<double> blocks;
    for (int64_t first = begin; first < end; first += 512) {
      float sum = 0;
      for (int64_t row = first; row < std::min(end, first + 512); ++row) {
        sum += relu[row * cols + column] <= 0 ? 0.0f : a[row * cols + column];
      }
      blocks.push_back(static_cast<double>(sum + 0.0f));
    }
    return tree(blocks);
  };
  ReduceColumnsArgs<float> args{.rows = rows, .cols = cols, .a = a.data(), .relu_output = relu.data()};
  const auto whole = reduce_columns(test::tested().f32.reduce_columns, args);
  args.shard_rows = shard_rows;
  const auto folded = reduce_columns(test::tested().f32.reduce_columns, args);
  args.fold = false;
  const auto split = reduce_columns(test::tested().f32.reduce_columns, args);
  for (int64_t column = 0; column < cols; ++column) {
    CHECK(test::same(whole.sums[column], column_sum(column, 0, rows)));
    float s[5];
    for (int64_t shard = 0; shard < 5; ++shard) {
      const double sum = column_sum(column, shard * shard_rows, std::min(rows, (shard + 1) * shard_rows));
      s[shard] = static_cast<float>(sum);
      CHECK(test::same(split.sums[shard * cols + column], sum));
      CHECK(test::same(split.y[shard * cols + column], s[shard]));
    }
    CHECK(test::same(folded.y[column], ((s[0] + s[1]) + (s[2] + s[3])) + s[4]));
  }
}

TEST_CASE("softmax and its logarithm have the reference's bits, forward and backward") {
  for (int64_t cols : {1, 2, 3, 10, 16, 17, 33, 64, 65, 100, 1000, 4096, 4097, 9000}) {
    for (Fill fill : {Fill::kOrdinary, Fill::kSpecial, Fill::kWide}) {
      for (bool logarithm : {false, true}) {
        const int64_t rows = cols < 600 ? 41 : 3;
        const auto x = filled<float>(rows * cols, fill, 1), dy = filled<float>(rows * cols, fill, 2);
        const auto run = [&](const KernelTable& table) {
          std::pair<Array<float>, Array<float>> result{Array<float>(rows * cols, 2),
                                                       Array<float>(rows * cols, 3)};
          table.f32.softmax({logarithm, rows, cols, x.data(), result.first.data()}, test::pool());
          table.f32.softmax_gradient(
              {logarithm, rows, cols, dy.data(), result.first.data(), result.second.data()}, test::pool());
          return result;
        };
        const auto got = run(test::tested()), expected = run(test::reference());
        INFO("cols " << cols << ", logarithm " << logarithm);
        REQUIRE(first_difference(got.first, expected.first) == -1);
        REQUIRE(first_difference(got.second, expected.second) == -1);
      }
    }
  }
}

template <class T>
void check_softmax_values(SoftmaxFunction<T> softmax, SoftmaxGradientFunction<T> gradient, double tolerance) {
  const int64_t rows = 3, cols = 11;
  const auto x = filled<T>(rows * cols, Fill::kOrdinary, 1), dy = filled<T>(rows * cols, Fill::kOrdinary, 2);
  Array<T> y(rows * cols), l(rows * cols), dx(rows * cols), dl(rows * cols);
  softmax({false, rows, cols, x.data(), y.data()}, test::pool());
  softmax({true, rows, cols, x.data(), l.data()}, test::pool());
  gradient({false, rows, cols, dy.data(), y.data(), dx.data()}, test::pool());
  gradient({true, rows, cols, dy.data(), l.data(), dl.data()}, test::pool());
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0, dot = 0, total = 0;
    for (int64_t j = row * cols; j < (row + 1) * cols; ++j) sum += std::exp(static_cast<double>(x[j]));
    for (int64_t j = row * cols; j < (row + 1) * cols; ++j) {
      dot += static_cast<double>(dy[j]) * std::exp(static_cast<double>(x[j])) / sum;
      total += static_cast<double>(dy[j]);
    }
    for (int64_t j = row * cols; j < (row + 1) * cols; ++j) {
      const double p = std::exp(static_cast<double>(x[j])) / sum, d = static_cast<double>(dy[j]);
      CHECK(std::fabs(static_cast<double>(y[j]) - p) < tolerance);
      CHECK(std::fabs(static_cast<double>(l[j]) - std::log(p)) < 10 * tolerance);
      CHECK(std::fabs(static_cast<double>(dx[j]) - p * (d - dot)) < 10 * tolerance);
      CHECK(std::fabs(static_cast<double>(dl[j]) - (d - p * total)) < 10 * tolerance);
    }
  }
}

TEST_CASE("softmax is softmax") {
  check_softmax_values<float>(test::tested().f32.softmax, test::tested().f32.softmax_gradient, 1e-6);
  check_softmax_values<double>(test::tested().f64.softmax, test::tested().f64.softmax_gradient, 1e-14);
}

}  // namespace
}  // namespace ibid::kernels
