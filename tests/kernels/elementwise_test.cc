// Unary and binary kernels: bitwise against the reference, and the reference against the mathematics.

#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

using test::Array;
using test::Fill;
using test::filled;
using test::first_difference;

constexpr float kSlope = 0.01f;

template <class T>
Array<T> unary(UnaryFunction<T> kernel, UnaryOp op, const Array<T>& x) {
  Array<T> y(x.size(), 2);
  kernel({.op = op, .parameter = static_cast<T>(kSlope), .size = x.size(), .x = x.data(), .y = y.data()},
         test::pool());
  return y;
}

template <class T>
Array<T> unary_gradient(UnaryGradientFunction<T> kernel, UnaryOp op, const Array<T>& dy, const Array<T>& x,
                        const Array<T>& y) {
  const GradientNeeds needs = gradient_needs(op);
  Array<T> dx(x.size(), 3);
  kernel({.op = op,
          .parameter = static_cast<T>(kSlope),
          .size = x.size(),
          .dy = dy.data(),
          .x = needs.x ? x.data() : nullptr,
          .y = needs.y ? y.data() : nullptr,
          .dx = dx.data()},
         test::pool());
  return dx;
}

TEST_CASE("unary operations and gradients have the reference's bits") {
  for (int32_t op_index = 0; op_index < kUnaryOpCount; ++op_index) {
    const UnaryOp op = static_cast<UnaryOp>(op_index);
    for (int64_t size : test::awkward_sizes()) {
      const uint64_t seed = static_cast<uint64_t>(size + op_index);
      for (Fill fill : {Fill::kOrdinary, Fill::kWide, Fill::kSpecial}) {
        const Array<float> x = filled<float>(size, fill, seed), dy = filled<float>(size, fill, seed + 7);
        const Array<float> y = unary(test::tested().f32.unary, op, x);
        INFO("operation " << op_index << ", size " << size);
        REQUIRE(first_difference(y, unary(test::reference().f32.unary, op, x)) == -1);
        REQUIRE(first_difference(unary_gradient(test::tested().f32.unary_gradient, op, dy, x, y),
                                 unary_gradient(test::reference().f32.unary_gradient, op, dy, x, y)) == -1);
      }
    }
  }
}

template <class T>
uint64_t digest(const Array<T>& values, uint64_t hash) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  for (int64_t i = 0; i < values.size(); ++i) {
    const T value = values[i] != values[i] ? std::numeric_limits<T>::quiet_NaN() : values[i];
    hash = (hash ^ std::bit_cast<Bits>(value)) * 0x100000001b3u;
  }
  return hash;
}

// One number for all operations on bit patterns of every kind: the same on every processor and compiler.
TEST_CASE("the bits of all unary operations are the recorded ones") {
  uint64_t hash32 = 0xcbf29ce484222325u, hash64 = hash32;
  for (int32_t op_index = 0; op_index < kUnaryOpCount; ++op_index) {
    const UnaryOp op = static_cast<UnaryOp>(op_index);
    for (Fill fill : {Fill::kOrdinary, Fill::kWide, Fill::kSpecial}) {
      const Array<float> x = filled<float>(20000, fill, 1), dy = filled<float>(20000, Fill::kOrdinary, 2);
      const Array<float> y = unary(test::tested().f32.unary, op, x);
      hash32 = digest(y, hash32);
      hash32 = digest(unary_gradient(test::tested().f32.unary_gradient, op, dy, x, y), hash32);
      const Array<double> x64 = filled<double>(2000, fill, 1),
                          dy64 = filled<double>(2000, Fill::kOrdinary, 2);
      const Array<double> y64 = unary(test::tested().f64.unary, op, x64);
      hash64 = digest(y64, hash64);
      hash64 = digest(unary_gradient(test::tested().f64.unary_gradient, op, dy64, x64, y64), hash64);
    }
  }
  CHECK(hash32 == 17680707786455267986u);
  CHECK(hash64 == 1677751838981031723u);
}

