#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "data/labelled_images.h"
#include "data/sampler.h"
#include "ibid/nn/module.h"
#include "ibid/optim.h"
#include "models/training/image_tensor.h"

namespace ibid::models {

// What defines a training. Two trainings with equal configurations, data and model give equal bits.
struct TrainingConfig {
  int64_t epochs = 4;
  int64_t batch_size = 64;
  int64_t samples_per_shard = 16;    // gradient shards, section 6.1
  double learning_rate = 1e-3;       // Adam
  double learning_rate_decay = 0.6;  // factor after each epoch
  uint64_t seed = 1;
  PixelScaling scaling;
};

struct StepResult {
  int64_t step = 0;   // 0, 1, ...
  int64_t epoch = 0;  // 0, 1, ...
  int64_t n_samples = 0;
  int64_t n_correct = 0;  // as seen in training, dropout on
  float loss = 0;
};

struct Evaluation {
  int64_t n_samples = 0;
  int64_t n_correct = 0;
  float loss = 0;            // mean over all samples, one sum in data-set order
  Tensor log_probabilities;  // (n, classes)

  double accuracy() const { return static_cast<double>(n_correct) / static_cast<double>(n_samples); }
};

// Trains a module that turns images into log-probabilities, step by step. Whoever holds it decides when to
// evaluate, record and stop; it knows neither files nor clocks.
class ClassifierTrainer {
 public:
  // The module is initialised here. `workers` >= 1 cuts every step among that many data-parallel workers,
  // which run one after another in this process and exchange gradients as separate machines would
  // (section 6.2).
  static Result<ClassifierTrainer> create(Context& context, std::unique_ptr<nn::Module> module,
                                          const data::LabelledImages& images, const TrainingConfig& config,
                                          int64_t workers = 1);

  // A term without samples that is added to every step's loss, such as a weight penalty: one scalar made from
  // parameters alone. It is part of what defines the training.
  using Penalty = std::function<Variable(Tape&)>;
  void set_penalty(Penalty penalty) { penalty_ = std::move(penalty); }

  // One optimiser step on the next batch; nothing when all epochs are done. Throws: ArgumentError naming the
  // operation when the module mixes samples (batch norm, a mean over the batch) and there are several
  // workers, or when the penalty depends on samples.
  Result<std::optional<StepResult>> step();

  // On the first `limit` images.
  Evaluation evaluate(const data::LabelledImages& images, int64_t limit, int64_t batch_size = 500);

  int64_t n_steps() const { return n_steps_; }  // taken so far
  int64_t steps_per_epoch() const { return sampler_->batches_per_epoch(); }
  int64_t total_steps() const { return steps_per_epoch() * config_.epochs; }
  const TrainingConfig& config() const { return config_; }

  nn::Module& module() { return *module_; }
  nn::StateDict gradients() const;
  nn::StateDict optimiser_state() const { return optimiser_->state(); }

  // Everything later steps depend on. Errors of loading: what does not fit this model and configuration.
  nn::StateDict state() const;
  Result<void> load_state(const nn::StateDict& state);

 private:
  ClassifierTrainer(Context& context, std::unique_ptr<nn::Module> module, const data::LabelledImages& images,
                    const TrainingConfig& config, int64_t workers);

  // Fills the gradients, and loss and n_correct of the result.
  void gradients_of(std::span<const uint32_t> batch, StepResult& result);
  void gradients_by_workers(std::span<const uint32_t> batch, StepResult& result);
  // The forward pass over some samples: their loss, the penalty if there is one, and what to go back from.
  struct Losses {
    Variable samples, penalty, total;
  };
  Losses losses_of(Tape& tape, std::span<const uint32_t> part, StepResult& result);
  TapeOptions tape_options(int64_t first_sample, int64_t step_samples) const;

  Context* context_;
  std::unique_ptr<nn::Module> module_;
  const data::LabelledImages* images_;
  TrainingConfig config_;
  int64_t workers_;
  Penalty penalty_;
  std::unique_ptr<optim::Adam> optimiser_;
  std::optional<data::Sampler> sampler_;
  int64_t n_steps_ = 0;
};

}  // namespace ibid::models
