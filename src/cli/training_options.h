#pragma once

#include <vector>

#include "cli/command.h"
#include "cli/invocation.h"
#include "verify/training_run.h"

namespace ibid::cli {

// The options that define a training, shared by `train` and `verify train`.
std::vector<OptionSpec> training_options();

// Their values. Errors: config, naming the option.
Result<verify::TrainingRunOptions> read_training_options(const Invocation& invocation);

// Real MNIST from `folder` or the usual places; else, unless a folder was named, the made digits, drawn now if need be.
// `note` receives a sentence that says which.
struct LoadedData {
  data::DigitImages images;
  std::string name;
};
Result<LoadedData> load_training_data(const std::optional<std::string>& folder, const std::string& wanted,
                                      std::string& note);

// A list like "1,2,4". Errors: usage.
Result<std::vector<int64_t>> parse_integer_list(std::string_view option, std::string_view text);

}  // namespace ibid::cli
