#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "data/mnist.h"
#include "ibid/context.h"
#include "models/training/classifier_trainer.h"
#include "verify/run_folder.h"

namespace ibid::verify {

// The data of a training and where it came from.
struct TrainingData {
  std::string name;  // "mnist", "digits"
  const data::DigitImages* images = nullptr;
};

struct TrainingProgress {
  int64_t step = 0, total_steps = 0;
  int64_t epoch = 0, epochs = 0;
  double loss = 0, accuracy = 0;  // of the epoch so far, as seen in training
  double samples_per_second = 0;
  double seconds_left = 0;
  bool epoch_finished = false;
  std::optional<double> test_accuracy;  // after an epoch
};

struct TrainingRunOptions {
  models::TrainingConfig config;
  ContextOptions machine;        // influences speed only
  int64_t workers = 1;           // the same
  int64_t max_steps = std::numeric_limits<int64_t>::max();
  int64_t digest_every = 10;     // steps; the last step is always digested
  int64_t checkpoint_every = 500;
  int64_t evaluation_limit = std::numeric_limits<int64_t>::max();
  std::function<void(const TrainingProgress&)> progress = {};
};

struct TrainingOutcome {
  bool finished = false;  // false: stopped by a signal, to be resumed
  int64_t n_steps = 0;
  double train_loss = 0;  // mean over the last epoch
  models::Evaluation evaluation;
  Digest128 signature;  // of weights, predictions and metrics (docs/formats/digests.md)
  DigestLog digests;
  double seconds = 0;
};

// Trains mnist-cnn; with a folder everything is recorded there, and `resume` goes on from its checkpoint.
Result<TrainingOutcome> run_training(const TrainingData& data, const TrainingRunOptions& options, RunFolder* folder,
                                     bool resume);

// The configuration as it stands in run.json, and back.
Json config_json(const TrainingData& data, const TrainingRunOptions& options);
Result<TrainingRunOptions> options_from_json(const Json& run, const std::string& name);

// Where a run took place, for machine.json.
Json machine_json(const ContextOptions& machine, int64_t workers);

}  // namespace ibid::verify
