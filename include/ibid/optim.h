#pragma once

#include <cstdint>
#include <vector>

#include "ibid/nn/module.h"
#include "ibid/tape.h"

// Section 10 of the standard. Options are binary64; what meets a tensor is rounded once to its type there.
namespace ibid::optim {

// Changes parameters by their gradients. A parameter without a gradient is left alone, its state too.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  virtual void step(Context& context) = 0;

  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double rate) { learning_rate_ = rate; }

  // To be called before the backward pass of the next step.
  void clear_gradients();

  // Everything that influences later steps besides the options and the learning rate, by name. Errors of
  // loading: ArgumentError, nothing is changed then.
  virtual nn::StateDict state() const = 0;
  virtual void load_state(const nn::StateDict& state) = 0;

  const std::vector<Parameter*>& parameters() const { return parameters_; }

 protected:
  Optimizer(std::vector<Parameter*> parameters, double learning_rate)
      : parameters_(std::move(parameters)), learning_rate_(learning_rate) {}

  std::vector<Parameter*> parameters_;
  double learning_rate_;
};

struct SgdOptions {
  double learning_rate = 0.01;
  double momentum = 0.0;
  double dampening = 0.0;
  double weight_decay = 0.0;
  bool nesterov = false;
};

class Sgd final : public Optimizer {
 public:
  // Errors: ArgumentError for options out of range.
  Sgd(std::vector<Parameter*> parameters, const SgdOptions& options);
  void step(Context& context) override;
  nn::StateDict state() const override;
  void load_state(const nn::StateDict& state) override;

 private:
  SgdOptions options_;
  std::vector<Tensor> velocity_;  // absent until the first step that used the parameter
};

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;
  bool decoupled_decay = false;  // AdamW
  bool amsgrad = false;
};

class Adam final : public Optimizer {
 public:
  // Errors: ArgumentError for options out of range.
  Adam(std::vector<Parameter*> parameters, const AdamOptions& options);
  void step(Context& context) override;
  nn::StateDict state() const override;
  void load_state(const nn::StateDict& state) override;

 private:
  struct Moments {
    Tensor m, v, v_max;     // absent until the first step that used the parameter
    double p1 = 1, p2 = 1;  // running products of beta1 and beta2, the steps so far included
  };
  template <class T>
  void step_one(Context& context, Parameter& parameter, Moments& moments);

  AdamOptions options_;
  std::vector<Moments> moments_;
};

// Scales all gradients so that their joint Euclidean norm is at most max_norm; returns the norm before.
double clip_gradient_norm(Context& context, const std::vector<Parameter*>& parameters, double max_norm);
// Limits every gradient element to [-limit, limit]; NaN stays.
void clip_gradient_values(const std::vector<Parameter*>& parameters, double limit);

// --- learning rates, in binary64 ---

// Multiplied by gamma at each milestone reached.
class StepSchedule {
 public:
  StepSchedule(double initial, std::vector<int64_t> milestones, double gamma)
      : initial_(initial), milestones_(std::move(milestones)), gamma_(gamma) {}
  double at(int64_t step) const;

 private:
  double initial_;
  std::vector<int64_t> milestones_;
  double gamma_;
};

// Half a cosine from `high` at step 0 to `low` at step `n_steps` and after.
class CosineSchedule {
 public:
  CosineSchedule(double high, double low, int64_t n_steps) : high_(high), low_(low), n_steps_(n_steps) {}
  double at(int64_t step) const;

 private:
  double high_, low_;
  int64_t n_steps_;
};

struct PlateauOptions {
  double factor = 0.1;
  int64_t patience = 10;    // observations without improvement that are tolerated
  double threshold = 1e-4;  // relative improvement that counts
  int64_t cooldown = 0;
  double minimum = 0.0;
  bool larger_is_better = false;
};

// Multiplied by `factor` when a metric stops improving.
class PlateauSchedule {
 public:
  PlateauSchedule(double initial, const PlateauOptions& options) : rate_(initial), options_(options) {}
  double rate() const { return rate_; }
  void observe(double metric);

  // best, rate, bad observations, cooldown left: enough to go on elsewhere.
  struct State {
    bool has_best = false;
    double best = 0.0, rate = 0.0;
    int64_t n_bad = 0, cooldown_left = 0;
  };
  State state() const;
  void load_state(const State& state);

 private:
  double rate_;
  PlateauOptions options_;
  bool has_best_ = false;
  double best_ = 0.0;
  int64_t n_bad_ = 0, cooldown_left_ = 0;
};

}  // namespace ibid::optim
