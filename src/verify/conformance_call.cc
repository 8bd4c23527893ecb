#include "verify/conformance_call.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "ibid/errors.h"

namespace ibid::verify {
namespace {

std::optional<std::string> parameter_of(const ConformanceCase& own, std::string_view name) {
  for (const auto& [key, value] : own.parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

int64_t integer_of(const ConformanceCase& own, std::string_view name, int64_t otherwise) {
  const auto text = parameter_of(own, name);
  if (!text) return otherwise;
  const auto value = parse_int64(*text);
  if (!value) throw ArgumentError(std::string(name) + "=" + *text + " is no integer");
  return *value;
}

TapeOptions tape_options(const ConformanceCase& own) {
  TapeOptions options;
  options.training = integer_of(own, "training", 1) != 0;
  options.shards.samples_per_shard = integer_of(own, "samples_per_shard", 1 << 20);
  options.shards.first_sample = integer_of(own, "first_sample", 0);
  options.shards.step_samples = integer_of(own, "step_samples", 0);
  options.random.seed = static_cast<uint64_t>(integer_of(own, "seed", 0));
  options.random.step = static_cast<uint32_t>(integer_of(own, "step", 0));
  return options;
}

}  // namespace

ConformanceCall::ConformanceCall(Context& context, const ConformanceCase& own)
    : context_(context), case_(own), tape_(context, tape_options(own)) {}

const InputRecipe* ConformanceCall::find(std::string_view input) const {
  for (const InputRecipe& recipe : case_.inputs) {
    if (recipe.name == input) return &recipe;
  }
  return nullptr;
}

bool ConformanceCall::has(std::string_view input) const { return find(input) != nullptr; }

Tensor ConformanceCall::tensor(const std::string& input) const {
  const InputRecipe* recipe = find(input);
  if (recipe == nullptr) throw ArgumentError("the case has no input '" + input + "'");
  return make_input(*recipe);
}

bool ConformanceCall::is_samples(const std::string& input) const {
  const auto named = text("samples");
  if (!named) return case_.inputs.front().name == input;
  const std::vector<std::string> names = split(*named, ',');
  return std::find(names.begin(), names.end(), input) != names.end();
}

Variable ConformanceCall::variable(const std::string& input) {
  Leaf leaf{input, {}, nullptr};
  Variable result;
  if (is_samples(input)) {
    result = leaf.samples = tape_.batch(tensor(input), true);
  } else {
    leaf.parameter = std::make_unique<Parameter>();
    leaf.parameter->name = input;
    leaf.parameter->value = tensor(input);
    result = tape_.parameter(*leaf.parameter);
  }
  leaves_.push_back(std::move(leaf));
  return result;
}

std::optional<std::string> ConformanceCall::text(std::string_view parameter) const {
  return parameter_of(case_, parameter);
}

int64_t ConformanceCall::integer(std::string_view parameter, int64_t otherwise) const {
  return integer_of(case_, parameter, otherwise);
}

double ConformanceCall::number(std::string_view parameter, double otherwise) const {
  const auto text = parameter_of(case_, parameter);
  if (!text) return otherwise;
  const auto value = parse_double(*text);
  if (!value) throw ArgumentError(std::string(parameter) + "=" + *text + " is no number");
  return *value;
}

std::vector<int64_t> ConformanceCall::list(std::string_view parameter, std::vector<int64_t> otherwise) const {
  const auto text = parameter_of(case_, parameter);
  if (!text) return otherwise;
  std::vector<int64_t> values;
  for (const std::string& part : split(*text, ',')) {
    const auto value = parse_int64(part);
    if (!value) throw ArgumentError(std::string(parameter) + "=" + *text + " is no list of integers");
    values.push_back(*value);
  }
  return values;
}

void ConformanceCall::output(std::string name, const Tensor& value) {
  outputs_.emplace_back(std::move(name), value);
}

void ConformanceCall::differentiate(const Variable& y) {
  output("y", y.value());
  if (!has("dy")) return;
  const Tensor dy = tensor("dy").broadcast_to(y.shape()).dense();
  if (dy.dtype() != y.dtype()) throw DTypeError("dy is " + dy.describe() + " for " + y.value().describe());
  const auto give_dy = [dy](Backward& b) { b.add(0, dy); };
  tape_.backward(tape_.record_loss(Tensor::scalar(0.0, y.dtype()), y, give_dy, {}));
  output_gradients();
}

void ConformanceCall::differentiate_loss(const Variable& y) {
  output("y", y.value());
  tape_.backward(y);
  output_gradients();
}

void ConformanceCall::output_gradients() {
  for (const Leaf& leaf : leaves_) {
    if (leaf.parameter == nullptr) {
      output("d" + leaf.name, tape_.gradient(leaf.samples));
    } else if (leaf.parameter->gradient.defined()) {
      output("d" + leaf.name, leaf.parameter->gradient);
    }
  }
}

}  // namespace ibid::verify
