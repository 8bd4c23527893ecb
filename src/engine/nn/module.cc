#include "ibid/nn/module.h"

#include <cmath>

#include "engine/nn/initialize.h"

namespace ibid::nn {

Parameter& Module::add_parameter(std::string name, const Shape& shape, const Initializer& initializer) {
  auto own = std::make_unique<OwnParameter>();
  own->name = std::move(name);
  own->shape = shape;
  own->initializer = initializer;
  own->parameter.value = Tensor::zeros(shape, DType::kF32);
  parameters_.push_back(std::move(own));
  return parameters_.back()->parameter;
}

Tensor& Module::add_buffer(std::string name, const Tensor& value) {
  buffers_.push_back(std::make_unique<OwnBuffer>(OwnBuffer{std::move(name), value}));
  return buffers_.back()->value;
}

void Module::number(const std::string& prefix, int32_t& next_layer) {
  layer_ = next_layer++;
  for (const auto& own : parameters_) own->parameter.name = prefix + own->name;
  for (const Child& child : children_) child.module->number(prefix + child.name + ".", next_layer);
}

// Own parameters, own buffers, then the children: the order of PyTorch's state dict.
void Module::collect(const std::string& prefix, std::vector<OwnParameter*>& parameters,
                     std::vector<std::pair<std::string, Tensor*>>& state) {
  for (const auto& own : parameters_) {
    parameters.push_back(own.get());
    state.emplace_back(prefix + own->name, &own->parameter.value);
  }
  for (const auto& own : buffers_) state.emplace_back(prefix + own->name, &own->value);
  for (const Child& child : children_) child.module->collect(prefix + child.name + ".", parameters, state);
}

void Module::initialize(uint64_t seed, DType dtype) {
  int32_t next_layer = 0;
  number("", next_layer);
  std::vector<OwnParameter*> own;
  std::vector<std::pair<std::string, Tensor*>> state;
  collect("", own, state);
  for (size_t i = 0; i < own.size(); ++i) {
    own[i]->parameter.value =
        initial_values(own[i]->shape, own[i]->initializer, seed, static_cast<int32_t>(i)).to(dtype);
    own[i]->parameter.gradient = Tensor();
  }
  for (auto& [name, tensor] : state) {
    if (is_floating(tensor->dtype())) *tensor = tensor->to(dtype);
  }
}

std::vector<Parameter*> Module::parameters() {
  std::vector<OwnParameter*> own;
  std::vector<std::pair<std::string, Tensor*>> state;
  collect("", own, state);
  std::vector<Parameter*> result;
  for (OwnParameter* parameter : own) result.push_back(&parameter->parameter);
  return result;
}

StateDict Module::state_dict() const {
  std::vector<OwnParameter*> own;
  std::vector<std::pair<std::string, Tensor*>> state;
  const_cast<Module*>(this)->collect("", own, state);
  StateDict result;
  for (auto& [name, tensor] : state) result.emplace_back(name, *tensor);
  return result;
}

void Module::load_state_dict(const StateDict& loaded) {
  std::vector<OwnParameter*> own;
  std::vector<std::pair<std::string, Tensor*>> state;
  collect("", own, state);
  std::vector<const Tensor*> sources;
  for (auto& [name, tensor] : state) {
    const Tensor* source = nullptr;
    for (const auto& [loaded_name, loaded_tensor] : loaded) {
      if (loaded_name == name) source = &loaded_tensor;
    }
    if (source == nullptr) throw ArgumentError("the state dict has no '" + name + "'");
    if (source->shape() != tensor->shape()) {
      throw ArgumentError("'" + name + "' is " + source->describe() + " in the state dict and " + tensor->describe() +
                          " in the model");
    }
    sources.push_back(source);
  }
  if (loaded.size() != state.size()) {
    throw ArgumentError("the state dict has " + std::to_string(loaded.size()) + " tensors, the model " +
                        std::to_string(state.size()));
  }
  for (size_t i = 0; i < state.size(); ++i) *state[i].second = sources[i]->to(state[i].second->dtype()).clone();
}

// --- initialisers: binary64 expressions, rounded where they meet the tensor ---

namespace {

double gain_squared(double negative_slope) { return 2.0 / (1.0 + negative_slope * negative_slope); }

}  // namespace

Initializer Initializer::torch_default(int64_t fan_in) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(fan_in));
  return uniform(-bound, bound);
}

Initializer Initializer::kaiming_uniform(int64_t fan_in, double negative_slope) {
  const double bound = std::sqrt(3.0 * gain_squared(negative_slope) / static_cast<double>(fan_in));
  return uniform(-bound, bound);
}

Initializer Initializer::kaiming_normal(int64_t fan_in, double negative_slope) {
  return normal(0, std::sqrt(gain_squared(negative_slope) / static_cast<double>(fan_in)));
}

Initializer Initializer::xavier_uniform(int64_t fan_in, int64_t fan_out, double gain) {
  const double bound = gain * std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  return uniform(-bound, bound);
}

Initializer Initializer::xavier_normal(int64_t fan_in, int64_t fan_out, double gain) {
  return normal(0, gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out)));
}

}  // namespace ibid::nn
