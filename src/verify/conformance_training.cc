// What surrounds the operations in a training: shards, optimisers, clipping, schedules, random numbers.

#include "base/random_stream.h"
#include "engine/autograd/shards.h"
#include "engine/autograd/subtrees.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/random_key.h"
#include "ibid/errors.h"
#include "ibid/nn/module.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/reduce.h"
#include "ibid/optim.h"
#include "verify/conformance_call.h"

namespace ibid::verify {
namespace {

using Call = ConformanceCall;

// Takes one step for every slice g[0], g[1], ... of the gradients; outputs the parameter and the state.
void optimise(Call& c,
              const std::function<std::unique_ptr<optim::Optimizer>(std::vector<Parameter*>)>& make) {
  Parameter parameter;
  parameter.name = "p";
  parameter.value = c.tensor("p");
  const Tensor gradients = c.tensor("g");
  const std::unique_ptr<optim::Optimizer> optimizer = make({&parameter});
  for (int64_t step = 0; step < gradients.size(0); ++step) {
    parameter.gradient = gradients.select(0, step).clone();
    optimizer->step(c.context());
  }
  c.output("p", parameter.value);
  for (const auto& [name, tensor] : optimizer->state()) c.output("state." + name, tensor);
}

void sgd(Call& c) {
  const optim::SgdOptions options{c.number("learning_rate", 0.01), c.number("momentum", 0.0),
                                  c.number("dampening", 0.0), c.number("weight_decay", 0.0),
                                  c.integer("nesterov", 0) != 0};
  optimise(c, [&](std::vector<Parameter*> parameters) {
    return std::make_unique<optim::Sgd>(std::move(parameters), options);
  });
}

void adam(Call& c) {
  optim::AdamOptions options;
  options.learning_rate = c.number("learning_rate", 1e-3);
  options.beta1 = c.number("beta1", 0.9);
  options.beta2 = c.number("beta2", 0.999);
  options.epsilon = c.number("epsilon", 1e-8);
  options.weight_decay = c.number("weight_decay", 0.0);
  options.decoupled_decay = c.integer("decoupled_decay", 0) != 0;
  options.amsgrad = c.integer("amsgrad", 0) != 0;
  optimise(c, [&](std::vector<Parameter*> parameters) {
    return std::make_unique<optim::Adam>(std::move(parameters), options);
  });
}

void output_clipped(Call& c, const std::function<void(const std::vector<Parameter*>&)>& clip) {
  Parameter a, b;
  a.gradient = c.tensor("a");
  std::vector<Parameter*> all{&a};
  if (c.has("b")) {
    b.gradient = c.tensor("b");
    all.push_back(&b);
  }
  clip(all);
  c.output("a", a.gradient);
  if (c.has("b")) c.output("b", b.gradient);
}

void clip_norm(Call& c) {
  output_clipped(c, [&](const std::vector<Parameter*>& parameters) {
    const double norm = optim::clip_gradient_norm(c.context(), parameters, c.number("max_norm", 1.0));
    c.output("norm", Tensor::scalar(norm, DType::kF64));
  });
}

void clip_values(Call& c) {
  output_clipped(c, [&](const std::vector<Parameter*>& parameters) {
    optim::clip_gradient_values(parameters, c.number("limit", 1.0));
  });
}

void output_rates(Call& c, const std::function<double(int64_t)>& rate) {
  std::vector<double> rates;
  for (int64_t step = 0; step < c.integer("steps", 10); ++step) rates.push_back(rate(step));
  c.output("y", Tensor::from_values<double>({static_cast<int64_t>(rates.size())}, rates));
}

void step_schedule(Call& c) {
  const optim::StepSchedule schedule(c.number("initial", 0.1), c.list("milestones", {}),
                                     c.number("gamma", 0.1));
  output_rates(c, [&](int64_t step) { return schedule.at(step); });
}

void cosine_schedule(Call& c) {
  const optim::CosineSchedule schedule(c.number("high", 0.1), c.number("low", 0.0), c.integer("period", 10));
  output_rates(c, [&](int64_t step) { return schedule.at(step); });
}

// The rate after each of the metrics.
void plateau_schedule(Call& c) {
  optim::PlateauOptions options;
  options.factor = c.number("factor", 0.1);
  options.patience = c.integer("patience", 10);
  options.threshold = c.number("threshold", 1e-4);
  options.cooldown = c.integer("cooldown", 0);
  options.minimum = c.number("minimum", 0.0);
  options.larger_is_better = c.integer("larger_is_better", 0) != 0;
  optim::PlateauSchedule schedule(c.number("initial", 0.1), options);
  const std::vector<double> metrics = c.tensor("metrics").to_vector<double>();
  std::vector<double> rates;
  for (double metric : metrics) {
    schedule.observe(metric);
    rates.push_back(schedule.rate());
  }
  c.output("y", Tensor::from_values<double>({static_cast<int64_t>(rates.size())}, rates));
}

// --- the order of gradients (section 12) ---

// y = (x × w) × w ..., as often as `uses` says, in `passes` passes whose gradients add up.
void repeated_product(Call& c) {
  Parameter w;
  w.value = c.tensor("w");
  TapeOptions options;
  options.shards.samples_per_shard = c.integer("samples_per_shard", 1 << 20);
  for (int64_t pass = 0; pass < c.integer("passes", 1); ++pass) {
    Tape tape(c.context(), options);
    const Variable x = tape.batch(c.tensor("x"), true);
    Variable y = x;
    for (int64_t use = 0; use < c.integer("uses", 2); ++use) y = ops::mul(tape, y, tape.parameter(w));
    tape.backward(ops::sum(tape, ops::mul(tape, y, tape.constant(c.tensor("dy")))));
    if (pass > 0) continue;
    c.output("y", y.value());
    c.output("dx", tape.gradient(x));
  }
  c.output("dw", w.gradient);
}

// --- the tree over shards ---

void shard_tree(Call& c) {
  const Tensor shards = c.tensor("x");
  const int64_t n = shards.size(0), workers = c.integer("workers", 1);
  if (workers == 1) {
    c.output("y", autograd::fold_shards(c.context(), shards));
    return;
  }
  autograd::SubtreeBuilder all(c.context());
  for (int64_t worker = 0; worker < workers; ++worker) {
    const int64_t begin = n * worker / workers, end = n * (worker + 1) / workers;
    autograd::SubtreeBuilder own(c.context());
    own.push_shards(shards.slice(0, begin, end), begin);
    for (autograd::Subtree& subtree : own.take()) all.push(std::move(subtree));
  }
  c.output("y", all.collapse());
}

void binary64_tree(Call& c) {
  c.output("y", Tensor::scalar(autograd::fold_tree(c.tensor("x").to_vector<double>()), DType::kF64));
}

// --- random numbers ---

kernels::RandomKey key_of(const Call& c) {
  return {static_cast<uint64_t>(c.integer("seed", 0)), static_cast<uint32_t>(c.integer("step", 0)),
          static_cast<uint32_t>(c.integer("layer", 0)), static_cast<uint32_t>(c.integer("call", 0)),
          static_cast<RandomPurpose>(c.integer("purpose", 7))};
}

void fill(Call& c, kernels::RandomFillFunction function, double offset, double scale) {
  Tensor y = Tensor::empty({c.integer("size", 1)}, DType::kF32);
  kernels::RandomFillArgs args;
  args.stream = kernels::philox_stream(key_of(c));
  args.first = static_cast<uint64_t>(c.integer("first", 0));
  args.offset = static_cast<float>(offset);
  args.scale = static_cast<float>(scale);
  args.size = y.n_elements();
  args.y = y.data<float>();
  function(args, c.context().executor());
  c.output("y", y);
}

void uniform(Call& c) {
  const double low = c.number("low", 0.0), high = c.number("high", 1.0);
  fill(c, c.context().kernels().uniform, low, high - low);
}

void normal(Call& c) {
  fill(c, c.context().kernels().normal, c.number("mean", 0.0), c.number("deviation", 1.0));
}

// The two numbers of an initialiser: bounds, or mean and deviation.
void initializer(Call& c) {
  using nn::Initializer;
  const std::string kind = c.text("kind").value_or("torch_default");
  const int64_t fan_in = c.integer("fan_in", 1), fan_out = c.integer("fan_out", 1);
  const double slope = c.number("negative_slope", 0.0), gain = c.number("gain", 1.0);
  Initializer result = Initializer::torch_default(fan_in);
  if (kind == "kaiming_uniform") result = Initializer::kaiming_uniform(fan_in, slope);
  if (kind == "kaiming_normal") result = Initializer::kaiming_normal(fan_in, slope);
  if (kind == "xavier_uniform") result = Initializer::xavier_uniform(fan_in, fan_out, gain);
  if (kind == "xavier_normal") result = Initializer::xavier_normal(fan_in, fan_out, gain);
  c.output("y", Tensor::from_values<double>({2}, {result.a, result.b}));
}

RandomStream stream_of(const Call& c) {
  auto stream = RandomStream::create(static_cast<uint64_t>(c.integer("seed", 0)),
                                     {static_cast<RandomPurpose>(c.integer("purpose", 4)),
                                      c.integer("step", 0), c.integer("layer", 0), c.integer("call", 0)});
  if (!stream.ok()) throw ArgumentError(stream.error().to_string());
  return std::move(stream).value();
}

void words(Call& c) {
  RandomStream stream = stream_of(c);
  stream.seek(c.integer("first", 0));
  std::vector<int64_t> values;
  for (int64_t i = 0; i < c.integer("size", 1); ++i) values.push_back(stream.next_u32());
  c.output("y", Tensor::from_values<int64_t>({static_cast<int64_t>(values.size())}, values));
}

void permutation(Call& c) {
  const auto order = random_permutation(stream_of(c), c.integer("size", 1));
  if (!order.ok()) throw ArgumentError(order.error().to_string());
  const std::vector<int64_t> values(order.value().begin(), order.value().end());
  c.output("y", Tensor::from_values<int64_t>({static_cast<int64_t>(values.size())}, values));
}

constexpr ConformanceOperation kOperations[] = {
    {"sgd", sgd},
    {"adam", adam},
    {"clip_gradient_norm", clip_norm},
    {"clip_gradient_values", clip_values},
    {"step_schedule", step_schedule},
    {"cosine_schedule", cosine_schedule},
    {"plateau_schedule", plateau_schedule},
    {"repeated_product", repeated_product},
    {"shard_tree", shard_tree},
    {"binary64_tree", binary64_tree},
    {"random_words", words},
    {"random_permutation", permutation},
    {"random_uniform", uniform},
    {"random_normal", normal},
    {"initializer", initializer},
};

}  // namespace

std::span<const ConformanceOperation> training_operations() { return kOperations; }

}  // namespace ibid::verify
