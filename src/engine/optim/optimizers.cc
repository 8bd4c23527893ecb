#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "engine/ops/common.h"
#include "engine/parallel/fp_state.h"
#include "ibid/optim.h"

namespace ibid::optim {
namespace {

void require(bool condition, const char* what, double value) {
  if (!condition)
    throw ArgumentError(std::string(what) + " is " + std::to_string(value) + ", out of its range");
}

// The tensor of this name, checked against the parameter; absent if there is none.
Tensor state_tensor(const nn::StateDict& state, const std::string& name, const Shape& shape, DType dtype) {
  for (const auto& [own, tensor] : state) {
    if (own != name) continue;
    if (tensor.shape() != shape || tensor.dtype() != dtype) {
      throw ArgumentError("optimiser state '" + name + "' is " + tensor.describe() + "; it should be " +
                          std::string(name_of(dtype)) + " " + shape.to_string());
    }
    return tensor.clone();
  }
  return {};
}

// ArgumentError for anything that is not `kind` + the name of a parameter: the state of another optimiser or
// model.
void require_known(const nn::StateDict& state, const std::vector<Parameter*>& parameters,
                   std::initializer_list<std::string_view> kinds) {
  for (const auto& entry : state) {
    const bool known = std::any_of(parameters.begin(), parameters.end(), [&](const Parameter* parameter) {
      return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
        return entry.first == std::string(kind) + parameter->name;
      });
    });
    if (!known) throw ArgumentError("the optimiser knows no state '" + entry.first + "'");
  }
}

}  // namespace

void Optimizer::clear_gradients() {
  for (Parameter* parameter : parameters_) parameter->gradient = Tensor();
}

// --- SGD ---

Sgd::Sgd(std::vector<Parameter*> parameters, const SgdOptions& options)
    : Optimizer(std::move(parameters), options.learning_rate),
      options_(options),
      velocity_(parameters_.size()) {
  require(options.learning_rate >= 0, "learning_rate", options.learning_rate);
  require(options.momentum >= 0, "momentum", options.momentum);
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay);
  require(!options.nesterov || (options.momentum > 0 && options.dampening == 0), "nesterov's momentum",
          options.momentum);
}

void Sgd::step(Context& context) {
  const parallel::FpStateGuard fp_state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& parameter = *parameters_[i];
    if (!parameter.gradient.defined()) continue;
    const bool momentum = options_.momentum != 0.0, first = !velocity_[i].defined();
    if (momentum && first) velocity_[i] = Tensor::zeros(parameter.value.shape(), parameter.value.dtype());
    const Tensor gradient = parameter.gradient.dense();
    dispatch_floating(parameter.value.dtype(), "sgd", [&]<class T>() {
      kernels::SgdArgs<T> args;
      args.size = parameter.value.n_elements();
      args.p = parameter.value.data<T>();
      args.g = gradient.data<T>();
      args.v = momentum ? velocity_[i].data<T>() : nullptr;
      args.first = first;
      args.nesterov = options_.nesterov;
      args.rate = static_cast<T>(learning_rate_);
      args.weight_decay = static_cast<T>(options_.weight_decay);
      args.momentum = static_cast<T>(options_.momentum);
      args.one_minus_dampening = static_cast<T>(1.0 - options_.dampening);
      ops::kernels_of<T>(context).sgd(args, context.executor());
    });
  }
}

nn::StateDict Sgd::state() const {
  nn::StateDict state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (velocity_[i].defined()) state.emplace_back("velocity." + parameters_[i]->name, velocity_[i]);
  }
  return state;
}

void Sgd::load_state(const nn::StateDict& state) {
  require_known(state, parameters_, {"velocity."});
  std::vector<Tensor> velocity;
  for (const Parameter* parameter : parameters_) {
    velocity.push_back(state_tensor(state, "velocity." + parameter->name, parameter->value.shape(),
                                    parameter->value.dtype()));
  }
  velocity_ = std::move(velocity);
}

// --- Adam ---

