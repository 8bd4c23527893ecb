#include "cli/recording_options.h"

#include "base/text.h"
#include "cli/invocation.h"
#include "platform/process.h"

namespace ibid::cli {

std::vector<OptionSpec> recording_options() {
  return {{.name = "output",
           .type = OptionType::kPath,
           .value_name = "DIR",
           .help = "the folder for what is recorded; by default a new one named after the script"},
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
          {.name = "keep-files",
           .type = OptionType::kText,
           .value_name = "SIZE",
           .default_value = "256MiB",
           .help = "keep copies of written files up to this size in the record (2 GiB in all); 0 for none"},
          {.name = "no-hook", .help = "do not look inside Python programs"}};
}

namespace {

Result<int64_t> read_keep_size(const std::string& text) {
  if (const auto size_bytes = parse_bytes(text)) return *size_bytes;
  return Error(ErrorCode::kUsage, "'--keep-files " + text + "' is no size",
               "write for example --keep-files 1GiB");
}

}  // namespace

Result<verify::RecordOptions> read_recording_options(const Invocation& invocation) {
  verify::RecordOptions options;
  options.command = invocation.arguments("COMMAND");
  options.folder = std::filesystem::current_path();
  options.digest_every = *invocation.integer("digest-every");
  options.max_output_bytes = *invocation.integer("max-output") << 20;
  IBID_ASSIGN(options.keep.file_bytes, read_keep_size(*invocation.text("keep-files")));
  options.metric_patterns = invocation.texts("metric");
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

Result<void> check_program(const std::string& program) {
  if (platform::find_program(program)) return {};
  return Error(ErrorCode::kNotFound, "there is no program '" + program + "'",
               "check the spelling, or give its path");
}

std::string run_name(const std::vector<std::string>& command) {
  for (size_t i = 1; i < command.size(); ++i) {
    const platform::Path path(command[i]);
    if (!command[i].starts_with("-") && path.extension() == ".py") return path.stem().string();
  }
  return platform::Path(command.front()).stem().string();
}

}  // namespace ibid::cli
