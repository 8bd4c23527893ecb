// One training step of the digit classifier, and the digests that a recorded run takes of it.
// bench/against_torch.py compares it with PyTorch.

#include <cstdio>
#include <memory>

#include "bench/serve.h"
#include "data/digits.h"
#include "ibid/io/digest.h"
#include "models/mnist_cnn/mnist_cnn.h"
#include "models/training/classifier_trainer.h"

namespace ibid::bench {
namespace {

struct Training {
  Training(int threads, const data::LabelledImages& images) : context({threads, ""}) {
    models::TrainingConfig config;
    config.epochs = 1000000;  // longer than any measurement
    config.learning_rate_decay = 1.0;
    config.scaling = {0.1307, 0.3081};
    auto created =
        models::ClassifierTrainer::create(context, std::make_unique<models::MnistCnn>(), images, config);
    trainer = std::make_unique<models::ClassifierTrainer>(std::move(created.value()));
  }

  void step() {
    if (!trainer->step().ok()) std::fprintf(stderr, "a step failed\n");
  }

  // What a run folder records of a step: every gradient, parameter and state of the optimiser.
  void digest() {
    io::NamedDigests digests;
    const auto add = [&](const std::string& prefix, const nn::StateDict& tensors) {
      for (const auto& [name, tensor] : tensors) {
        digests.emplace_back(prefix + name, io::tensor_digest(tensor));
      }
    };
    add("gradients.", trainer->gradients());
    add("parameters.", trainer->module().state_dict());
    add("optimiser.", trainer->optimiser_state());
    root = io::tree_digest(digests);
  }

  Context context;
  std::unique_ptr<models::ClassifierTrainer> trainer;
  Digest128 root;
};

int run(const Options& options) {
  constexpr int64_t kImages = 20 * 64;
  const auto images = data::draw_digits(data::DigitsPart::kTrain, kImages, 1);
  if (!images.ok()) {
    std::fprintf(stderr, "%s\n", images.error().to_string().c_str());
    return 3;
  }
  const auto training = [&] { return std::make_shared<Training>(options.threads, images.value()); };
  return run_cases({{"digit classifier, training step", [&] { return [t = training()] { t->step(); }; }},
                    {"digit classifier, digests of a step",
                     [&] {
                       auto t = training();
                       t->step();
                       return [t] { t->digest(); };
                     }}},
                   options);
}

}  // namespace
}  // namespace ibid::bench

int main(int argc, char** argv) { return ibid::bench::run(ibid::bench::parse_options(argc, argv)); }
