#include <cstdio>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "platform/process.h"
#include "verify/recorded_run.h"

namespace ibid::cli {
namespace {

// As `env` and `timeout` have it: what the program itself does not use.
constexpr int kRecordFailed = 125, kCannotRun = 126, kNotFound = 127;

// The script's name rather than the interpreter's.
std::string run_name(const std::vector<std::string>& command) {
  for (size_t i = 1; i < command.size(); ++i) {
    const platform::Path path(command[i]);
    if (!command[i].starts_with("-") && path.extension() == ".py") return path.stem().string();
  }
  return platform::Path(command.front()).stem().string();
}

void pass_on(platform::OutputStream stream, std::string_view text) {
  FILE* file = stream == platform::OutputStream::kOutput ? stdout : stderr;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

std::string summary(const verify::RecordedRun& run, const platform::Path& folder) {
  std::string text = "ibid: ";
  text += run.end.signal ? "ended by signal " + number_text(int64_t{*run.end.signal})
                         : "exit status " + number_text(int64_t{*run.end.exit_status});
  text += " after " + format_duration(run.end.seconds) + "; files read " + number_text(run.n_files_read) +
          ", written " + number_text(run.n_files_written) + "; metrics " + number_text(run.n_metrics) +
          "; digests " + number_text(run.n_digests) + "\nibid: recorded in " + folder.string() + "\n";
  for (const std::string& problem : run.problems) text += "ibid: not recorded: " + problem + "\n";
  return text;
}

Result<verify::RecordOptions> read_options(const Invocation& invocation) {
  verify::RecordOptions options;
  options.command = invocation.arguments("COMMAND");
  options.folder = std::filesystem::current_path();
  options.digest_every = *invocation.integer("digest-every");
  options.max_output_bytes = *invocation.integer("max-output") << 20;
  options.metric_patterns = invocation.texts("metric");
  options.on_output = pass_on;
  if (invocation.flag("no-hook")) {
    options.why_no_hook = "--no-hook was given";
    return options;
  }
  Result<verify::HookFiles> hook = verify::find_hook_files();
  if (hook.ok()) {
    options.hook = hook.value();
  } else {
    options.why_no_hook = hook.error().message();
  }
  return options;
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const verify::RecordOptions options, read_options(invocation));
  const std::string& program = options.command.front();
  if (!platform::find_program(program)) {
    console.print_error(Error(ErrorCode::kNotFound, "there is no program '" + program + "'",
                              "check the spelling, or give its path"));
    return kNotFound;
  }
  const platform::Path path = invocation.text("output").value_or(
      verify::RunFolder::free_path("ibid-runs", run_name(options.command)).string());
  IBID_ASSIGN(verify::RunFolder folder, verify::RunFolder::create(std::filesystem::absolute(path)));
  const Result<verify::RecordedRun> recorded = verify::record_run(options, folder);
  if (!recorded.ok()) {
    console.print_error(recorded.error());
    return recorded.error().code() == ErrorCode::kPermission ? kCannotRun : kRecordFailed;
  }
  if (!invocation.flag("quiet")) {
    const std::string text = summary(recorded.value(), path);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  return recorded.value().end.shell_status();
}

}  // namespace

CommandSpec run_command() {
  return {
      .name = "run",
      .summary = "run a program and record what it did",
      .description =
          "Runs a program unchanged, in the foreground, and keeps a record of it in a folder: the command, "
          "what it printed and when, how it ended, the machine and the software. Inside Python programs a "
          "hook also sees files read and written (with SHA-256), seeds and where they were set, switches "
          "for determinism, parameters, metrics, and for PyTorch digests of parameters, gradients, "
          "optimiser, loss and random generators after each step. The hook changes no number. The record "
          "is valid at any moment: until the program has ended it says that it is unfinished. Once the "
          "program runs, its exit status "
          "is that of ibid, or 128 and the number of the signal that ended it.",
      .arguments = {{.name = "COMMAND",
                     .help = "the program and its arguments",
                     .repeatable = true,
                     .verbatim = true}},
      .options = {{.name = "output",
                   .type = OptionType::kPath,
                   .value_name = "DIR",
                   .help = "the run's folder; by default ibid-runs/NAME-N, named after the script"},
                  {.name = "metric",
                   .type = OptionType::kText,
                   .value_name = "NAME=PATTERN",
                   .help = "a metric the program prints: a regular expression whose first group is the value",
                   .repeatable = true},
                  {.name = "digest-every",
                   .type = OptionType::kInteger,
                   .value_name = "N",
                   .default_value = "1",
                   .help = "optimiser steps between digests; 0 for none",
                   .least = 0},
                  {.name = "max-output",
                   .type = OptionType::kInteger,
                   .value_name = "MIB",
                   .default_value = "64",
                   .help = "how much of standard output and of standard error to keep, each",
                   .least = 0},
                  {.name = "no-hook", .help = "do not look inside Python programs"},
                  {.name = "quiet", .help = "print nothing besides what the program prints"}},
      .examples = {{"ibid run -- python3 train.py --epochs 3", "record a training"},
                   {"ibid run --metric 'loss=loss: ([0-9.]+)' -- ./train.sh", "any program; read a metric"}},
      .exit_statuses = {{125, "the record could not be written"},
                        {126, "the program may not be run"},
                        {127, "there is no such program"}},
      .run = run,
  };
}

}  // namespace ibid::cli
