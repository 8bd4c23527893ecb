// The operations on single elements: one line each.

#include "engine/tensor/dispatch_dtype.h"
#include "ibid/ops/elementwise.h"
#include "verify/conformance_call.h"

namespace ibid::verify {
namespace {

using Call = ConformanceCall;

template <Variable (*function)(Tape&, const Variable&)>
void unary(Call& c) {
  c.differentiate(function(c.tape(), c.variable("x")));
}

template <Variable (*function)(Tape&, const Variable&, const Variable&)>
void binary(Call& c) {
  const Variable a = c.variable("a"), b = c.variable("b");
  c.differentiate(function(c.tape(), a, b));
}

template <ops::Comparison comparison>
void compare(Call& c) {
  c.output("y", ops::compare(comparison, c.tensor("a"), c.tensor("b")));
}

void where(Call& c) {
  const Variable a = c.variable("a"), b = c.variable("b");
  c.differentiate(ops::where(c.tape(), c.tensor("condition"), a, b));
}

void convert(Call& c) {
  const std::string to = c.text("to").value_or("f64");
  DType dtype = DType::kF64;
  for (DType candidate : {DType::kF32, DType::kI64, DType::kU8, DType::kBool}) {
    if (to == name_of(candidate)) dtype = candidate;
  }
  c.output("y", c.tensor("x").to(dtype));
}

constexpr ConformanceOperation kOperations[] = {
    {"relu", unary<ops::relu>},
    {"leaky_relu",
     [](Call& c) { c.differentiate(ops::leaky_relu(c.tape(), c.variable("x"), c.number("slope", 0.01))); }},
    {"sigmoid", unary<ops::sigmoid>},
    {"silu", unary<ops::silu>},
    {"tanh", unary<ops::tanh>},
    {"gelu", unary<ops::gelu>},
    {"gelu_tanh", unary<ops::gelu_tanh>},
    {"softplus", unary<ops::softplus>},
    {"exp", unary<ops::exp>},
    {"expm1", unary<ops::expm1>},
    {"log", unary<ops::log>},
    {"log1p", unary<ops::log1p>},
    {"erf", unary<ops::erf>},
    {"sin", unary<ops::sin>},
    {"cos", unary<ops::cos>},
    {"sqrt", unary<ops::sqrt>},
    {"rsqrt", unary<ops::rsqrt>},
    {"abs", unary<ops::abs>},
    {"neg", unary<ops::neg>},
    {"power",
     [](Call& c) { c.differentiate(ops::power(c.tape(), c.variable("x"), c.integer("exponent", 2))); }},
    {"add", binary<ops::add>},
    {"sub", binary<ops::sub>},
    {"mul", binary<ops::mul>},
    {"div", binary<ops::div>},
    {"maximum", binary<ops::maximum>},
    {"minimum", binary<ops::minimum>},
    {"add_scalar",
     [](Call& c) { c.differentiate(ops::add_scalar(c.tape(), c.variable("x"), c.number("value", 0.1))); }},
    {"mul_scalar",
     [](Call& c) { c.differentiate(ops::mul_scalar(c.tape(), c.variable("x"), c.number("value", 0.1))); }},
    {"equal", compare<ops::Comparison::kEqual>},
    {"not_equal", compare<ops::Comparison::kNotEqual>},
    {"less", compare<ops::Comparison::kLess>},
    {"less_equal", compare<ops::Comparison::kLessEqual>},
    {"greater", compare<ops::Comparison::kGreater>},
    {"greater_equal", compare<ops::Comparison::kGreaterEqual>},
    {"where", where},
    {"convert", convert},
    {"softmax",
     [](Call& c) { c.differentiate(ops::softmax(c.tape(), c.variable("x"), c.integer("dim", -1))); }},
    {"log_softmax",
     [](Call& c) { c.differentiate(ops::log_softmax(c.tape(), c.variable("x"), c.integer("dim", -1))); }},
};

}  // namespace

std::span<const ConformanceOperation> elementwise_operations() { return kOperations; }

}  // namespace ibid::verify
