#include "ibid/shape.h"

#include <doctest/doctest.h>

#include "ibid/errors.h"

namespace ibid {
namespace {

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const TensorError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST_CASE("sizes, counts and text") {
  CHECK(Shape{}.n_elements() == 1);
  CHECK(Shape{}.to_string() == "()");
  CHECK(Shape{3}.to_string() == "(3,)");
  CHECK(Shape{64, 28, 1}.to_string() == "(64, 28, 1)");
  CHECK(Shape{4, 0, 3}.n_elements() == 0);
  CHECK(Shape{2, 3, 4}.n_elements() == 24);
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{2, 1} == Shape{2});
}

TEST_CASE("dims count from either end") {
  const Shape shape{2, 3, 4};
  CHECK(shape[0] == 2);
  CHECK(shape[-1] == 4);
  CHECK(shape[-3] == 2);
  CHECK_THROWS_AS(static_cast<void>(shape[3]), ArgumentError);
  CHECK_THROWS_AS(static_cast<void>(shape[-4]), ArgumentError);
  CHECK_THROWS_AS(static_cast<void>(Shape{}[0]), ArgumentError);
  CHECK(contains(message_of([&] { static_cast<void>(shape[3]); }), "(2, 3, 4)"));
}

TEST_CASE("derived shapes") {
  const Shape shape{2, 3, 4};
  CHECK(shape.with(-1, 7) == Shape{2, 3, 7});
  CHECK(shape.without(1) == Shape{2, 4});
  CHECK(shape.slice(1, 3) == Shape{3, 4});
  CHECK(shape.slice(1, 1) == Shape{});
}

TEST_CASE("limits are errors") {
  Shape shape{1, 1, 1, 1, 1, 1, 1, 1};
  CHECK_THROWS_AS(shape.append(1), ShapeError);
  const int64_t large = int64_t{1} << 31;
  CHECK_THROWS_AS(static_cast<void>(Shape{large, large}.n_elements()), ShapeError);
  CHECK(Shape{large, 4}.n_elements() == large * 4);
}

TEST_CASE("broadcasting aligns at the last dim and stretches size 1") {
  CHECK(broadcast_shapes({2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast_shapes({3}, {2, 3}) == Shape{2, 3});
  CHECK(broadcast_shapes({2, 1, 4}, {3, 1}) == Shape{2, 3, 4});
  CHECK(broadcast_shapes({}, {2, 3}) == Shape{2, 3});
  CHECK(broadcast_shapes({0, 1}, {1, 5}) == Shape{0, 5});
  const std::string message = message_of([] { broadcast_shapes({2, 3}, {4}); });
  CHECK(contains(message, "(2, 3)"));
  CHECK(contains(message, "(4,)"));
}

}  // namespace
}  // namespace ibid
