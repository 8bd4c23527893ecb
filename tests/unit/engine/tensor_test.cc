#include "ibid/tensor.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ibid/ops/elementwise.h"
#include "ibid/ops/linear.h"

namespace ibid {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor counted(const Shape& shape, DType dtype = DType::kI64) {
  return Tensor::arange(shape.n_elements(), dtype).reshape(shape);
}

std::vector<int64_t> values(const Tensor& tensor) { return tensor.to_vector<int64_t>(); }

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const TensorError& error) {
    return error.what();
  }
  return "no error";
}

void check_names(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) {
    CAPTURE(message);
    CAPTURE(part);
    CHECK(message.find(part) != message.npos);
  }
}

TEST_CASE("creation") {
  CHECK_FALSE(Tensor().defined());
  CHECK(Tensor().describe() == "absent");
  CHECK(Tensor::zeros({2, 3}, DType::kF32).describe() == "f32 (2, 3)");
  CHECK(values(Tensor::full({3}, 7.9, DType::kI64)) == std::vector<int64_t>{7, 7, 7});
  CHECK(Tensor::scalar(2.5).item() == 2.5);
  CHECK(Tensor::from_values<bool>({2}, {true, false}).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK_THROWS_AS(Tensor::from_values<float>({2, 2}, {1, 2, 3}), ShapeError);
  CHECK(Tensor::zeros({0, 3}, DType::kF32).n_elements() == 0);
}

TEST_CASE("views share memory and copies do not") {
  Tensor base = counted({2, 3});
  Tensor row = base.select(0, 1), copy = base.clone();
  row.fill(9);
  CHECK(values(base) == std::vector<int64_t>{0, 1, 2, 9, 9, 9});
  CHECK(values(copy) == std::vector<int64_t>{0, 1, 2, 3, 4, 5});
  CHECK_FALSE(base.owns_memory_alone());
  CHECK(copy.owns_memory_alone());
}

TEST_CASE("permute, transpose, slice and their strides") {
  const Tensor base = counted({2, 3, 4});
  const Tensor turned = base.permute({2, 0, 1});
  CHECK(turned.shape() == Shape{4, 2, 3});
  CHECK(turned.stride(0) == 1);
  CHECK(turned.stride(-1) == 4);
  CHECK_FALSE(turned.is_dense());
  CHECK(turned.dense().is_dense());
  CHECK(values(base.transpose(0, 1).slice(0, 1, 2)) == std::vector<int64_t>{4, 5, 6, 7, 16, 17, 18, 19});
  const Tensor every_third = base.slice(2, 0, 4, 3);
  CHECK(every_third.shape() == Shape{2, 3, 2});
  CHECK(every_third.stride(2) == 3);
  CHECK(values(every_third.slice(1, 1, 3, 2)) == std::vector<int64_t>{4, 7, 16, 19});
  CHECK(values(base.select(-1, -1)) == std::vector<int64_t>{3, 7, 11, 15, 19, 23});
  CHECK(base.slice(1, 2, 2).n_elements() == 0);
  CHECK_THROWS_AS(base.permute({0, 1}), ArgumentError);
  CHECK_THROWS_AS(base.permute({0, 1, 1}), ArgumentError);
  CHECK_THROWS_AS(base.slice(0, 0, 3), ArgumentError);
  CHECK_THROWS_AS(base.slice(0, -1, 1), ArgumentError);
  CHECK_THROWS_AS(base.slice(0, 0, 1, 0), ArgumentError);
  CHECK_THROWS_AS(base.select(0, 2), ArgumentError);
}

TEST_CASE("size-1 dims come and go") {
  const Tensor base = counted({2, 3});
  CHECK(base.unsqueeze(0).shape() == Shape{1, 2, 3});
  CHECK(base.unsqueeze(-1).shape() == Shape{2, 3, 1});
  CHECK(base.unsqueeze(1).squeeze(1).shape() == Shape{2, 3});
  CHECK(base.unsqueeze(1).is_dense());
  CHECK_THROWS_AS(base.squeeze(0), ShapeError);
  CHECK_THROWS_AS(base.unsqueeze(4), ArgumentError);
}

TEST_CASE("broadcast views repeat by stride 0 and refuse what does not fit") {
  const Tensor wide = counted({3, 1}).broadcast_to({2, 3, 2});
  CHECK(wide.stride(0) == 0);
  CHECK(wide.stride(2) == 0);
  CHECK(values(wide) == std::vector<int64_t>{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
  CHECK(values(wide.slice(1, 1, 3).dense()) == std::vector<int64_t>{1, 1, 2, 2, 1, 1, 2, 2});
  check_names(message_of([] { counted({3}).broadcast_to({2}); }), {"(3,)", "(2,)"});
  CHECK_THROWS_AS(counted({2, 3}).broadcast_to({3}), ShapeError);
}

TEST_CASE("reshape keeps the raster, whatever the strides") {
  const Tensor base = counted({2, 3});
  CHECK(base.reshape({3, -1}).shape() == Shape{3, 2});
  CHECK(values(base.transpose(0, 1).reshape({6})) == std::vector<int64_t>{0, 3, 1, 4, 2, 5});
  CHECK(Tensor::zeros({0, 4}, DType::kF32).reshape({4, 0}).shape() == Shape{4, 0});
  CHECK(base.slice(0, 1, 2).reshape({3}).to_vector<int64_t>() == std::vector<int64_t>{3, 4, 5});
  check_names(message_of([&] { base.reshape({4, 2}); }), {"(2, 3)", "(4, 2)"});
  CHECK_THROWS_AS(base.reshape({-1, -1}), ShapeError);
  CHECK_THROWS_AS(base.reshape({-1, 4}), ShapeError);
  CHECK_THROWS_AS(base.reshape({-1, 0}), ShapeError);
  CHECK_THROWS_AS(base.reshape({-2, -3}), TensorError);
}

TEST_CASE("floats become integers by truncation and saturation, NaN becomes 0") {
  const std::vector<double> from{1.9, -1.9, 0x1p63, -0x1p63, 1e300, -1e300, kInfinity, -kInfinity, kNan};
  const Tensor wide = Tensor::from_values<double>({9}, from);
  CHECK(values(wide.to(DType::kI64)) ==
        std::vector<int64_t>{1, -1, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, 0});
  CHECK(values(wide.to(DType::kF32).to(DType::kI64)) == values(wide.to(DType::kI64)));
  const Tensor narrow =
      Tensor::from_values<double>({7}, {254.9, 255.0, 255.9, 256.0, -0.5, -1.0, kNan}).to(DType::kU8);
  CHECK(narrow.to_vector<uint8_t>() == std::vector<uint8_t>{254, 255, 255, 255, 0, 0, 0});
  CHECK(Tensor::from_values<double>({4}, {0.0, -0.0, 1e-310, kNan}).to(DType::kBool).to_vector<bool>() ==
        std::vector<bool>{false, false, true, true});
}

TEST_CASE("integers wrap, and i64 reaches f32 by one rounding") {
  CHECK(Tensor::from_values<int64_t>({3}, {256, -1, 511}).to(DType::kU8).to_vector<uint8_t>() ==
        std::vector<uint8_t>{0, 255, 255});
  // By way of f64 this would round twice, to 0x1p54 + 0.
  const int64_t trap = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  CHECK(Tensor::from_values<int64_t>({}, {trap}).to(DType::kF32).item() == 0x1p60 + 0x1p37);
  CHECK(Tensor::from_values<double>({}, {1.0 + 0x1p-24 + 0x1p-50}).to(DType::kF32).item() == 1.0 + 0x1p-23);
}

TEST_CASE("promotion") {
  CHECK(promote(DType::kI64, DType::kF32) == DType::kF32);
  CHECK(promote(DType::kF32, DType::kF64) == DType::kF64);
  CHECK(promote(DType::kBool, DType::kU8) == DType::kU8);
  CHECK(promote(DType::kU8, DType::kI64) == DType::kI64);
}

TEST_CASE("copy_from converts, broadcasts and follows strides") {
  Tensor target = Tensor::zeros({2, 3}, DType::kF32);
  Tensor column = target.slice(1, 1, 2);
  column.copy_from(Tensor::from_values<int64_t>({2, 1}, {5, 6}));
  CHECK(target.to_vector<float>() == std::vector<float>{0, 5, 0, 0, 6, 0});
  target.transpose(0, 1).copy_from(counted({3, 2}));
  CHECK(target.to_vector<float>() == std::vector<float>{0, 2, 4, 1, 3, 5});
  CHECK_THROWS_AS(target.copy_from(counted({4})), ShapeError);
}

TEST_CASE("same_bits tells zeros apart and NaNs not") {
  const auto one = [](double v) { return Tensor::scalar(v); };
  CHECK(one(kNan).same_bits(one(-kNan)));
  CHECK_FALSE(one(0.0).same_bits(one(-0.0)));
  CHECK_FALSE(one(1.0).same_bits(Tensor::scalar(1.0, DType::kF64)));
  CHECK_FALSE(counted({2, 3}).same_bits(counted({3, 2})));
  CHECK(counted({2, 3}).transpose(0, 1).same_bits(counted({2, 3}).transpose(0, 1).dense()));
}

TEST_CASE("the wrong type or number of elements is an error that says so") {
  const Tensor f = Tensor::zeros({2}, DType::kF32);
  check_names(message_of([&] { static_cast<void>(f.data<double>()); }), {"f32", "f64"});
  check_names(message_of([&] { f.item(); }), {"f32 (2,)"});
}

TEST_CASE("operations name both shapes") {
  Context context;
  Tape tape(context);
  const auto zeros = [&](const Shape& shape) { return tape.constant(Tensor::zeros(shape, DType::kF32)); };
  check_names(message_of([&] { ops::add(tape, zeros({2, 3}), zeros({2, 4})); }), {"(2, 3)", "(2, 4)"});
  check_names(message_of([&] { ops::matmul(tape, zeros({2, 3}), zeros({4, 5})); }), {"(2, 3)", "(4, 5)"});
  check_names(message_of([&] { ops::linear(tape, zeros({2, 3}), zeros({5, 4})); }), {"(2, 3)", "(5, 4)"});
  check_names(message_of([&] { ops::add(tape, zeros({2}), tape.constant(Tensor::zeros({2}, DType::kF64))); }),
              {"f32 (2,)", "f64 (2,)"});
}

TEST_CASE("memory in use is counted and given back") {
  const int64_t before = tensor_memory_bytes();
  {
    const Tensor large = Tensor::empty({1 << 18}, DType::kF32);
    CHECK(tensor_memory_bytes() >= before + (1 << 20));
    CHECK(peak_tensor_memory_bytes() >= tensor_memory_bytes());
  }
  CHECK(tensor_memory_bytes() == before);
  reset_peak_memory();
  CHECK(peak_tensor_memory_bytes() == before);
}

}  // namespace
}  // namespace ibid
