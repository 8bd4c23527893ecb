// Reductions, operations that move elements, and those by index.

#include "base/text.h"
#include "ibid/errors.h"
#include "ibid/ops/index.h"
#include "ibid/ops/reduce.h"
#include "ibid/ops/shape.h"
#include "verify/conformance_call.h"

namespace ibid::verify {
namespace {

using Call = ConformanceCall;

ops::ReduceOptions reduce_options(const Call& c) { return {c.list("dims", {}), c.integer("keep", 0) != 0}; }

template <Variable (*function)(Tape&, const Variable&, const ops::ReduceOptions&)>
void reduction(Call& c) {
  c.differentiate(function(c.tape(), c.variable("x"), reduce_options(c)));
}

template <Variable (*function)(Tape&, const Variable&, const ops::ReduceOptions&, int64_t)>
void spread(Call& c) {
  c.differentiate(function(c.tape(), c.variable("x"), reduce_options(c), c.integer("correction", 1)));
}

void concat(Call& c) {
  std::vector<Variable> parts;
  for (const char* name : {"a", "b", "c"}) {
    if (c.has(name)) parts.push_back(c.variable(name));
  }
  c.differentiate(ops::concat(c.tape(), parts, c.integer("dim", -1)));
}

void pad(Call& c) {
  const std::vector<int64_t> sizes = c.list("padding", {1, 1});
  if (sizes.size() % 2 != 0) throw ArgumentError("padding needs two numbers for each dim");
  std::vector<ops::Padding> padding;
  for (size_t i = 0; i < sizes.size(); i += 2) padding.push_back({sizes[i], sizes[i + 1]});
  const std::string name = c.text("mode").value_or("constant");
  const ops::PadMode mode = name == "reflect"     ? ops::PadMode::kReflect
                            : name == "replicate" ? ops::PadMode::kReplicate
                                                  : ops::PadMode::kConstant;
  c.differentiate(ops::pad(c.tape(), c.variable("x"), padding, mode, c.number("value", 0.0)));
}

void embedding(Call& c) {
  ops::EmbeddingOptions options;
  if (c.text("padding_index")) options.padding_index = c.integer("padding_index", 0);
  options.batched_indices = c.integer("batched", 1) != 0;
  c.differentiate(ops::embedding(c.tape(), c.tensor("indices"), c.variable("table"), options));
}

void scatter_add(Call& c) {
  const Variable base = c.variable("base"), source = c.variable("source");
  c.differentiate(ops::scatter_add(c.tape(), base, c.integer("dim", 0), c.tensor("index"), source));
}

void output_sorted(Call& c, const ops::Sorted& sorted) {
  c.output("indices", sorted.indices);
  c.differentiate(sorted.values);
}

constexpr ConformanceOperation kOperations[] = {
    {"sum", reduction<ops::sum>},
    {"mean", reduction<ops::mean>},
    {"norm", reduction<ops::norm>},
    {"max", reduction<ops::max>},
    {"min", reduction<ops::min>},
    {"prod", reduction<ops::prod>},
    {"variance", spread<ops::variance>},
    {"standard_deviation", spread<ops::standard_deviation>},
    {"cumulative_sum",
     [](Call& c) { c.differentiate(ops::cumulative_sum(c.tape(), c.variable("x"), c.integer("dim", -1))); }},
    {"dot",
     [](Call& c) {
       const Variable a = c.variable("a"), b = c.variable("b");
       c.differentiate(ops::dot(c.tape(), a, b));
     }},
    {"any", [](Call& c) { c.output("y", ops::any(c.tensor("x"))); }},
    {"all", [](Call& c) { c.output("y", ops::all(c.tensor("x"))); }},
    {"arg_max", [](Call& c) { c.output("y", ops::arg_max(c.tensor("x"), c.integer("dim", -1))); }},
    {"arg_min", [](Call& c) { c.output("y", ops::arg_min(c.tensor("x"), c.integer("dim", -1))); }},
    {"reshape",
     [](Call& c) {
       const std::vector<int64_t> sizes = c.list("shape", {-1});
       c.differentiate(ops::reshape(c.tape(), c.variable("x"), Shape(std::span(sizes))));
     }},
    {"permute",
     [](Call& c) { c.differentiate(ops::permute(c.tape(), c.variable("x"), c.list("order", {}))); }},
    {"slice",
     [](Call& c) {
       c.differentiate(ops::slice(c.tape(), c.variable("x"), c.integer("dim", 0), c.integer("begin", 0),
                                  c.integer("end", 1), c.integer("step", 1)));
     }},
    {"concat", concat},
    {"pad", pad},
    {"embedding", embedding},
    {"index_select",
     [](Call& c) {
       c.differentiate(
           ops::index_select(c.tape(), c.variable("x"), c.integer("dim", 0), c.tensor("indices")));
     }},
    {"gather",
     [](Call& c) {
       c.differentiate(ops::gather(c.tape(), c.variable("x"), c.integer("dim", 0), c.tensor("index")));
     }},
    {"scatter_add", scatter_add},
    {"sort",
     [](Call& c) {
       output_sorted(
           c, ops::sort(c.tape(), c.variable("x"), c.integer("dim", -1), c.integer("descending", 0) != 0));
     }},
    {"top_k",
     [](Call& c) {
       output_sorted(c, ops::top_k(c.tape(), c.variable("x"), c.integer("k", 1), c.integer("dim", -1),
                                   c.integer("largest", 1) != 0));
     }},
};

}  // namespace

std::span<const ConformanceOperation> tensor_operations() { return kOperations; }

}  // namespace ibid::verify
