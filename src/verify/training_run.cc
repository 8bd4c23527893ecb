#include "verify/training_run.h"

#include <algorithm>
#include <span>

#include "base/build_facts.h"
#include "base/number_text.h"
#include "engine/io/safetensors.h"
#include "models/mnist_cnn/mnist_cnn.h"
#include "platform/atomic_file.h"
#include "platform/clock.h"
#include "platform/machine.h"
#include "platform/signals.h"

namespace ibid::verify {
namespace {

constexpr const char* kCheckpoint = "checkpoint.safetensors";
constexpr const char* kEpochSums = "record.epoch";  // loss sum, samples, correct of the epoch so far

// Running figures of one epoch; part of the checkpoint, because a resumed run must report the same mean.
struct EpochSums {
  double loss = 0.0, samples = 0.0, correct = 0.0;

  void add(const models::StepResult& step) {
    loss = loss + static_cast<double>(step.loss) * static_cast<double>(step.n_samples);
    samples = samples + static_cast<double>(step.n_samples);
    correct = correct + static_cast<double>(step.n_correct);
  }
  double mean_loss() const { return loss / samples; }
};

class Recorder {
 public:
  Recorder(models::ClassifierTrainer& trainer, const TrainingData& data,
           const TrainingRunOptions& options, RunFolder* folder)
      : trainer_(trainer), data_(data), options_(options), folder_(folder) {}

  Result<void> resume();
  Result<TrainingOutcome> run();

 private:
  int64_t last_step() const { return std::min(trainer_.total_steps(), options_.max_steps); }
  Result<void> record_step(const models::StepResult& step);
  Result<void> finish_epoch(const models::StepResult& step);
  Result<void> save_checkpoint();
  Result<void> record_result();
  io::NamedDigests step_digests(const models::StepResult& step);
  void report(const models::StepResult& step, bool epoch_finished, std::optional<double> test_accuracy);

