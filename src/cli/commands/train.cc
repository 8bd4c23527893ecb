#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/known_inputs.h"
#include "cli/training_options.h"
#include "cli/training_progress.h"
#include "engine/kernels/isa.h"
#include "platform/clock.h"
#include "platform/machine.h"
#include "verify/run_folder.h"
#include "verify/training_run.h"

namespace ibid::cli {
namespace {

// The run this command starts or goes on with.
struct Plan {
  verify::TrainingRunOptions options;
  verify::RunFolder folder;
  LoadedData data;
  bool resume;
};

Result<Plan> plan_new_run(const Invocation& invocation, std::string& note) {
  IBID_ASSIGN(verify::TrainingRunOptions options, read_training_options(invocation));
  options.digest_every = *invocation.integer("digest-every");
  options.checkpoint_every = *invocation.integer("checkpoint-every");
  IBID_ASSIGN(LoadedData data,
              load_training_data(invocation.text("data-dir"), *invocation.text("data"), note));
  const std::optional<std::string> output = invocation.text("output");
  const platform::Path path = output
                                  ? platform::Path(*output)
                                  : verify::RunFolder::free_path("ibid-runs", *invocation.argument("MODEL"));
  IBID_ASSIGN(verify::RunFolder folder, verify::RunFolder::create(path));
  IBID_TRY(folder.write_json("run.json", verify::config_json({data.name, &data.images}, options)));
  return Plan{std::move(options), std::move(folder), std::move(data), false};
}

Result<Plan> plan_resumed_run(const Invocation& invocation, const std::string& path, std::string& note) {
  IBID_ASSIGN(verify::RunFolder folder, verify::RunFolder::open(path));
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  IBID_ASSIGN(verify::TrainingRunOptions options,
              verify::options_from_json(run, folder.file("run.json").string()));
  const Json& recorded = run.value("data", Json::object());
  IBID_ASSIGN(LoadedData data,
              load_training_data(invocation.text("data-dir"), recorded.value("name", "auto"), note));
  if (recorded.value("sha256", Json()) != Json(data.images.sha256)) {
    return Error(ErrorCode::kDigestMismatch,
                 "the data in " + data.images.folder.string() + " is not the data this run was started with",
                 "point --data-dir at the original files; run.json has their SHA-256");
  }
  return Plan{std::move(options), std::move(folder), std::move(data), true};
}

// What is wrong with the register of inputs, or cannot be hashed for it, stops no training.
void compare_inputs(const Plan& plan, const Invocation& invocation, Console& console) {
  const Result<std::vector<data::Input>> inputs = hash_inputs(data::digit_files(plan.data.images.folder));
  if (!inputs.ok()) {
    console.print_warning("inputs are not compared: " + inputs.error().to_string());
    return;
  }
  const std::string run = data::input_key(plan.folder.path());
  warn_of_changed_inputs(inputs.value(), {.run = run}, invocation, console);
}

Json outcome_json(const Plan& plan, const verify::TrainingOutcome& outcome) {
  return {{"run", plan.folder.path().string()},
          {"model", "mnist-cnn"},
          {"data", plan.data.name},
          {"steps", outcome.n_steps},
          {"signature", outcome.signature.hex()},
          {"test_accuracy", outcome.evaluation.accuracy()},
          {"test_loss", outcome.evaluation.loss},
          {"train_loss", outcome.train_loss},
          {"seconds", outcome.seconds}};
}

Result<int> run(const Invocation& invocation, Console& console) {
  const bool json = invocation.flag("json");
  std::string note;
  const std::optional<std::string> resumed = invocation.text("resume");
  IBID_ASSIGN(Plan plan,
              resumed ? plan_resumed_run(invocation, *resumed, note) : plan_new_run(invocation, note));
  plan.options.machine.threads =
      static_cast<int32_t>(invocation.integer("threads").value_or(platform::default_thread_count()));
  plan.options.machine.isa = invocation.text("isa").value_or("");
  plan.options.workers = *invocation.integer("workers");
  IBID_TRY(plan.folder.write_json("machine.json",
                                  verify::machine_json(plan.options.machine, plan.options.workers)));
  if (!json) console.print(note + "\nrun:  " + plan.folder.path().string() + "\n");
  if (!json && !kernels::has_hardware_fma()) {
    console.print(
        "note: this processor has no fused multiply-add: ibid computes it in software, to the same bits and "
        "many times slower\n");
  }
  compare_inputs(plan, invocation, console);
  TrainingProgressDisplay display(console, json);
  plan.options.progress = [&](const verify::TrainingProgress& progress) { display.show(progress); };

  IBID_ASSIGN(
      const verify::TrainingOutcome outcome,
      verify::run_training({plan.data.name, &plan.data.images}, plan.options, &plan.folder, plan.resume));
  if (!outcome.finished) {
    return Error(ErrorCode::kInterrupted,
                 "stopped after step " + number_text(outcome.n_steps) + "; nothing is lost",
                 "go on with: ibid train " + *invocation.argument("MODEL") + " --resume " +
                     plan.folder.path().string());
  }
  if (json) {
    console.print(json_text(outcome_json(plan, outcome)));
    return 0;
  }
  console.print("test accuracy " + fixed_text(100.0 * outcome.evaluation.accuracy(), 2) + " %, " +
                number_text(outcome.n_steps) + " steps in " + format_duration(outcome.seconds) + "\n");
  console.print("signature     " + console.styled(Style::kBold, outcome.signature.hex()) + "\n");
  return 0;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = training_options();
  const auto integer = [&](std::string_view name, std::string_view default_value, std::string_view help,
                           int64_t least) {
    options.push_back({.name = name,
                       .type = OptionType::kInteger,
                       .value_name = "N",
                       .default_value = default_value,
                       .help = help,
                       .least = least});
  };
  integer("threads", {}, "threads; by default the cores this process may use. No influence on results", 1);
  options.push_back({.name = "isa",
                     .type = OptionType::kText,
                     .value_name = "NAME",
                     .choices = {"scalar", "avx2", "avx512", "neon"},
                     .help = "instruction set; by default the fastest. No influence on results"});
  options.push_back({.name = "device",
                     .type = OptionType::kText,
                     .value_name = "NAME",
                     .default_value = "cpu",
                     .choices = {"cpu"},
                     .help = "where to compute; this build has the CPU"});
  integer("workers", "1", "data-parallel workers, one after another in this process. No influence on results",
          1);
  integer("digest-every", "10", "steps between digests of parameters, gradients and optimiser; 0 for none",
          0);
  integer("checkpoint-every", "500", "steps between checkpoints; 0 for the end only", 0);
  options.push_back({.name = "output",
                     .type = OptionType::kPath,
                     .value_name = "DIR",
                     .help = "the run's folder; by default ibid-runs/MODEL-N"});
  options.push_back({.name = "resume",
                     .type = OptionType::kPath,
                     .value_name = "DIR",
                     .help = "go on with the run in this folder, with its own configuration"});
  options.push_back(known_inputs_option());
  options.push_back({.name = "json", .help = "print one JSON object at the end and nothing else"});
  return options;
}

}  // namespace

CommandSpec train_command() {
  return {
      .name = "train",
      .summary = "train one of the bundled models",
      .description =
          "Trains a model and records the run: configuration, metrics, digests of every tensor, checkpoint, "
          "final "
          "weights and a signature over weights, predictions and metrics. The signature depends on the data "
          "and on the "
          "options that define the training, and on nothing else: not on threads, instruction set, workers, "
          "compiler "
          "or machine. Ctrl-C leaves a checkpoint; --resume goes on from it to the same final bits.",
      .arguments = {{.name = "MODEL", .help = "which model", .choices = {"mnist-cnn"}}},
      .options = options(),
      .examples = {{"ibid train mnist-cnn", "four epochs; about 99.1 % on MNIST's test images"},
                   {"ibid train mnist-cnn --steps 100 --test-samples 500 --json",
                    "a short trial, for scripts"},
                   {"ibid train mnist-cnn --resume ibid-runs/mnist-cnn-1",
                    "after Ctrl-C, a crash or a power failure"}},
      .run = run,
  };
}

}  // namespace ibid::cli
