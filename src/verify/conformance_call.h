#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ibid/tape.h"
#include "verify/conformance_case.h"

namespace ibid::verify {

// One case while it is computed: what an operation asks for by name, and where its outputs go. Whatever the
// case lacks or does not fit is an ArgumentError.
class ConformanceCall {
 public:
  ConformanceCall(Context& context, const ConformanceCase& own);

  Context& context() const { return context_; }
  Tape& tape() { return tape_; }

  bool has(std::string_view input) const;
  Tensor tensor(const std::string& input) const;
  // The same as a leaf of the tape: samples for the inputs that "samples" names (by default the first), a
  // parameter for others.
  Variable variable(const std::string& input);
  // Absent when the case has no such input.
  Variable optional_variable(const std::string& input) { return has(input) ? variable(input) : Variable(); }

  std::optional<std::string> text(std::string_view parameter) const;
  int64_t integer(std::string_view parameter, int64_t otherwise) const;
  double number(std::string_view parameter, double otherwise) const;
  std::vector<int64_t> list(std::string_view parameter, std::vector<int64_t> otherwise) const;

  void output(std::string name, const Tensor& value);
  // y, and when the case has an input dy the gradients of all leaves made so far, y's being dy.
  void differentiate(const Variable& y);
  // y, one element, and the gradients with y's being 1.
  void differentiate_loss(const Variable& y);

  const nn::StateDict& outputs() const { return outputs_; }

 private:
  struct Leaf {
    std::string name;
    Variable samples;
    std::unique_ptr<Parameter> parameter;
  };

  const InputRecipe* find(std::string_view input) const;
  bool is_samples(const std::string& input) const;
  void output_gradients();

  Context& context_;
  const ConformanceCase& case_;
  Tape tape_;
  std::vector<Leaf> leaves_;
  nn::StateDict outputs_;
};

// An operation of a conformance file.
struct ConformanceOperation {
  std::string_view name;
  void (*run)(ConformanceCall& call);
};

std::span<const ConformanceOperation> elementwise_operations();
std::span<const ConformanceOperation> tensor_operations();
std::span<const ConformanceOperation> layer_operations();
std::span<const ConformanceOperation> training_operations();

}  // namespace ibid::verify
