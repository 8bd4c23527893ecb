#include "models/training/classifier_trainer.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "data/digits.h"
#include "ibid/io/digest.h"
#include "ibid/nn/layers.h"
#include "ibid/nn/norm_layers.h"
#include "ibid/ops/elementwise.h"
#include "ibid/ops/loss.h"
#include "ibid/ops/reduce.h"
#include "ibid/ops/shape.h"

namespace ibid::models {
namespace {

constexpr int64_t kPixels = 28 * 28;

// One layer, and something done to its output: nothing, or what mixes samples.
class Perceptron final : public nn::Module {
 public:
  enum class Extra { kNone, kBatchNorm, kMean, kLateParameter };

  explicit Perceptron(Extra extra = Extra::kNone)
      : extra_(extra),
        layer_(add_module("layer", std::make_unique<nn::Linear>(kPixels, 10))),
        norm_(add_module("norm", std::make_unique<nn::BatchNorm>(10))),
        shift_(add_parameter("shift", {10}, nn::Initializer::constant(0.5))) {
    add_parameter("unused", {2, 3}, nn::Initializer::uniform(-1, 1));
  }

  Variable forward(Tape& tape, const Variable& x) override {
    Variable h = layer_.forward(tape, ops::flatten(tape, x));
    if (extra_ == Extra::kBatchNorm) h = norm_.forward(tape, h);
    if (extra_ == Extra::kMean) h = ops::sub(tape, h, ops::mean(tape, h, {{0}}));
    if (extra_ == Extra::kLateParameter && tape.options().shards.first_sample > 0) {
      h = ops::add(tape, h, tape.parameter(shift_));
    }
    return ops::log_softmax(tape, h);
  }

  // On a parameter the samples reach and on one they do not.
  Variable penalty(Tape& tape) {
    Variable total;
    for (Parameter* parameter : parameters()) {
      if (parameter->name != "layer.weight" && parameter->name != "unused") continue;
      const Variable w = tape.parameter(*parameter);
      const Variable term = ops::mul_scalar(tape, ops::sum(tape, ops::mul(tape, w, w)), 0.01);
      total = total.value().defined() ? ops::add(tape, total, term) : term;
    }
    return total;
  }

 private:
  Extra extra_;
  nn::Linear& layer_;
  nn::BatchNorm& norm_;
  Parameter& shift_;
};

const data::LabelledImages& images() {
  static const data::LabelledImages drawn = data::draw_digits(data::DigitsPart::kTrain, 50, 1).value();
  return drawn;
}

TrainingConfig config() {
  TrainingConfig result;
  result.epochs = 1;
  result.batch_size = 22;  // shards of 4, 4, 4, 4, 4 and 2; in the last batch 4 and 2
  result.samples_per_shard = 4;
  return result;
}

struct Trained {
  std::vector<float> losses;
  io::NamedDigests digests;  // of the gradients after each step
};

Trained train(int64_t workers, bool with_penalty) {
  Context context;
  auto module = std::make_unique<Perceptron>();
  Perceptron& perceptron = *module;
  ClassifierTrainer trainer =
      ClassifierTrainer::create(context, std::move(module), images(), config(), workers).value();
  if (with_penalty) trainer.set_penalty([&](Tape& tape) { return perceptron.penalty(tape); });
  Trained result;
  while (const auto step = trainer.step().value()) {
    result.losses.push_back(step->loss);
    for (auto& [name, digest] : io::tensor_digests(trainer.gradients())) {
      result.digests.emplace_back(std::to_string(step->step) + "." + name, digest);
    }
  }
  result.digests.emplace_back("model", io::module_digest(trainer.module()));
  return result;
}

bool has(const io::NamedDigests& digests, const std::string& name) {
  return std::any_of(digests.begin(), digests.end(), [&](const auto& entry) { return entry.first == name; });
}

TEST_CASE("several workers add a penalty once: loss, gradients and weights have the bits of one worker") {
  const Trained plain = train(1, false), one = train(1, true);
  REQUIRE(one.losses.size() == 3);
  CHECK(one.losses[0] > plain.losses[0]);
  CHECK(has(one.digests, "0.unused"));
  CHECK_FALSE(has(plain.digests, "0.unused"));
  CHECK(one.digests != plain.digests);
  for (int64_t workers = 2; workers <= 7; ++workers) {
    CAPTURE(workers);
    const Trained several = train(workers, true);
    CHECK(several.losses == one.losses);
    CHECK(several.digests == one.digests);
    CHECK(train(workers, false).digests == plain.digests);
  }
}

TEST_CASE("a parameter that only later shards use has a gradient all the same") {
  Context context;
  ClassifierTrainer trainer =
      ClassifierTrainer::create(context, std::make_unique<Perceptron>(Perceptron::Extra::kLateParameter),
                                images(), config(), 3)
          .value();
  REQUIRE(trainer.step().value().has_value());
  const nn::StateDict gradients = trainer.gradients();
  const auto shift =
      std::find_if(gradients.begin(), gradients.end(), [](const auto& g) { return g.first == "shift"; });
  REQUIRE(shift != gradients.end());
  CHECK_FALSE(shift->second.same_bits(Tensor::zeros({10}, DType::kF32)));
}

TEST_CASE("a module that mixes samples trains with one worker and is refused with several, by name") {
  const std::pair<Perceptron::Extra, const char*> cases[] = {
      {Perceptron::Extra::kBatchNorm, "batch_norm needs"}, {Perceptron::Extra::kMean, "mean needs"}};
  for (const auto& [kind, message] : cases) {
    CAPTURE(message);
    Context context;
    const auto trainer_with = [&, extra = kind](int64_t workers) {
      return ClassifierTrainer::create(context, std::make_unique<Perceptron>(extra), images(), config(),
                                       workers)
          .value();
    };
    ClassifierTrainer alone = trainer_with(1);
    CHECK(alone.step().value().has_value());
    ClassifierTrainer several = trainer_with(2);
    const Digest128 before = io::module_digest(several.module());
    CHECK_THROWS_WITH_AS((void)several.step(), doctest::Contains(message), ArgumentError);
    CHECK(io::module_digest(several.module()) == before);
  }
}

TEST_CASE("a penalty made from samples is refused") {
  Context context;
  ClassifierTrainer trainer =
      ClassifierTrainer::create(context, std::make_unique<Perceptron>(), images(), config()).value();
  trainer.set_penalty([](Tape& tape) { return tape.batch(Tensor::zeros({22}, DType::kF32)); });
  CHECK_THROWS_WITH_AS((void)trainer.step(), doctest::Contains("parameters alone"), ArgumentError);
}

}  // namespace
}  // namespace ibid::models
