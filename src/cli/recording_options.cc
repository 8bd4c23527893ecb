#include "cli/recording_options.h"

#include "base/number_text.h"
#include "base/text.h"
#include "cli/invocation.h"
#include "platform/process.h"

namespace ibid::cli {
namespace {

Result<verify::Enforcement> read_enforcement(const Invocation& invocation) {
  verify::Enforcement enforcement;
  enforcement.seed = invocation.integer("seed");
  enforcement.deterministic = invocation.flag("deterministic");
  enforcement.strict = invocation.flag("strict");
  enforcement.threads = *invocation.integer("fixed-threads");
  if (enforcement.deterministic && !enforcement.seed) enforcement.seed = verify::kDefaultSeed;
  if (enforcement.strict && !enforcement.deterministic) {
    return Error(ErrorCode::kUsage, "--strict is about what --deterministic enforces",
                 "give both, or leave --strict out");
  }
  return enforcement;
}

Result<void> read_digest_options(const Invocation& invocation, verify::RecordOptions& options) {
  options.digest_every = *invocation.text("digest-every");
  const auto steps = parse_int64(options.digest_every);
  if (options.digest_every != "auto" && (!steps || *steps < 0)) {
    return Error(ErrorCode::kUsage, "--digest-every has '" + options.digest_every + "'",
                 "write a number of steps, 0 for no digests, or auto");
  }
  const std::string budget = *invocation.text("digest-budget");
  const bool is_percent = budget.ends_with("%");
  const auto share = is_percent ? parse_double(budget.substr(0, budget.size() - 1)) : std::nullopt;
  if (!share || !(*share > 0.0 && *share <= 100.0)) {
    return Error(ErrorCode::kUsage, "--digest-budget has '" + budget + "'",
                 "write a share of the time above 0%, as in --digest-budget 3%");
  }
  options.digest_budget = *share / 100.0;
  return {};
}

// "12" and "10-12" as the hook takes them, "FIRST-LAST"; "all" is "0-".
Result<std::string> read_operations(const Invocation& invocation) {
  const auto text = invocation.text("operations");
  if (!text) return std::string();
  if (*text == "all") return std::string("0-");
  const std::vector<std::string> ends = split(*text, '-');
  const auto first = parse_int64(ends.front()), last = parse_int64(ends.back());
  if (ends.size() > 2 || !first || !last || *first < 0 || *last < *first) {
    return Error(ErrorCode::kUsage, "--operations has '" + *text + "'",
                 "write the number of a step, two as in 10-12, or all");
  }
  return number_text(*first) + "-" + number_text(*last);
}

}  // namespace

std::vector<OptionSpec> recording_options() {
  return {
      {.name = "output",
       .type = OptionType::kPath,
       .value_name = "DIR",
       .help = "the folder for what is recorded; by default a new one named after the script"},
      {.name = "metric",
       .type = OptionType::kText,
       .value_name = "NAME=PATTERN",
       .help = "a metric the program prints: a regular expression whose first group is the value",
       .repeatable = true},
      {.name = "digest-every",
       .type = OptionType::kText,
       .value_name = "N",
       .default_value = "auto",
       .help =
           "steps between digests; 0 for none; auto: the first 8 steps, then as often as the budget allows"},
      {.name = "operations",
       .type = OptionType::kText,
       .value_name = "STEPS",
       .help = "write down every operation of these steps: 12, 10-12, or all; slow, for 'ibid diff' between "
               "machines"},
      {.name = "digest-budget",
       .type = OptionType::kText,
       .value_name = "SHARE",
       .default_value = "3%",
       .help = "the share of the time that digests may take with --digest-every auto"},
      {.name = "max-output",
       .type = OptionType::kInteger,
       .value_name = "MIB",
       .default_value = "64",
       .help = "how much of standard output and of standard error to keep, each",
       .least = 0},
      {.name = "seed",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "give libraries this seed when they are imported; seeds that the program sets itself stand",
       .least = 0},
      {.name = "deterministic",
       .help =
           "hold still what can be: seeds (42 unless --seed is given), deterministic algorithms, one number "
           "of threads, data loaders, the order of files in folders"},
      {.name = "fixed-threads",
       .type = OptionType::kInteger,
       .value_name = "N",
       .default_value = "1",
       .help = "the number of threads with --deterministic",
       .least = 1},
      {.name = "strict", .help = "with --deterministic: what cannot be enforced is an error"},
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
  IBID_TRY(read_digest_options(invocation, options));
  options.max_output_bytes = *invocation.integer("max-output") << 20;
  IBID_ASSIGN(options.keep.file_bytes, read_keep_size(*invocation.text("keep-files")));
  options.metric_patterns = invocation.texts("metric");
  IBID_ASSIGN(options.operations, read_operations(invocation));
  IBID_ASSIGN(options.enforcement, read_enforcement(invocation));
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

std::string not_enforced_text(const Json& not_enforced, const std::string& indent) {
  std::string text;
  for (const Json& setting : not_enforced) {
    text += indent + "not enforced: " + setting.value("library", "") + ": " + setting.value("name", "") +
            ": " + setting.value("reason", "") + "\n";
  }
  return text;
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
