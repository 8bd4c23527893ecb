#include "models/training/classifier_trainer.h"

#include <algorithm>
#include <numeric>

#include "engine/autograd/shards.h"
#include "engine/autograd/subtrees.h"
#include "engine/kernels/kernel_table.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/index.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/reduce.h"

namespace ibid::models {

ClassifierTrainer::ClassifierTrainer(Context& context, std::unique_ptr<nn::Module> module,
                                     const data::LabelledImages& images, const TrainingConfig& config,
                                     int64_t workers)
    : context_(&context), module_(std::move(module)), images_(&images), config_(config), workers_(workers) {
  module_->initialize(config.seed);
  optimiser_ = std::make_unique<optim::Adam>(module_->parameters(),
                                             optim::AdamOptions{.learning_rate = config.learning_rate});
}

Result<ClassifierTrainer> ClassifierTrainer::create(Context& context, std::unique_ptr<nn::Module> module,
                                                    const data::LabelledImages& images,
                                                    const TrainingConfig& config, int64_t workers) {
  if (images.count < 1) return Error(ErrorCode::kConfig, "there are no images to train on");
  if (config.samples_per_shard < 1 || workers < 1) {
    return Error(ErrorCode::kConfig, "shards and workers must be at least 1");
  }
  ClassifierTrainer trainer(context, std::move(module), images, config, workers);
  IBID_ASSIGN(auto sampler,
              data::Sampler::create(
                  {.n_samples = images.count, .batch_size = config.batch_size, .seed = config.seed}));
  trainer.sampler_ = std::move(sampler);
  return trainer;
}

TapeOptions ClassifierTrainer::tape_options(int64_t first_sample, int64_t step_samples) const {
  TapeOptions options;
  options.shards = {config_.samples_per_shard, first_sample, step_samples};
  options.random = {config_.seed, static_cast<uint32_t>(n_steps_)};
  return options;
}

// --- one step ---

namespace {

int64_t count_correct(const Tensor& log_probabilities, const Tensor& labels) {
  const Tensor predicted = ops::arg_max(log_probabilities, 1);
  return ops::count_nonzero(ops::compare(ops::Comparison::kEqual, predicted, labels));
}

}  // namespace

ClassifierTrainer::Losses ClassifierTrainer::losses_of(Tape& tape, std::span<const uint32_t> part,
                                                       StepResult& result) {
  const Variable x = tape.batch(image_tensor(*images_, part, config_.scaling));
  const Variable log_probabilities = module_->forward(tape, x);
  const Tensor labels = label_tensor(*images_, part);
  Losses losses;
  losses.samples = losses.total = ops::nll_loss(tape, log_probabilities, labels);
  if (penalty_) {
    losses.penalty = penalty_(tape);
    if (losses.penalty.batched() || losses.penalty.value().n_elements() != 1) {
      throw ArgumentError("the penalty of a training must be one value made from parameters alone; it is " +
                          losses.penalty.value().describe());
    }
    losses.total = ops::add(tape, losses.samples, losses.penalty);
  }
  result.n_correct += count_correct(log_probabilities.value(), labels);
  return losses;
}

void ClassifierTrainer::gradients_of(std::span<const uint32_t> batch, StepResult& result) {
  Tape tape(*context_, tape_options(0, static_cast<int64_t>(batch.size())));
  const Losses losses = losses_of(tape, batch, result);
  result.loss = static_cast<float>(losses.total.value().item());
  tape.backward(losses.total);
}

namespace {

// One parameter's gradient as it arrives from the workers, in shard order.
class GradientCollector {
 public:
  explicit GradientCollector(Context& context) : context_(&context), tree_(context) {}

  // What one worker has of it: one gradient per shard, which it ships as aligned subtrees, and the part
  // without samples, which is the same in every worker.
  void collect(Parameter& parameter, const Tensor& shards, int64_t first_shard) {
    without_samples_ = std::move(parameter.gradient);
    parameter.gradient = Tensor();
    if (!shards.defined()) return;
    // Shards that did not use the parameter count as +0 (section 6.1); behind the last one they are left out.
    for (; next_shard_ < first_shard; ++next_shard_) {
      tree_.push({0, next_shard_, Tensor::zeros(parameter.value.shape(), parameter.value.dtype())});
    }
    autograd::SubtreeBuilder own(*context_);
    own.push_shards(shards, first_shard);
    for (autograd::Subtree& shipped : own.take()) tree_.push(std::move(shipped));
    next_shard_ += shards.size(0);
  }

