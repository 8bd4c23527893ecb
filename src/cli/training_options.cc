#include "cli/training_options.h"

#include "base/number_text.h"
#include "base/text.h"
#include "cli/data_locations.h"
#include "data/digits.h"

namespace ibid::cli {
namespace {

// Of MNIST's training images, as every recipe for this data set uses them.
constexpr double kMnistMean = 0.1307, kMnistDeviation = 0.3081;

OptionSpec integer_option(std::string_view name, std::string_view default_value, std::string_view help,
                          int64_t least) {
  return {.name = name,
          .type = OptionType::kInteger,
          .value_name = "N",
          .default_value = default_value,
          .help = help,
          .least = least};
}

}  // namespace

std::vector<OptionSpec> training_options() {
  return {
      integer_option("epochs", "4", "passes over the training images", 1),
      integer_option("steps", {}, "stop after this many optimiser steps", 1),
      integer_option("batch-size", "64", "samples per step", 1),
      integer_option("shard-size", {}, "samples per gradient shard; by default a quarter batch, at most 16",
                     1),
      {.name = "lr",
       .type = OptionType::kNumber,
       .value_name = "RATE",
       .default_value = "0.001",
       .help = "learning rate of Adam"},
      {.name = "lr-decay",
       .type = OptionType::kNumber,
       .value_name = "FACTOR",
       .default_value = "0.6",
       .help = "what the learning rate is multiplied by after each epoch"},
      integer_option("seed", "1", "seed of initial weights, order and dropout", 0),
      integer_option("test-samples", {}, "test on the first N images only", 1),
      {.name = "data",
       .type = OptionType::kText,
       .value_name = "NAME",
       .default_value = "auto",
       .choices = {"auto", "mnist", "digits"},
       .help = "which images; auto takes MNIST when it is found and otherwise the made digits"},
      {.name = "data-dir",
       .type = OptionType::kPath,
       .value_name = "DIR",
       .help = "folder with the four image files, instead of IBID_DATA_DIR and the cache"},
  };
}

Result<verify::TrainingRunOptions> read_training_options(const Invocation& invocation) {
  verify::TrainingRunOptions options;
  models::TrainingConfig& c = options.config;
  c.epochs = *invocation.integer("epochs");
  c.batch_size = *invocation.integer("batch-size");
  c.samples_per_shard =
      invocation.integer("shard-size").value_or(ShardPlan::default_samples_per_shard(c.batch_size));
  c.learning_rate = *invocation.number("lr");
  c.learning_rate_decay = *invocation.number("lr-decay");
  c.seed = static_cast<uint64_t>(*invocation.integer("seed"));
  c.scaling = {kMnistMean, kMnistDeviation};
  if (!(c.learning_rate >= 0) || !(c.learning_rate_decay >= 0)) {
    return Error(ErrorCode::kConfig, "--lr and --lr-decay must not be negative");
  }
  options.max_steps = invocation.integer("steps").value_or(options.max_steps);
  options.evaluation_limit = invocation.integer("test-samples").value_or(options.evaluation_limit);
  return options;
}

Result<LoadedData> load_training_data(const std::optional<std::string>& folder, const std::string& wanted,
                                      std::string& note) {
  if (wanted != "digits") {
    Result<data::DigitImages> mnist = data::load_mnist(data_locations(folder));
    if (mnist.ok()) {
      note = "data: MNIST from " + mnist.value().folder.string();
      return LoadedData{std::move(mnist).value(), "mnist"};
    }
    const bool absent = mnist.error().code() == ErrorCode::kNotFound;
    if (wanted == "mnist" || folder || !absent) return std::move(mnist).error();
  }
  IBID_ASSIGN(const platform::Path cache, data_target(folder, "digits"));
  Result<data::DigitImages> digits = data::load_digit_images(cache);
  if (!digits.ok() && digits.error().code() == ErrorCode::kNotFound && !folder) {
    IBID_TRY(data::make_digits(cache, {}));
    digits = data::load_digit_images(cache);
  }
  IBID_TRY(digits);
  note = "data: made digits from " + cache.string() +
         (wanted == "digits" ? "" : " (MNIST was not found; 'ibid data fetch mnist' gets it)");
  return LoadedData{std::move(digits).value(), "digits"};
}

Result<std::vector<int64_t>> parse_integer_list(std::string_view option, std::string_view text) {
  std::vector<int64_t> values;
  for (const std::string& part : split(text, ',')) {
    const auto value = parse_int64(part);
    if (!value || *value < 1 || *value > 1024) {
      return Error(ErrorCode::kUsage,
                   "--" + std::string(option) + " has '" + part + "', which is no number in 1 to 1024",
                   "separate the numbers by commas: --" + std::string(option) + " 1,2,4");
    }
    values.push_back(*value);
  }
  return values;
}

}  // namespace ibid::cli
