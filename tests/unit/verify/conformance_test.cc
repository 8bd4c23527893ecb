#include "verify/conformance.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

#include "ibid/ops/elementwise.h"
#include "ibid/ops/reduce.h"
#include "ibid/tape.h"

namespace ibid::verify {
namespace {

Result<ConformanceFile> parse_cases(const std::string& cases) {
  return parse_conformance("# a comment\nibid-conformance 1\narithmetic 1\n" + cases, "cases");
}

ConformanceFile committed() {
  auto file = parse_conformance(committed_conformance(), "the built-in file");
  REQUIRE(file.ok());
  return std::move(file).value();
}

// Computed once from docs/formats/conformance.md with Python's integers.
TEST_CASE("inputs are what the format says") {
  const Tensor f32 = make_input({"x", DType::kF32, {5}, 1, "plain"});
  CHECK(f32.to_vector<float>() ==
        std::vector<float>{-0x1.5536ecp-1f, 0x1.f32728p-1f, 0x1.b184p-8f, -0x1.b1356p-4f, -0x1.1609f8p-2f});
  const Tensor f64 = make_input({"x", DType::kF64, {3}, 2, "plain"});
  CHECK(f64.to_vector<double>() ==
        std::vector<double>{0x1.656241d0951c0p-2, -0x1.9778d89d93bb0p-2, -0x1.456c8d3c221c2p-1});
  const Tensor i64 = make_input({"x", DType::kI64, {8}, 3, "below10"});
  CHECK(i64.to_vector<int64_t>() == std::vector<int64_t>{4, 4, 8, 9, 2, 6, 2, 1});
  const Tensor special = make_input({"x", DType::kF32, {60}, 5, "special"});
  const std::vector<float> values = special.to_vector<float>();
  CHECK(std::isnan(values[8]));
  CHECK(std::bit_cast<uint32_t>(values[12]) == 0x548960u);
  CHECK(values[16] == -0x1.20f38p-76f);
  CHECK(std::bit_cast<uint32_t>(values[18]) == 0x80000000u);
  CHECK(values[27] == 0x1.01824cp+59f);
  CHECK(std::bit_cast<uint32_t>(values[40]) == 0x800d3a1bu);
  CHECK(values[42] == -__builtin_inff());
  CHECK(std::bit_cast<uint32_t>(values[56]) == 0u);
}

TEST_CASE("a file reads back as it was written") {
  const ConformanceFile file = committed();
  CHECK(file.cases.size() > 500);
  CHECK(conformance_text(file) == committed_conformance());
}

TEST_CASE("what is no conformance file is named with its line") {
  for (const char* text : {"relu x=f32(3)#1:plain", "relu | x=f32(3)#1:plain", "relu | x=f31(3)#1:plain |",
                           "relu | x=f32(3)#1:rough |", "relu | x=f32(3)#16777216:plain |",
                           "relu | x=f32(-3)#1:plain |", "relu | x=f32(99999,99999)#1:plain |",
                           "relu | x=i64(3)#1:below0 |", "relu | x | y", "relu | x=f32(3)#1:plain | y=12"}) {
    const auto file = parse_cases(text);
    INFO(text);
    REQUIRE_FALSE(file.ok());
    CHECK(file.error().message().find("cases, line 4") == 0);
  }
  CHECK_FALSE(parse_conformance("", "nothing").ok());
  CHECK_FALSE(parse_conformance("ibid-conformance 2\narithmetic 1\n", "of another version").ok());
}

TEST_CASE("cases that cannot be computed are errors") {
  Context context;
  for (const char* text :
       {"no_such_operation | x=f32(3)#1:plain |", "relu | y=f32(3)#1:plain |",
        "linear | x=f32(3,4)#1:plain w=f32(2,5)#2:plain |", "power exponent=a | x=f32(3)#1:plain |"}) {
    const auto file = parse_cases(text);
    REQUIRE(file.ok());
    CHECK_FALSE(compute_case(context, file.value().cases[0]).ok());
  }
}

TEST_CASE("a digest that is not the right one is found") {
  ConformanceFile file = committed();
  file.cases.resize(3);
  CHECK(run_conformance(file, {{"scalar"}, {1}}).value().agrees);
  file.cases[1].outputs[0].second.low ^= 1;
  const ConformanceReport report = run_conformance(file, {{"scalar"}, {1, 2}}).value();
  CHECK_FALSE(report.agrees);
  REQUIRE(report.differences.size() == 2);
  CHECK(report.differences[0].question == file.cases[1].question());
  CHECK(report.differences[0].outputs == std::vector<std::string>{"y"});
  CHECK(report.rows[0].n_different == std::vector<int64_t>{2});
}

TEST_CASE("nothing compared is no agreement") {
  ConformanceFile file = committed();
  for (ConformanceCase& own : file.cases) own.outputs.clear();
  file.cases.resize(1);
  CHECK_FALSE(run_conformance(file, {{"scalar"}, {1}}).value().agrees);
}

// --- rules that a conformance file cannot state: two ways to the same bits ---

TEST_CASE("a reduced dim of size 1 does not change which rule applies") {
  Context context;
  Tape tape(context);
  const Tensor x = make_input({"x", DType::kF32, {40, 5000}, 1, "plain"});
  for (auto* reduction : {&ops::sum, &ops::mean}) {
    const Tensor expected = reduction(tape, tape.constant(x), {{1}, false}).value();
    const Tensor wide = x.reshape({1, 40, 5000});
    const Tensor actual = reduction(tape, tape.constant(wide), {{0, 2}, false}).value();
    CHECK(actual.same_bits(expected));
    const Tensor across = reduction(tape, tape.constant(x.reshape({40, 1, 5000})), {{0, 1}, false}).value();
    CHECK(across.same_bits(reduction(tape, tape.constant(x), {{0}, false}).value()));
  }
}

// --- signs of zero in gradients of parameters (section 6.1) ---

// One sample per shard; the parameter has a row of its own, so that nothing is left to add up in a shard.
TEST_CASE("a shard's gradient is closed also where it is a single term") {
  Context context;
  TapeOptions options;
  options.shards.samples_per_shard = 1;
  for (int64_t n_samples : {1, 2}) {
    Parameter w;
    w.value = Tensor::full({1, 2}, 1.0, DType::kF32);
    Tape tape(context, options);
    const Variable x = tape.batch(Tensor::full({n_samples, 2}, -0.0, DType::kF32));
    tape.backward(ops::sum(tape, ops::mul(tape, x, tape.parameter(w))));
    CHECK(std::bit_cast<uint32_t>(w.gradient.to_vector<float>()[0]) == 0u);
  }
}

TEST_CASE("a shard's gradient is closed behind an operation between parameters") {
  Context context;
  TapeOptions options;
  options.shards.samples_per_shard = 1;
  Parameter a, b;
  a.value = Tensor::full({2}, 1.0, DType::kF32);
  b.value = Tensor::full({2}, -1.0, DType::kF32);
  Tape tape(context, options);
  const Variable x = tape.batch(Tensor::zeros({3, 2}, DType::kF32));
  const Variable product = ops::mul(tape, tape.parameter(a), tape.parameter(b));
  tape.backward(ops::sum(tape, ops::mul(tape, x, product)));
  CHECK(std::bit_cast<uint32_t>(a.gradient.to_vector<float>()[0]) == 0u);
}

TEST_CASE("the power 0 is a constant, also at 0") {
  Context context;
  Tape tape(context);
  const Variable x = tape.batch(Tensor::zeros({1, 1}, DType::kF32), true);
  tape.backward(ops::sum(tape, ops::power(tape, x, 0)));
  CHECK(std::bit_cast<uint32_t>(tape.gradient(x).to_vector<float>()[0]) == 0u);
}

}  // namespace
}  // namespace ibid::verify
