#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ibid/tape.h"

namespace ibid::nn {

// How a parameter gets its first values (section 7.2), drawn from counters: parameter index, element.
struct Initializer {
  enum class Kind { kConstant, kUniform, kNormal };
  Kind kind = Kind::kConstant;
  double a = 0;  // the constant; the lower bound; the mean
  double b = 0;  // the upper bound; the standard deviation

  static Initializer constant(double value) { return {Kind::kConstant, value, 0}; }
  static Initializer uniform(double low, double high) { return {Kind::kUniform, low, high}; }
  static Initializer normal(double mean, double deviation) { return {Kind::kNormal, mean, deviation}; }

  // PyTorch's recipes by name. fan_in, fan_out: inputs (outputs) per output (input) element.
  static Initializer torch_default(int64_t fan_in);  // uniform, bound 1 / sqrt(fan_in)
  static Initializer kaiming_uniform(int64_t fan_in, double negative_slope = 0);
  static Initializer kaiming_normal(int64_t fan_in, double negative_slope = 0);
  static Initializer xavier_uniform(int64_t fan_in, int64_t fan_out, double gain = 1);
  static Initializer xavier_normal(int64_t fan_in, int64_t fan_out, double gain = 1);
};

// Tensors by dotted name, in registration order.
using StateDict = std::vector<std::pair<std::string, Tensor>>;

// A part of a model: parameters, buffers (state that is not trained) and child modules, in the order they were
// registered. That order is the state dict's and numbers the random draws, so it is part of a model's definition.
class Module {
 public:
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  virtual Variable forward(Tape& tape, const Variable& x) = 0;

  // Names parameters by their path and numbers modules depth first; then draws every parameter's first values.
  // To be called once, on the outermost module. dtype: f32 or f64.
  void initialize(uint64_t seed, DType dtype = DType::kF32);

  std::vector<Parameter*> parameters();
  StateDict state_dict() const;
  // Errors: ArgumentError naming what is missing, unknown or of another shape; nothing is written then.
  void load_state_dict(const StateDict& state);

  // Index in depth-first registration order, the outermost module being 0.
  int32_t layer() const { return layer_; }

 protected:
  Module() = default;

  Parameter& add_parameter(std::string name, const Shape& shape, const Initializer& initializer);
  Tensor& add_buffer(std::string name, const Tensor& value);
  template <class M>
  M& add_module(std::string name, std::unique_ptr<M> module) {
    M& reference = *module;
    children_.push_back({std::move(name), std::move(module)});
    return reference;
  }

 private:
  struct OwnParameter {
    std::string name;
    Parameter parameter;
    Shape shape;
    Initializer initializer;
  };
  struct OwnBuffer {
    std::string name;
    Tensor value;
  };
  struct Child {
    std::string name;
    std::unique_ptr<Module> module;
  };

  void number(const std::string& prefix, int32_t& next_layer);
  void collect(const std::string& prefix, std::vector<OwnParameter*>& parameters,
               std::vector<std::pair<std::string, Tensor*>>& state);

  int32_t layer_ = 0;
  std::vector<std::unique_ptr<OwnParameter>> parameters_;
  std::vector<std::unique_ptr<OwnBuffer>> buffers_;
  std::vector<Child> children_;
};

}  // namespace ibid::nn
