#include <algorithm>
#include <array>
#include <cstdio>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/known_inputs.h"
#include "cli/recording_options.h"
#include "verify/recorded_run.h"

namespace ibid::cli {
namespace {

// As `env` and `timeout` have it: what the program itself does not use.
constexpr int kRecordFailed = 125, kCannotRun = 126, kNotFound = 127;

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
  if (!run.enforced.empty())
    text += "ibid: enforced: " + number_text(static_cast<int64_t>(run.enforced.size())) +
            " settings (seen.json lists them)\n";
  text += not_enforced_text(run.not_enforced, "ibid: ");
  for (const std::string& problem : run.problems) text += "ibid: not recorded: " + problem + "\n";
  return text;
}

// What a person edits between runs on purpose. The record has its source; a warning each time would only
// teach to overlook warnings.
bool is_edited(const platform::Path& path) {
  static constexpr std::array kKinds = {".py",  ".ipynb", ".sh",  ".toml", ".yaml",
                                        ".yml", ".cfg",   ".ini", ".md",   ".conf"};
  return std::find(kKinds.begin(), kKinds.end(), path.extension().string()) != kKinds.end();
}

// Inputs that another run met with another content.
Result<void> compare_inputs(const verify::RunFolder& folder, const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const Json files, folder.read_json("files.json"));
  std::vector<platform::Path> paths;
  for (const Json& file : files) {
    const platform::Path path = file.value("path", "");
    if (file.value("role", "") == "read" && file.contains("sha256") && !is_edited(path))
      paths.push_back(path);
  }
  const Result<std::vector<data::Input>> inputs = hash_inputs(paths);
  if (!inputs.ok()) {
    console.print_warning("inputs are neither compared nor remembered: " + inputs.error().message());
    return {};
  }
  warn_of_changed_inputs(inputs.value(), {.run = folder.path().string()}, invocation, console);
  return {};
}

// The system did not start it: the record is there and says so.
bool was_refused(const verify::RunFolder& folder) {
  const Result<Json> result = folder.read_json("result.json");
  return result.ok() && result.value().value("status", "") == "not started";
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(verify::RecordOptions options, read_recording_options(invocation));
  options.on_output = pass_on;
  if (const Result<void> program = check_program(options.command.front()); !program.ok()) {
    console.print_error(program.error());
    return program.error().code() == ErrorCode::kPermission ? kCannotRun : kNotFound;
  }
  const platform::Path path = record_path(invocation, "ibid-runs", options.command);
  IBID_ASSIGN(verify::RunFolder folder, verify::RunFolder::create(std::filesystem::absolute(path)));
  const Result<verify::RecordedRun> recorded = verify::record_run(options, folder);
  if (!recorded.ok()) {
    console.print_error(recorded.error());
    return was_refused(folder) ? kCannotRun : kRecordFailed;
  }
  IBID_TRY(compare_inputs(folder, invocation, console));
  if (!invocation.flag("quiet")) {
    const std::string text = summary(recorded.value(), path);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (options.enforcement.strict && !recorded.value().not_enforced.empty()) {
    console.print_error(verify::strict_error(recorded.value().not_enforced));
    return kRecordFailed;
  }
  return recorded.value().end.shell_status();
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = recording_options();
  options.push_back(known_inputs_option());
  options.push_back({.name = "quiet", .help = "print nothing besides what the program prints"});
  return options;
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
          "optimiser, loss and random generators after each step. The hook changes no number unless --seed "
          "or "
          "--deterministic asks it to, and tells of every setting it changes. The record "
          "is valid at any moment: until the program has ended it says that it is unfinished. Once the "
          "program runs, its exit status "
          "is that of ibid, or 128 and the number of the signal that ended it.",
      .arguments = {{.name = "COMMAND",
                     .help = "the program and its arguments",
                     .repeatable = true,
                     .verbatim = true}},
      .options = options(),
      .examples = {{"ibid run -- python3 train.py --epochs 3", "record a training"},
                   {"ibid run --deterministic -- python3 train.py", "and hold still what can be held still"},
                   {"ibid run --metric 'loss=loss: ([0-9.]+)' -- ./train.sh", "any program; read a metric"}},
      .exit_statuses = {{125, "the record could not be written, or with --strict not everything be enforced"},
                        {126, "the program may not be run"},
                        {127, "there is no such program"}},
      .run = run,
  };
}

}  // namespace ibid::cli
