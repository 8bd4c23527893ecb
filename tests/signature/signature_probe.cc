// Trains the digit classifier for two steps on drawn digits and prints one digest of its weights, gradients,
// losses and predictions. tests/signature/expected.txt holds the digest that every build on every machine
// must print.
//
//   signature_probe [ISA [THREADS [WORKERS]]]

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "data/digits.h"
#include "ibid/errors.h"
#include "ibid/io/digest.h"
#include "models/mnist_cnn/mnist_cnn.h"
#include "models/training/classifier_trainer.h"

namespace ibid {
namespace {

// Two steps of 20 samples (shards of 8, 8 and 4), because every step costs seconds on an emulated processor.
Result<Digest128> probe(const ContextOptions& machine, int64_t workers) {
  IBID_ASSIGN(const data::LabelledImages train, data::draw_digits(data::DigitsPart::kTrain, 40, 1));
  IBID_ASSIGN(const data::LabelledImages test, data::draw_digits(data::DigitsPart::kTest, 10, 1));
  models::TrainingConfig config;
  config.epochs = 1;
  config.batch_size = 20;
  config.samples_per_shard = 8;
  config.scaling = {0.1307, 0.3081};
  Context context(machine);
  IBID_ASSIGN(auto trainer, models::ClassifierTrainer::create(context, std::make_unique<models::MnistCnn>(),
                                                              train, config, workers));
  io::NamedDigests digests;
  for (;;) {
    IBID_ASSIGN(const auto step, trainer.step());
    if (!step) break;
    const std::string prefix = "step" + std::to_string(step->step) + ".";
    digests.emplace_back(prefix + "loss", io::tensor_digest(Tensor::from_values<float>({}, {step->loss})));
    for (const auto& [name, tensor] : trainer.gradients()) {
      digests.emplace_back(prefix + "gradients." + name, io::tensor_digest(tensor));
    }
  }
  for (const auto& [name, tensor] : trainer.state()) digests.emplace_back(name, io::tensor_digest(tensor));
  digests.emplace_back("predictions",
                       io::tensor_digest(trainer.evaluate(test, test.count).log_probabilities));
  return io::tree_digest(digests);
}

}  // namespace
}  // namespace ibid

int main(int argc, char** argv) {
  ibid::ContextOptions machine;
  if (argc > 1) machine.isa = argv[1];
  if (argc > 2) machine.threads = std::atoi(argv[2]);
  const int64_t workers = argc > 3 ? std::atoi(argv[3]) : 1;
  try {
    const ibid::Result<ibid::Digest128> digest = ibid::probe(machine, workers);
    if (!digest.ok()) {
      std::fprintf(stderr, "%s\n", digest.error().to_string().c_str());
      return 3;
    }
    std::printf("%s\n", digest.value().hex().c_str());
    return 0;
  } catch (const ibid::DeviceError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 77;  // this machine cannot run that instruction set: skipped
  }
}