  // The root of the tree, and the part without samples added to it once.
  Tensor finish() {
    Tensor gradient = tree_.collapse();
    if (!without_samples_.defined()) return gradient;
    if (!gradient.defined()) return without_samples_;
    return autograd::add_into(*context_, std::move(gradient), without_samples_);
  }

 private:
  Context* context_;
  autograd::SubtreeBuilder tree_;
  int64_t next_shard_ = 0;
  Tensor without_samples_;
};

}  // namespace

// Each worker takes a run of the step's shards, computes their gradients and ships aligned subtrees; together
// they grow into the one tree. Losses travel as one binary64 sum per shard.
void ClassifierTrainer::gradients_by_workers(std::span<const uint32_t> batch, StepResult& result) {
  const int64_t n = static_cast<int64_t>(batch.size()), per_shard = config_.samples_per_shard;
  const int64_t n_shards = (n + per_shard - 1) / per_shard;
  const std::vector<Parameter*> parameters = module_->parameters();
  std::vector<GradientCollector> collectors(parameters.size(), GradientCollector(*context_));
  std::vector<double> loss_shards;
  Tensor penalty;
  for (int64_t worker = 0; worker < workers_; ++worker) {
    const int64_t first_shard = n_shards * worker / workers_, end_shard = n_shards * (worker + 1) / workers_;
    if (first_shard == end_shard) continue;  // more workers than shards: this one idles
    const int64_t first = first_shard * per_shard, end = std::min(n, end_shard * per_shard);
    const auto part = batch.subspan(static_cast<size_t>(first), static_cast<size_t>(end - first));
    Tape tape(*context_, tape_options(first, n));
    tape.set_fold_shards(false);
    const Losses losses = losses_of(tape, part, result);
    tape.backward(losses.total);
    const std::vector<double>& own_loss = tape.loss_shards(losses.samples);
    loss_shards.insert(loss_shards.end(), own_loss.begin(), own_loss.end());
    penalty = losses.penalty.value();
    for (size_t i = 0; i < parameters.size(); ++i) {
      collectors[i].collect(*parameters[i], tape.shard_gradients(*parameters[i]), first_shard);
    }
  }
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i]->gradient = collectors[i].finish();
  result.loss = static_cast<float>(autograd::fold_tree(std::move(loss_shards)) / static_cast<double>(n));
  if (penalty.defined()) result.loss = result.loss + static_cast<float>(penalty.item());
}

Result<std::optional<StepResult>> ClassifierTrainer::step() {
  if (sampler_->state().epoch >= config_.epochs) return std::optional<StepResult>();
  std::span<const uint32_t> batch = sampler_->next_batch();
  if (batch.empty()) {
    if (sampler_->state().epoch + 1 >= config_.epochs) return std::optional<StepResult>();
    IBID_TRY(sampler_->start_next_epoch());
    batch = sampler_->next_batch();
  }
  StepResult result;
  result.step = n_steps_;
  result.epoch = sampler_->state().epoch;
  result.n_samples = static_cast<int64_t>(batch.size());
  double rate = config_.learning_rate;
  for (int64_t epoch = 0; epoch < result.epoch; ++epoch) rate = rate * config_.learning_rate_decay;
  optimiser_->set_learning_rate(rate);
  optimiser_->clear_gradients();
  if (workers_ == 1) {
    gradients_of(batch, result);
  } else {
    gradients_by_workers(batch, result);
  }
  optimiser_->step(*context_);
  ++n_steps_;
  return std::optional(result);
}

// --- evaluation ---