  models::ClassifierTrainer& trainer_;
  const TrainingData& data_;
  const TrainingRunOptions& options_;
  RunFolder* folder_;
  TrainingOutcome outcome_;
  EpochSums sums_;
  int64_t sums_epoch_ = 0;
  double started_ = platform::monotonic_seconds();
  int64_t samples_since_start_ = 0;
};

void append_digests(io::NamedDigests& to, const std::string& prefix, const nn::StateDict& tensors) {
  for (const auto& [name, tensor] : tensors) to.emplace_back(prefix + name, io::tensor_digest(tensor));
}

io::NamedDigests Recorder::step_digests(const models::StepResult& step) {
  io::NamedDigests digests;
  digests.emplace_back("loss", io::tensor_digest(Tensor::from_values<float>({}, {step.loss})));
  append_digests(digests, "gradients.", trainer_.gradients());
  append_digests(digests, "parameters.", trainer_.module().state_dict());
  append_digests(digests, "optimiser.", trainer_.optimiser_state());
  return digests;
}

// --- checkpoints ---

Result<void> Recorder::save_checkpoint() {
  if (folder_ == nullptr) return {};
  IBID_TRY(folder_->flush());
  io::Safetensors content;
  content.tensors = trainer_.state();
  content.tensors.emplace_back(
      kEpochSums, Tensor::from_values<double>({4}, {sums_.loss, sums_.samples, sums_.correct,
                                                    static_cast<double>(sums_epoch_)}));
  content.metadata.emplace_back("format", "ibid checkpoint 1");
  return platform::write_file_atomically(folder_->file(kCheckpoint), io::encode_safetensors(content));
}

Result<void> Recorder::resume() {
  if (!folder_->has(kCheckpoint)) return folder_->rewind(0);
  IBID_ASSIGN(const std::string bytes, platform::read_file(folder_->file(kCheckpoint)));
  IBID_ASSIGN(io::Safetensors content, io::decode_safetensors(std::as_bytes(std::span(bytes)),
                                                              folder_->file(kCheckpoint).string()));
  const Tensor* sums = content.find(kEpochSums);
  if (sums == nullptr || sums->dtype() != DType::kF64 || sums->shape() != Shape{4}) {
    return Error(ErrorCode::kMalformed, folder_->file(kCheckpoint).string() + " lacks the running sums of its epoch");
  }
  IBID_TRY(trainer_.load_state(content.tensors));
  const std::vector<double> values = sums->to_vector<double>();
  sums_ = {values[0], values[1], values[2]};
  sums_epoch_ = static_cast<int64_t>(values[3]);
  IBID_TRY(folder_->rewind(trainer_.n_steps()));
  if (folder_->has("digests.jsonl")) {
    IBID_ASSIGN(outcome_.digests, folder_->read_digests());
  }
  return {};
}

// --- steps ---

Result<void> Recorder::record_step(const models::StepResult& step) {
  if (folder_ != nullptr) {
    IBID_TRY(folder_->append_metrics({{"step", step.step}, {"epoch", step.epoch}, {"loss", step.loss}}));
  }
  const bool last = step.step + 1 == last_step();
  if (options_.digest_every > 0 && (last || step.step % options_.digest_every == 0)) {
    outcome_.digests.push_back(make_entry(outcome_.digests, step.step, step_digests(step)));
    if (folder_ != nullptr) IBID_TRY(folder_->append_digests(outcome_.digests.back()));
  }
  return {};
}

void Recorder::report(const models::StepResult& step, bool epoch_finished, std::optional<double> test_accuracy) {
  if (!options_.progress) return;
  TrainingProgress progress;
  progress.step = step.step + 1;
  progress.total_steps = last_step();
  progress.epoch = step.epoch;
  progress.epochs = options_.config.epochs;
  progress.loss = sums_.mean_loss();
  progress.accuracy = sums_.correct / sums_.samples;
  const double seconds = platform::monotonic_seconds() - started_;
  progress.samples_per_second = static_cast<double>(samples_since_start_) / seconds;
  progress.seconds_left = static_cast<double>((last_step() - progress.step) * options_.config.batch_size) /
                          progress.samples_per_second;
  progress.epoch_finished = epoch_finished;
  progress.test_accuracy = test_accuracy;
  options_.progress(progress);
}

Result<void> Recorder::finish_epoch(const models::StepResult& step) {
  outcome_.evaluation = trainer_.evaluate(data_.images->test, options_.evaluation_limit);
  outcome_.train_loss = sums_.mean_loss();
  if (folder_ != nullptr) {
    IBID_TRY(folder_->append_metrics({{"step", step.step},
                                      {"epoch", step.epoch},
                                      {"train_loss", outcome_.train_loss},
                                      {"test_loss", outcome_.evaluation.loss},
                                      {"test_accuracy", outcome_.evaluation.accuracy()}}));
  }
  report(step, true, outcome_.evaluation.accuracy());
  return {};
}

Result<TrainingOutcome> Recorder::run() {
  while (trainer_.n_steps() < last_step()) {
    if (platform::stop_requested()) {
      IBID_TRY(save_checkpoint());
      outcome_.n_steps = trainer_.n_steps();
      outcome_.seconds = platform::monotonic_seconds() - started_;
      return std::move(outcome_);
    }
    IBID_ASSIGN(const auto taken, trainer_.step());
    const models::StepResult& step = *taken;
    if (step.epoch != sums_epoch_) sums_ = {};
    sums_epoch_ = step.epoch;
    sums_.add(step);
    samples_since_start_ += step.n_samples;
    IBID_TRY(record_step(step));
    const bool last = trainer_.n_steps() == last_step();
    if (last || trainer_.n_steps() % trainer_.steps_per_epoch() == 0) {
      IBID_TRY(finish_epoch(step));
    } else {
      report(step, false, std::nullopt);
    }
    if (!last && options_.checkpoint_every > 0 && trainer_.n_steps() % options_.checkpoint_every == 0) {
      IBID_TRY(save_checkpoint());
    }
  }
  if (!outcome_.evaluation.log_probabilities.defined()) {  // resumed after the last step
    outcome_.evaluation = trainer_.evaluate(data_.images->test, options_.evaluation_limit);
    outcome_.train_loss = sums_.mean_loss();
  }
  outcome_.n_steps = trainer_.n_steps();
  outcome_.finished = true;
  IBID_TRY(record_result());
  return std::move(outcome_);
}

Result<void> Recorder::record_result() {
  io::NamedDigests parts;
  append_digests(parts, "weights.", trainer_.module().state_dict());
  parts.emplace_back("predictions", io::tensor_digest(outcome_.evaluation.log_probabilities));
  parts.emplace_back("metrics", io::tensor_digest(Tensor::from_values<double>(
                                    {3}, {outcome_.train_loss, static_cast<double>(outcome_.evaluation.loss),
                                          outcome_.evaluation.accuracy()})));
  outcome_.signature = io::tree_digest(parts);
  outcome_.seconds = platform::monotonic_seconds() - started_;
  if (folder_ == nullptr) return {};
  IBID_TRY(save_checkpoint());
  const io::Safetensors model{trainer_.module().state_dict(), {{"format", "ibid model 1"}, {"model", "mnist-cnn"}}};
  IBID_TRY(platform::write_file_atomically(folder_->file("model.safetensors"), io::encode_safetensors(model)));
  Json digests = Json::object();
  for (const auto& [name, digest] : parts) digests[name] = digest.hex();
  return folder_->write_json("result.json", {{"signature", outcome_.signature.hex()},
                                             {"steps", outcome_.n_steps},
                                             {"train_loss", outcome_.train_loss},
                                             {"test_loss", outcome_.evaluation.loss},
                                             {"test_accuracy", outcome_.evaluation.accuracy()},
                                             {"seconds", outcome_.seconds},
                                             {"digests", digests}});
}

}  // namespace

// --- configuration ---

Json config_json(const TrainingData& data, const TrainingRunOptions& options) {
  const models::TrainingConfig& c = options.config;
  return {{"format", 1},
          {"model", "mnist-cnn"},
          {"arithmetic", build_facts().arithmetic_version},
          {"data", {{"name", data.name}, {"sha256", data.images->sha256}}},
          {"config",
           {{"epochs", c.epochs},
            {"batch_size", c.batch_size},
            {"samples_per_shard", c.samples_per_shard},
            {"learning_rate", c.learning_rate},
            {"learning_rate_decay", c.learning_rate_decay},
            {"seed", c.seed},
            {"pixel_mean", c.scaling.mean},
            {"pixel_deviation", c.scaling.deviation}}},
          {"max_steps", options.max_steps},
          {"evaluation_limit", options.evaluation_limit},
          {"digest_every", options.digest_every},
          {"checkpoint_every", options.checkpoint_every}};
}

Result<TrainingRunOptions> options_from_json(const Json& run, const std::string& name) {
  try {
    TrainingRunOptions options;
    const Json& c = run.at("config");
    options.config = {.epochs = c.at("epochs").get<int64_t>(),
                      .batch_size = c.at("batch_size").get<int64_t>(),
                      .samples_per_shard = c.at("samples_per_shard").get<int64_t>(),
                      .learning_rate = c.at("learning_rate").get<double>(),
                      .learning_rate_decay = c.at("learning_rate_decay").get<double>(),
                      .seed = c.at("seed").get<uint64_t>(),
                      .scaling = {c.at("pixel_mean").get<double>(), c.at("pixel_deviation").get<double>()}};
    options.max_steps = run.at("max_steps").get<int64_t>();
    options.evaluation_limit = run.at("evaluation_limit").get<int64_t>();
    options.digest_every = run.at("digest_every").get<int64_t>();
    options.checkpoint_every = run.at("checkpoint_every").get<int64_t>();
    return options;
  } catch (const Json::exception& error) {
    return Error(ErrorCode::kMalformed, name + " is no run description: " + error.what());
  }
}

Json machine_json(const ContextOptions& machine, int64_t workers) {
  const auto text_or_reason = [](const Result<std::string>& fact) {
    return fact.ok() ? fact.value() : "unknown: " + fact.error().to_string();
  };
  const Context context(machine);
  return {{"instruction_set", context.isa()},
          {"threads", context.threads()},
          {"workers", workers},
          {"processor", text_or_reason(platform::cpu_model())},
          {"architecture", platform::architecture()},
          {"operating_system", text_or_reason(platform::operating_system())},
          {"kernel", platform::kernel_version()},
          {"ibid", build_facts().version},
          {"compiler", build_facts().compiler},
          {"flags", build_facts().flags}};
}

Result<TrainingOutcome> run_training(const TrainingData& data, const TrainingRunOptions& options, RunFolder* folder,
                                     bool resume) {
  Context context(options.machine);
  IBID_ASSIGN(auto trainer, models::ClassifierTrainer::create(context, std::make_unique<models::MnistCnn>(),
                                                              data.images->train, options.config, options.workers));
  Recorder recorder(trainer, data, options, folder);
  if (folder != nullptr && resume) IBID_TRY(recorder.resume());
  return recorder.run();
}

}  // namespace ibid::verify
