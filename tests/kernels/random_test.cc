// Random kernels: the generator's known answer, and bitwise against the reference.

#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

using test::Array;
using test::Fill;
using test::filled;
using test::first_difference;

constexpr PhiloxStream kStream = {{0x12345678, 0x9abcdef0}, {0, 7u << 16, 11, 2u << 24 | 5}};

Array<float> fill_with(RandomFillFunction kernel, const PhiloxStream& stream, uint64_t first, int64_t size) {
  Array<float> y(size, 3);
  kernel({.stream = stream, .first = first, .offset = 0.0f, .scale = 1.0f, .size = size, .y = y.data()},
         test::pool());
  return y;
}

TEST_CASE("Philox gives its known answer") {
  // Counter 0 and key 0 give 6627E8D5 E169C58D BC57AC4C 9B00DBD8; a uniform shows 24 bits of each word.
  const uint32_t words[] = {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8};
  for (const KernelTable* table : {&test::tested(), &test::reference()}) {
    const auto u = fill_with(table->uniform, PhiloxStream{}, 0, 4);
    for (int64_t i = 0; i < 4; ++i) CHECK(u[i] == static_cast<float>(words[i] >> 8) * 0x1p-24f);
  }
}

TEST_CASE("uniform and normal numbers have the reference's bits, from any element on") {
  for (uint64_t first : {uint64_t{0}, uint64_t{1}, uint64_t{3}, uint64_t{16382}, (uint64_t{1} << 34) - 5,
                         (uint64_t{1} << 50) - 50000}) {
    for (int64_t size : test::awkward_sizes()) {
      INFO("first " << first << ", size " << size);
      REQUIRE(first_difference(fill_with(test::tested().uniform, kStream, first, size),
                               fill_with(test::reference().uniform, kStream, first, size)) == -1);
      REQUIRE(first_difference(fill_with(test::tested().normal, kStream, first, size),
                               fill_with(test::reference().normal, kStream, first, size)) == -1);
    }
  }
}

TEST_CASE("offset and scale enter by one fma") {
  Array<float> y(100);
  test::tested().uniform({.stream = kStream, .offset = -3.0f, .scale = 5.0f, .size = 100, .y = y.data()},
                             test::pool());
  const auto u = fill_with(test::tested().uniform, kStream, 0, 100);
  for (int64_t i = 0; i < 100; ++i) CHECK(y[i] == std::fma(5.0f, u[i], -3.0f));
  test::tested().normal({.stream = kStream, .offset = 1.5f, .scale = 0.1f, .size = 100, .y = y.data()},
                            test::pool());
  const auto z = fill_with(test::tested().normal, kStream, 0, 100);
  for (int64_t i = 0; i < 100; ++i) CHECK(y[i] == std::fma(0.1f, z[i], 1.5f));
}

TEST_CASE("normal numbers are normal") {
  const int64_t n = 200000;
  const auto z = fill_with(test::tested().normal, kStream, 0, n);
  double sum = 0, squares = 0, fourth = 0, pairs = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(z[i]);
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    if (i % 2 == 1) pairs += x * static_cast<double>(z[i - 1]);
  }
  CHECK(std::fabs(sum / n) < 0.01);
  CHECK(std::fabs(squares / n - 1) < 0.015);
  CHECK(std::fabs(fourth / n - 3) < 0.12);
  CHECK(std::fabs(pairs / n) < 0.01);
}

template <class T>
DropoutArgs<T> dropout_args(const Array<T>& x, Array<T>& y, double p) {
  return {.stream = kStream,
          .first = 13,
          .threshold = static_cast<uint64_t>(p * 0x1p32 + 0.5),
          .scale = static_cast<T>(1 / (1 - p)),
          .size = x.size(),
          .x = x.data(),
          .y = y.data()};
}

TEST_CASE("dropout has the reference's bits, for elements and for channels") {
  for (double p : {0.0, 0.25, 0.5, 0.999, 1.0}) {
    for (int64_t size : test::awkward_sizes()) {
      const auto x = filled<float>(size, Fill::kSpecial, static_cast<uint64_t>(size));
      Array<float> a(size, 2), b(size, 2);
      test::tested().f32.dropout(dropout_args(x, a, p), test::pool());
      test::reference().f32.dropout(dropout_args(x, b, p), test::pool());
      INFO("p " << p << ", size " << size);
      REQUIRE(first_difference(a, b) == -1);
    }
    for (int64_t channels : {1, 3, 16, 33, 513}) {
      const auto x = filled<float>(5 * 6 * channels, Fill::kSpecial, 4);
      Array<float> a(x.size(), 2), b(x.size(), 2);
      auto args = dropout_args(x, a, p);
      args.channels = channels;
      args.positions = 6;
      test::tested().f32.dropout(args, test::pool());
      args.y = b.data();
      test::reference().f32.dropout(args, test::pool());
      REQUIRE(first_difference(a, b) == -1);
    }
  }
}

TEST_CASE("dropout keeps by the element's word, whatever the array's cut") {
  const auto x = filled<float>(1000, Fill::kOrdinary, 1);
  Array<float> whole(1000), part(600);
  test::tested().f32.dropout(dropout_args(x, whole, 0.5), test::pool());
  auto args = dropout_args(x, part, 0.5);
  args.first += 401;
  args.x += 401;
  args.size = 599;
  test::tested().f32.dropout(args, test::pool());
  for (int64_t i = 0; i < 599; ++i) CHECK(test::same(part[i], whole[401 + i]));
  const auto u = fill_with(test::tested().uniform, kStream, 13, 1000);
  for (int64_t i = 0; i < 1000; ++i) CHECK(test::same(whole[i], u[i] >= 0.5f ? 2 * x[i] : 0.0f));
}

TEST_CASE("float64 dropout uses the same words") {
  const auto x = filled<double>(500, Fill::kOrdinary, 1);
  Array<double> y(500);
  test::tested().f64.dropout(dropout_args(x, y, 0.5), test::pool());
  const auto u = fill_with(test::tested().uniform, kStream, 13, 500);
  for (int64_t i = 0; i < 500; ++i) CHECK(test::same(y[i], u[i] >= 0.5f ? 2 * x[i] : 0.0));
}

}  // namespace
}  // namespace ibid::kernels