Evaluation ClassifierTrainer::evaluate(const data::LabelledImages& images, int64_t limit,
                                       int64_t batch_size) {
  Evaluation evaluation;
  evaluation.n_samples = std::min(limit, images.count);
  std::vector<uint32_t> indices(static_cast<size_t>(evaluation.n_samples));
  std::iota(indices.begin(), indices.end(), 0u);
  std::vector<float> losses;
  for (int64_t begin = 0; begin < evaluation.n_samples; begin += batch_size) {
    const int64_t size = std::min(batch_size, evaluation.n_samples - begin);
    const auto part =
        std::span<const uint32_t>(indices).subspan(static_cast<size_t>(begin), static_cast<size_t>(size));
    TapeOptions options;
    options.training = false;
    options.record_gradients = false;
    Tape tape(*context_, options);
    const Tensor log_probabilities =
        module_->forward(tape, tape.batch(image_tensor(images, part, config_.scaling))).value().dense();
    if (!evaluation.log_probabilities.defined()) {
      evaluation.log_probabilities =
          Tensor::empty({evaluation.n_samples, log_probabilities.size(1)}, DType::kF32);
    }
    evaluation.log_probabilities.slice(0, begin, begin + size).copy_from(log_probabilities);
    const Tensor predicted = ops::arg_max(log_probabilities, 1);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t label = images.labels[part[static_cast<size_t>(i)]];
      if (predicted.data<int64_t>()[i] == label) ++evaluation.n_correct;
      losses.push_back(-log_probabilities.data<float>()[i * log_probabilities.size(1) + label]);
    }
  }
  double sum = 0.0;
  kernels::ReduceRowsArgs<float> args;
  args.rows = 1;
  args.cols = evaluation.n_samples;
  args.a = losses.data();
  args.sums = &sum;
  context_->kernels().f32.reduce_rows(args, context_->executor());
  evaluation.loss = static_cast<float>(sum / static_cast<double>(evaluation.n_samples));
  return evaluation;
}

// --- state ---

nn::StateDict ClassifierTrainer::gradients() const {
  nn::StateDict gradients;
  for (const Parameter* parameter : module_->parameters()) {
    if (parameter->gradient.defined()) gradients.emplace_back(parameter->name, parameter->gradient);
  }
  return gradients;
}

namespace {

constexpr const char* kModelPrefix = "model.";
constexpr const char* kOptimiserPrefix = "optimiser.";
constexpr const char* kProgress = "progress";  // epoch, position in it, steps taken

void append(nn::StateDict& to, const std::string& prefix, const nn::StateDict& from) {
  for (const auto& [name, tensor] : from) to.emplace_back(prefix + name, tensor);
}

nn::StateDict with_prefix(const nn::StateDict& state, const std::string& prefix) {
  nn::StateDict result;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) result.emplace_back(name.substr(prefix.size()), tensor);
  }
  return result;
}

}  // namespace

nn::StateDict ClassifierTrainer::state() const {
  nn::StateDict state;
  append(state, kModelPrefix, module_->state_dict());
  append(state, kOptimiserPrefix, optimiser_->state());
  state.emplace_back(kProgress, Tensor::from_values<int64_t>(
                                    {3}, {sampler_->state().epoch, sampler_->state().position, n_steps_}));
  return state;
}

Result<void> ClassifierTrainer::load_state(const nn::StateDict& state) {
  const auto progress =
      std::find_if(state.begin(), state.end(), [](const auto& e) { return e.first == kProgress; });
  if (progress == state.end() || progress->second.dtype() != DType::kI64 ||
      progress->second.shape() != Shape{3}) {
    return Error(ErrorCode::kMalformed, "the checkpoint does not say how far the training had come");
  }
  const std::vector<int64_t> at = progress->second.to_vector<int64_t>();
  IBID_ASSIGN(auto sampler,
              data::Sampler::resume(
                  {.n_samples = images_->count, .batch_size = config_.batch_size, .seed = config_.seed},
                  {.seed = config_.seed, .epoch = at[0], .position = at[1]}));
  try {
    optimiser_->load_state(with_prefix(state, kOptimiserPrefix));
    module_->load_state_dict(with_prefix(state, kModelPrefix));
  } catch (const TensorError& error) {
    return Error(ErrorCode::kMalformed,
                 std::string("the checkpoint does not fit this model: ") + error.what());
  }
  sampler_ = std::move(sampler);
  n_steps_ = at[2];
  return {};
}

}  // namespace ibid::models