double exact_unary(UnaryOp op, double x) {
  switch (op) {
    case UnaryOp::kRelu:
      return x <= 0 ? 0 : x;
    case UnaryOp::kLeakyRelu:
      return x > 0 ? x : x * static_cast<double>(kSlope);
    case UnaryOp::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case UnaryOp::kSilu:
      return x / (1 + std::exp(-x));
    case UnaryOp::kTanh:
      return std::tanh(x);
    case UnaryOp::kGelu:
      return 0.5 * x * std::erfc(-x * 0.70710678118654752);
    case UnaryOp::kGeluTanh:
      return 0.5 * x * (1 + std::tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
    case UnaryOp::kSoftplus:
      return std::log1p(std::exp(x));
    case UnaryOp::kExp:
      return std::exp(x);
    case UnaryOp::kExpm1:
      return std::expm1(x);
    case UnaryOp::kLog:
      return std::log(x);
    case UnaryOp::kLog1p:
      return std::log1p(x);
    case UnaryOp::kErf:
      return std::erf(x);
    case UnaryOp::kSin:
      return std::sin(x);
    case UnaryOp::kCos:
      return std::cos(x);
    case UnaryOp::kSqrt:
      return std::sqrt(x);
    case UnaryOp::kRsqrt:
      return 1 / std::sqrt(x);
    case UnaryOp::kAbs:
      return std::fabs(x);
    case UnaryOp::kNegate:
      return -x;
    case UnaryOp::kSquare:
      return x * x;
  }
  return 0;
}

// Arguments inside the domain of the operation, away from kinks and poles.
template <class T>
Array<T> smooth_arguments(UnaryOp op) {
  Array<T> x(500);
  test::TestRandom random(3);
  const bool positive = op == UnaryOp::kLog || op == UnaryOp::kSqrt || op == UnaryOp::kRsqrt;
  for (int64_t i = 0; i < x.size(); ++i) {
    const double magnitude = random.uniform(0.1, 4);
    const bool negative = !positive && i % 2 == 0;
    x[i] = static_cast<T>(negative ? (op == UnaryOp::kLog1p ? -0.2 * magnitude : -magnitude) : magnitude);
  }
  return x;
}

template <class T>
void check_against_mathematics(UnaryFunction<T> forward, UnaryGradientFunction<T> gradient,
                               double tolerance) {
  for (int32_t op_index = 0; op_index < kUnaryOpCount; ++op_index) {
    const UnaryOp op = static_cast<UnaryOp>(op_index);
    const Array<T> x = smooth_arguments<T>(op);
    Array<T> dy(x.size());
    for (int64_t i = 0; i < x.size(); ++i) dy[i] = T(2);
    const Array<T> y = unary(forward, op, x), dx = unary_gradient(gradient, op, dy, x, y);
    for (int64_t i = 0; i < x.size(); ++i) {
      const double at = static_cast<double>(x[i]), h = 1e-5;
      const double slope = (exact_unary(op, at + h) - exact_unary(op, at - h)) / (2 * h);
      INFO("operation " << op_index << " at " << at);
      REQUIRE(static_cast<double>(y[i]) == doctest::Approx(exact_unary(op, at)).epsilon(tolerance));
      REQUIRE(static_cast<double>(dx[i]) == doctest::Approx(2 * slope).epsilon(std::max(tolerance, 1e-7)));
    }
  }
}

TEST_CASE("unary operations and gradients are the functions they are named after") {
  check_against_mathematics<float>(test::tested().f32.unary, test::tested().f32.unary_gradient, 4e-6);
  // The constants of GELU are binary32 numbers in both element types.
  check_against_mathematics<double>(test::tested().f64.unary, test::tested().f64.unary_gradient, 1e-7);
}

TEST_CASE("special values of the activations") {
  const float nan = std::nanf(""), inf = HUGE_VALF;
  struct Expectation {
    UnaryOp op;
    float x, y;
  };
  const Expectation expectations[] = {
      {UnaryOp::kRelu, -0.0f, 0.0f},   {UnaryOp::kRelu, nan, nan},      {UnaryOp::kRelu, -inf, 0.0f},
      {UnaryOp::kSigmoid, inf, 1.0f},  {UnaryOp::kSigmoid, -inf, 0.0f}, {UnaryOp::kSigmoid, nan, nan},
      {UnaryOp::kSigmoid, 0.0f, 0.5f}, {UnaryOp::kSoftplus, inf, inf},  {UnaryOp::kSoftplus, -inf, 0.0f},
      {UnaryOp::kGelu, inf, inf},      {UnaryOp::kTanh, -0.0f, -0.0f},  {UnaryOp::kSilu, -0.0f, -0.0f},
      {UnaryOp::kAbs, -0.0f, 0.0f},    {UnaryOp::kNegate, 0.0f, -0.0f}, {UnaryOp::kLeakyRelu, -0.0f, -0.0f},
      {UnaryOp::kSqrt, -0.0f, -0.0f},  {UnaryOp::kRsqrt, -0.0f, -inf},  {UnaryOp::kLeakyRelu, nan, nan},
  };
  for (const Expectation& e : expectations) {
    Array<float> x(1);
    x[0] = e.x;
    INFO("operation " << static_cast<int>(e.op) << " of " << e.x);
    CHECK(test::same(unary(test::tested().f32.unary, e.op, x)[0], e.y));
  }
}

template <class T>
Array<T> binary(BinaryFunction<T> kernel, BinaryArgs<T> args, const Array<T>& a, const Array<T>& b) {
  Array<T> y(args.rows * args.cols, 2);
  args.a = a.data();
  args.b = b.data();
  args.y = y.data();
  kernel(args, test::pool());
  return y;
}

int64_t operand_size(Operand layout, int64_t rows, int64_t cols) {
  return layout == Operand::kDense ? rows * cols : layout == Operand::kRow ? cols : 1;
}

TEST_CASE("binary operations have the reference's bits in every layout") {
  constexpr Operand kLayouts[] = {Operand::kDense, Operand::kRow, Operand::kScalar};
  for (int32_t op_index = 0; op_index < kBinaryOpCount; ++op_index) {
    for (int64_t cols : test::awkward_sizes()) {
      for (int layouts = 0; layouts < 9; ++layouts) {
        BinaryArgs<float> args{
            .op = static_cast<BinaryOp>(op_index), .rows = cols < 100 ? 5 : 2, .cols = cols};
        args.a_layout = kLayouts[layouts / 3];
        args.b_layout = kLayouts[layouts % 3];
        const auto a = filled<float>(operand_size(args.a_layout, args.rows, cols), Fill::kSpecial, 1);
        const auto b = filled<float>(operand_size(args.b_layout, args.rows, cols), Fill::kSpecial, 2);
        INFO("operation " << op_index << ", cols " << cols << ", layouts " << layouts);
        REQUIRE(first_difference(binary(test::tested().f32.binary, args, a, b),
                                 binary(test::reference().f32.binary, args, a, b)) == -1);
      }
    }
  }
}

TEST_CASE("maximum and minimum keep NaN and, of equals, the first") {
  const float nan = std::nanf("");
  const float cases[][4] = {{1, 2, 2, 1},       {0.0f, -0.0f, 0.0f, 0.0f}, {-0.0f, 0.0f, -0.0f, -0.0f},
                            {nan, 1, nan, nan}, {1, nan, nan, nan},        {-HUGE_VALF, nan, nan, nan}};
  for (const auto& c : cases) {
    Array<float> a(1), b(1);
    a[0] = c[0];
    b[0] = c[1];
    const BinaryArgs<float> maximum{.op = BinaryOp::kMaximum, .rows = 1, .cols = 1};
    const BinaryArgs<float> minimum{.op = BinaryOp::kMinimum, .rows = 1, .cols = 1};
    CHECK(test::same(binary(test::tested().f32.binary, maximum, a, b)[0], c[2]));
    CHECK(test::same(binary(test::tested().f32.binary, minimum, a, b)[0], c[3]));
  }
}

TEST_CASE("float64 binary operations") {
  const auto a = filled<double>(100, Fill::kOrdinary, 1), b = filled<double>(10, Fill::kOrdinary, 2);
  for (int32_t op_index = 0; op_index < kBinaryOpCount; ++op_index) {
    const BinaryArgs<double> args{
        .op = static_cast<BinaryOp>(op_index), .rows = 10, .cols = 10, .b_layout = Operand::kRow};
    const auto y = binary(test::tested().f64.binary, args, a, b);
    for (int64_t i = 0; i < 100; ++i) {
      const double x = a[i], z = b[i % 10];
      const double expected[] = {x + z, x - z, x * z, x / z, std::fmax(x, z), std::fmin(x, z)};
      CHECK(test::same(y[i], expected[op_index]));
    }
  }
}

}  // namespace
}  // namespace ibid::kernels
