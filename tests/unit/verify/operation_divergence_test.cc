#include "verify/operation_divergence.h"

#include <doctest/doctest.h>

#include "verify/operation_explanation.h"

namespace ibid::verify {
namespace {

OperationValue tensor(const std::string& name, const std::string& digest) {
  return {.name = name, .type = "float32", .shape = "(2, 3)", .device = "cpu", .digest = digest, .value = ""};
}

Operation product(int64_t clock_ns, const std::string& input, const std::string& output) {
  Operation operation;
  operation.clock_ns = clock_ns;
  operation.op = "aten.mm.default";
  operation.at = "train.py:3";
  operation.inputs = {tensor("self", input), tensor("mat2", "b")};
  operation.outputs = {tensor("output", output)};
  return operation;
}

Operation clock(const std::string& value) {
  Operation operation;
  operation.op = "time.time";
  operation.at = "train.py:3";
  operation.ever_new = true;
  operation.outputs = {
      {.name = "output", .type = "", .shape = "", .device = "", .digest = value, .value = value}};
  return operation;
}

using Logs = std::vector<OperationLog>;

TEST_CASE("logs that agree have no first difference, whatever clocks say") {
  const Logs a = {{clock("1"), product(1, "x", "y")}}, b = {{clock("2"), product(9, "x", "y")}};
  CHECK_FALSE(first_difference(a, b));
  const std::vector<Operation> clocks = different_clocks(a, b, 8);
  REQUIRE(clocks.size() == 1);
  CHECK(clocks.front().op == "time.time");
}

TEST_CASE("another output of the same inputs is a computation") {
  const auto found = first_difference(Logs{{product(1, "x", "y"), product(2, "y", "z")}},
                                      Logs{{product(1, "x", "y"), product(2, "y", "w")}});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kComputation);
  CHECK(found->what == "output");
  CHECK(found->n_same_before == 1);
}

TEST_CASE("an input that nothing made is named, and a clock on the same line is remembered") {
  const auto found = first_difference(Logs{{clock("1"), product(1, "x", "y")}},
                                      Logs{{clock("2"), product(1, "other", "z")}});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kInput);
  CHECK(found->what == "self");
  REQUIRE(found->clock);
  CHECK(found->clock->op == "time.time");
}

TEST_CASE("a generator in another state is no computation") {
  Operation a = product(1, "x", "y"), b = product(1, "x", "z");
  a.generator = "state 1";
  b.generator = "state 2";
  const auto found = first_difference(Logs{{a}}, Logs{{b}});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kGenerator);
}

TEST_CASE("another argument, another call, fewer calls") {
  Operation a = product(1, "x", "y"), b = a;
  a.arguments["alpha"] = "1";
  b.arguments["alpha"] = "2";
  auto found = first_difference(Logs{{a}}, Logs{{b}});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kArgument);
  CHECK(found->what == "alpha");
  b = a;
  b.at = "train.py:4";
  found = first_difference(Logs{{a}}, Logs{{b}});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kPath);
  for (const auto& [longer, shorter] :
       {std::pair(Logs{{a, a}}, Logs{{a}}), std::pair(Logs{{a}}, Logs{{a, a}})}) {
    found = first_difference(longer, shorter);
    REQUIRE(found);
    CHECK(found->cause == OperationCause::kPath);
    CHECK_FALSE(found->b);
    CHECK(found->n_same_before == 1);
  }
}

TEST_CASE("of several processes the one that differs first counts") {
  const auto found = first_difference(Logs{{product(5, "x", "y")}, {product(2, "p", "q")}},
                                      Logs{{product(5, "x", "z")}, {product(2, "p", "r")}});
  REQUIRE(found);
  CHECK(found->a.inputs.front().digest == "p");
}

TEST_CASE("clocks that differ are told once for each place, as many as are asked for") {
  Operation later = clock("3"), later_b = clock("4");
  later.at = later_b.at = "train.py:9";
  const Logs a = {{clock("1"), clock("1"), later, clock("same")}};
  const Logs b = {{clock("2"), clock("2"), later_b, clock("same")}};
  const std::vector<Operation> clocks = different_clocks(a, b, 8);
  REQUIRE(clocks.size() == 2);
  CHECK(clocks.back().at == "train.py:9");
  CHECK(different_clocks(a, b, 1).size() == 1);
  CHECK(different_clocks(a, a, 8).empty());
}

TEST_CASE("a clock on an earlier line is told as perhaps the origin of an argument") {
  Operation a = product(1, "x", "y"), b = a;
  a.at = b.at = "train.py:5";
  a.arguments["seed"] = "1";
  b.arguments["seed"] = "2";
  const auto found = first_difference(Logs{{clock("1"), a}}, Logs{{clock("2"), b}});
  REQUIRE(found);
  CHECK(explain(*found, "").why.find("perhaps made of time.time() at train.py:3") != std::string::npos);
}

TEST_CASE("a worker that was killed with the program ends anywhere; what differs in content counts before") {
  const auto worker = [](int64_t n) {
    OperationLog log;
    for (int64_t i = 0; i < n; ++i) {
      log.push_back(product(1, "w", "v"));
      log.back().of_child = true;
    }
    return log;
  };
  const auto found =
      first_difference(Logs{{product(8, "x", "y")}, worker(3)}, Logs{{product(8, "x", "z")}, worker(2)});
  REQUIRE(found);
  CHECK(found->cause == OperationCause::kComputation);
  CHECK(first_difference(Logs{{}, worker(3)}, Logs{{}, worker(2)})->cause == OperationCause::kPath);
}

TEST_CASE("explanations rest on the catalogue") {
  const auto explained = [](const Operation& a, const Operation& b, const std::string& factor) {
    return explain(*first_difference(Logs{{a}}, Logs{{b}}), factor);
  };
  const Operation a = product(1, "x", "y"), b = product(1, "x", "z");
  CHECK(explained(a, b, "threads").facts == std::vector<std::string>{"PT118"});
  CHECK(explained(a, b, "isa").facts == std::vector<std::string>{"PT119"});
  Operation scatter = a, other = b;
  scatter.op = other.op = "aten.index_add_.default";
  for (Operation* operation : {&scatter, &other}) {
    for (OperationValue& value : operation->inputs) value.device = "cuda:0";
  }
  const Explanation on_gpu = explained(scatter, other, "");
  CHECK_FALSE(on_gpu.facts.empty());
  CHECK(on_gpu.remedy.find("flag") != std::string::npos);
  Operation unwritten = a;
  unwritten.inputs.front().unwritten = true;
  CHECK(explained(unwritten, b, "").facts == std::vector<std::string>{"PT093"});
}

}  // namespace
}  // namespace ibid::verify
