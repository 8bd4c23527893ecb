#include "support/gradient_check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/kernel_fixture.h"

namespace ibid::test {
namespace {

Context& context() {
  static Context instance({thread_count(), {}});
  return instance;
}

// The inputs with the roles of one trial, and the tape they live on.
class Trial {
 public:
  Trial(const std::vector<Tensor>& values, const std::vector<Role>& roles, int64_t samples_per_shard,
        bool with_gradients)
      : tape_(context(), options_for(samples_per_shard, with_gradients)), parameters_(values.size()) {
    for (size_t i = 0; i < values.size(); ++i) {
      parameters_[i].value = values[i];
      switch (roles[i]) {
        case Role::kBatched:
          variables_.push_back(tape_.batch(values[i], true));
          break;
        case Role::kParameter:
          variables_.push_back(tape_.parameter(parameters_[i]));
          break;
        case Role::kConstant:
          variables_.push_back(tape_.constant(values[i]));
          break;
      }
    }
  }

  // The sum of the result's elements, each times its weight; written out here, so that no operation under
  // test is needed to test another.
  Variable objective(const Build& build) {
    const Variable y = build(tape_, variables_);
    const Tensor result = y.value().dense(), weights = random_tensor(y.shape(), 77, 0.5, 1.5);
    double sum = 0.0;
    for (int64_t i = 0; i < result.n_elements(); ++i)
      sum += result.data<double>()[i] * weights.data<double>()[i];
    return tape_.record_loss(Tensor::scalar(sum, DType::kF64), y,
                             [weights](Backward& b) { b.add(0, weights); }, {});
  }

  std::vector<Tensor> gradients(const Build& build, const std::vector<Role>& roles) {
    tape_.backward(objective(build));
    std::vector<Tensor> result;
    for (size_t i = 0; i < variables_.size(); ++i) {
      Tensor gradient = roles[i] == Role::kBatched ? tape_.gradient(variables_[i]) : parameters_[i].gradient;
      if (roles[i] == Role::kParameter && !gradient.defined())
        gradient = Tensor::zeros(variables_[i].shape(), DType::kF64);
      result.push_back(roles[i] == Role::kConstant ? Tensor() : gradient.dense());
    }
    return result;
  }

 private:
  static TapeOptions options_for(int64_t samples_per_shard, bool with_gradients) {
    TapeOptions options;
    options.record_gradients = with_gradients;
    options.shards.samples_per_shard = samples_per_shard;
    options.random = {5, 3};
    return options;
  }

  Tape tape_;
  std::vector<Parameter> parameters_;
  std::vector<Variable> variables_;
};

std::vector<Tensor> numeric_gradients(std::vector<Tensor> values, const std::vector<Role>& roles,
                                      const Build& build, const GradientOptions& options) {
  const auto objective = [&] {
    return Trial(values, roles, options.samples_per_shard, false).objective(build).value().item();
  };
  std::vector<Tensor> result;
  for (Tensor& value : values) {
    Tensor gradient = Tensor::empty(value.shape(), DType::kF64);
    value = value.clone();
    for (int64_t i = 0; i < value.n_elements(); ++i) {
      const double x = value.data<double>()[i];
      value.data<double>()[i] = x + options.step;
      const double above = objective();
      value.data<double>()[i] = x - options.step;
      const double below = objective();
      value.data<double>()[i] = x;
      gradient.data<double>()[i] = (above - below) / (2 * options.step);
    }
    result.push_back(gradient);
  }
  return result;
}

void compare(const std::vector<Tensor>& found, const std::vector<Tensor>& expected, double tolerance) {
  for (size_t input = 0; input < found.size(); ++input) {
    if (!found[input].defined()) continue;
    CAPTURE(input);
    REQUIRE(found[input].shape() == expected[input].shape());
    double worst = 0;  // of |a - b| / (1 + |b|); a NaN is as wrong as can be
    int64_t where = 0;
    for (int64_t i = 0; i < found[input].n_elements(); ++i) {
      const double a = found[input].data<double>()[i], b = expected[input].data<double>()[i];
      const double error = std::abs(a - b) / (1.0 + std::abs(b));
      if (error <= worst) continue;
      worst = error == error ? error : std::numeric_limits<double>::infinity();
      where = i;
    }
    CAPTURE(where);
    CHECK(worst <= tolerance);
  }
}

}  // namespace

void check_gradients(const std::vector<Leaf>& leaves, const Build& build, const GradientOptions& options) {
  CAPTURE(test_seed());
  std::vector<Tensor> values;
  std::vector<Role> given;
  for (const Leaf& leaf : leaves) {
    values.push_back(leaf.value);
    given.push_back(leaf.role);
  }
  const std::vector<Tensor> expected = numeric_gradients(values, given, build, options);
  const auto try_roles = [&](const char* trial, const std::vector<Role>& roles) {
    CAPTURE(trial);
    compare(Trial(values, roles, options.samples_per_shard, true).gradients(build, roles), expected,
            options.tolerance);
  };
  try_roles("as given", given);
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves.size() == 1 || options.has_no_constant) break;
    std::vector<Role> alone = given;
    for (size_t j = 0; j < alone.size(); ++j) {
      if (j != i && alone[j] == Role::kParameter) alone[j] = Role::kConstant;
    }
    try_roles("other parameters constant", alone);
  }
  if (options.only_as_given) return;
  try_roles("all parameters", std::vector<Role>(leaves.size(), Role::kParameter));
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves.size() == 1 || options.has_no_constant) break;
    std::vector<Role> alone(leaves.size(), Role::kConstant);
    alone[i] = Role::kParameter;
    try_roles("one parameter among constants", alone);
  }
}

namespace {

std::vector<std::string>& registry() {
  static std::vector<std::string> names;
  return names;
}

}  // namespace

const std::vector<std::string>& tested_operations() { return registry(); }

bool register_gradient_test(const char* operation) {
  registry().emplace_back(operation);
  return true;
}

}  // namespace ibid::test