Adam::Adam(std::vector<Parameter*> parameters, const AdamOptions& options)
    : Optimizer(std::move(parameters), options.learning_rate),
      options_(options),
      moments_(parameters_.size()) {
  require(options.learning_rate >= 0, "learning_rate", options.learning_rate);
  require(options.beta1 >= 0 && options.beta1 < 1, "beta1", options.beta1);
  require(options.beta2 >= 0 && options.beta2 < 1, "beta2", options.beta2);
  require(options.epsilon >= 0, "epsilon", options.epsilon);
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay);
}

template <class T>
void Adam::step_one(Context& context, Parameter& parameter, Moments& moments) {
  const Tensor gradient = parameter.gradient.dense();
  kernels::AdamArgs<T> args;
  args.size = parameter.value.n_elements();
  args.p = parameter.value.data<T>();
  args.g = gradient.data<T>();
  args.m = moments.m.data<T>();
  args.v = moments.v.data<T>();
  args.v_max = options_.amsgrad ? moments.v_max.data<T>() : nullptr;
  if (options_.decoupled_decay) {
    args.decay_factor = static_cast<T>(1.0 - learning_rate_ * options_.weight_decay);
  } else {
    args.weight_decay = static_cast<T>(options_.weight_decay);
  }
  args.beta1 = static_cast<T>(options_.beta1);
  args.one_minus_beta1 = static_cast<T>(1.0 - options_.beta1);
  args.beta2 = static_cast<T>(options_.beta2);
  args.one_minus_beta2 = static_cast<T>(1.0 - options_.beta2);
  args.root_scale = static_cast<T>(1.0 / std::sqrt(1.0 - moments.p2));
  args.epsilon = static_cast<T>(options_.epsilon);
  args.rate = static_cast<T>(learning_rate_ / (1.0 - moments.p1));
  ops::kernels_of<T>(context).adam(args, context.executor());
}

void Adam::step(Context& context) {
  const parallel::FpStateGuard fp_state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& parameter = *parameters_[i];
    if (!parameter.gradient.defined()) continue;
    Moments& moments = moments_[i];
    if (!moments.m.defined()) {
      moments.m = Tensor::zeros(parameter.value.shape(), parameter.value.dtype());
      moments.v = moments.m.clone();
      if (options_.amsgrad) moments.v_max = moments.m.clone();
    }
    moments.p1 *= options_.beta1;
    moments.p2 *= options_.beta2;
    dispatch_floating(parameter.value.dtype(), "adam",
                      [&]<class T>() { step_one<T>(context, parameter, moments); });
  }
}

nn::StateDict Adam::state() const {
  nn::StateDict state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Moments& moments = moments_[i];
    if (!moments.m.defined()) continue;
    const std::string& name = parameters_[i]->name;
    state.emplace_back("m." + name, moments.m);
    state.emplace_back("v." + name, moments.v);
    if (options_.amsgrad) state.emplace_back("v_max." + name, moments.v_max);
    state.emplace_back("p." + name, Tensor::from_values<double>({2}, {moments.p1, moments.p2}));
  }
  return state;
}

void Adam::load_state(const nn::StateDict& state) {
  if (options_.amsgrad) {
    require_known(state, parameters_, {"m.", "v.", "v_max.", "p."});
  } else {
    require_known(state, parameters_, {"m.", "v.", "p."});
  }
  std::vector<Moments> loaded;
  for (const Parameter* parameter : parameters_) {
    const Shape& shape = parameter->value.shape();
    const DType dtype = parameter->value.dtype();
    Moments moments;
    moments.m = state_tensor(state, "m." + parameter->name, shape, dtype);
    moments.v = state_tensor(state, "v." + parameter->name, shape, dtype);
    if (options_.amsgrad) moments.v_max = state_tensor(state, "v_max." + parameter->name, shape, dtype);
    const Tensor products = state_tensor(state, "p." + parameter->name, {2}, DType::kF64);
    if (moments.m.defined() != products.defined() || moments.m.defined() != moments.v.defined() ||
        (options_.amsgrad && moments.m.defined() != moments.v_max.defined())) {
      throw ArgumentError("the optimiser state of '" + parameter->name + "' is incomplete");
    }
    if (products.defined()) {
      moments.p1 = products.data<double>()[0];
      moments.p2 = products.data<double>()[1];
    }
    loaded.push_back(std::move(moments));
  }
  moments_ = std::move(loaded);
}

}  // namespace ibid::optim
