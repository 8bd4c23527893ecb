#include "compare/tensor_difference.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace ibid::compare {
namespace {

template <class T>
TensorView view(const std::vector<T>& values, std::vector<int64_t> shape, ElementType type,
                const std::string& name = "w") {
  return {.name = name,
          .type = type,
          .shape = shape,
          .strides = dense_strides(shape),
          .bytes = std::as_bytes(std::span(values))};
}

TEST_CASE("how many elements differ, by how much, and where first") {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6};
  std::vector<float> b = a;
  b[4] = std::nextafter(5.0f, 9.0f);
  b[5] = 6.5f;
  const auto difference =
      compare_tensors(view(a, {2, 3}, ElementType::kF32), view(b, {2, 3}, ElementType::kF32));
  CHECK_FALSE(difference.same());
  CHECK(difference.a == "f32 (2, 3)");
  CHECK(difference.n_different == 2);
  CHECK(difference.first == std::vector<int64_t>{1, 1});
  CHECK(difference.max_absolute == 0.5);
  CHECK(difference.max_ulp == uint64_t{1} << 20);
  CHECK(difference.first_a == "5");
  CHECK(difference.first_b == "5.0000005");
}

TEST_CASE("any NaN is any other, a NaN is no number, and zeros have signs") {
  const float other_nan = -std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> a = {NAN, NAN, 0.0f}, b = {other_nan, 1.0f, -0.0f};
  const auto difference = compare_tensors(view(a, {3}, ElementType::kF32), view(b, {3}, ElementType::kF32));
  CHECK(difference.n_different == 2);
  CHECK(difference.n_nan_in_one == 1);
  CHECK(difference.first == std::vector<int64_t>{1});
  CHECK(difference.first_a == "nan");
  CHECK(difference.max_absolute == 0.0);
  CHECK(difference.max_ulp == 1);
}

TEST_CASE("strides and byte order are no difference") {
  const std::vector<uint16_t> rows = {1, 2, 3, 4, 5, 6},
                              columns = {1 << 8, 4 << 8, 2 << 8, 5 << 8, 3 << 8, 6 << 8};
  TensorView b = view(columns, {2, 3}, ElementType::kU16);
  b.strides = dense_strides(b.shape, true);
  b.big_endian = true;
  CHECK(compare_tensors(view(rows, {2, 3}, ElementType::kU16), b).same());
  b.big_endian = false;
  CHECK(compare_tensors(view(rows, {2, 3}, ElementType::kU16), b).n_different == 6);
}

TEST_CASE("integers of 64 bits keep their last digits") {
  const std::vector<int64_t> a = {int64_t{1} << 60, INT64_MAX}, b = {(int64_t{1} << 60) + 1, INT64_MIN};
  const auto difference = compare_tensors(view(a, {2}, ElementType::kI64), view(b, {2}, ElementType::kI64));
  CHECK(difference.n_different == 2);
  CHECK(difference.first_b == "1152921504606846977");
  CHECK(difference.max_absolute == 0x1p64);
}

TEST_CASE("empty tensors and scalars") {
  const std::vector<float> none, one = {1}, two = {2};
  CHECK(compare_tensors(view(none, {0, 3}, ElementType::kF32), view(none, {0, 3}, ElementType::kF32)).same());
  CHECK_FALSE(
      compare_tensors(view(none, {0, 3}, ElementType::kF32), view(none, {3, 0}, ElementType::kF32)).same());
  const auto scalar = compare_tensors(view(one, {}, ElementType::kF32), view(two, {}, ElementType::kF32));
  CHECK(scalar.first.empty());
  CHECK(scalar.n_different == 1);
}

TEST_CASE("sets are compared by name, whatever their order") {
  const std::vector<float> one = {1}, two = {2};
  TensorSet a, b;
  a.tensors = {view(one, {1}, ElementType::kF32, "x"), view(two, {1}, ElementType::kF32, "y")};
  b.tensors = {a.tensors[1], a.tensors[0]};
  a.values = {{"epoch", "3"}};
  b.values = {{"epoch", "3"}};
  CHECK(compare_tensor_sets(a, b).same());
  CHECK_FALSE(compare_tensor_sets(a, b).same_order);
  b.tensors.push_back(view(one, {1}, ElementType::kF32, "z"));
  b.tensors[0].type = ElementType::kI32;
  b.values = {{"epoch", "4"}, {"lr", "0.1"}};
  const TensorSetComparison comparison = compare_tensor_sets(a, b);
  REQUIRE(comparison.tensors.size() == 2);
  CHECK(comparison.tensors[0].name == "y");
  CHECK(comparison.tensors[1].a == "absent");
  CHECK(comparison.values.size() == 2);
  CHECK(
      summary(comparison) ==
      "2 of 3 tensors differ, first y: f32 (1,) / i32 (1,), 2 of 2 other values differ, first epoch: 3 / 4");
}

TEST_CASE("what does not lie in its bytes is refused") {
  const std::vector<float> values(6);
  const auto extent = [&](std::vector<int64_t> shape, std::vector<int64_t> strides) {
    TensorView tensor = view(values, shape, ElementType::kF32);
    tensor.strides = strides;
    return check_extent(tensor, "t").ok();
  };
  CHECK(extent({2, 3}, {3, 1}));
  CHECK(extent({6}, {0}));
  CHECK_FALSE(extent({2, 3}, {4, 1}));
  CHECK_FALSE(extent({7}, {1}));
  CHECK_FALSE(extent({2}, {-1}));
  CHECK_FALSE(extent({-1}, {1}));
  CHECK_FALSE(extent({2, 3}, {1}));
  CHECK_FALSE(extent({INT64_MAX, INT64_MAX}, {0, 0}));
  CHECK_FALSE(extent({int64_t{1} << 40}, {0}));
  CHECK(extent({0, INT64_MAX}, {1, 1}));
}

}  // namespace
}  // namespace ibid::compare
