#include <algorithm>
#include <set>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/recording_options.h"
#include "cli/repetition_text.h"
#include "platform/atomic_file.h"
#include "verify/repetition.h"
#include "verify/repetition_statistics.h"
#include "verify/verification_document.h"

namespace ibid::cli {
namespace {

// "ibid verify RUN" names a folder with a record; anything else is a command.
bool is_record(const std::vector<std::string>& words) {
  return words.size() == 1 && platform::path_exists(platform::Path(words.front()) / "run.json");
}

Result<void> take_record(const platform::Path& path, verify::RepetitionOptions& options) {
  IBID_ASSIGN(const verify::RunFolder folder, verify::RunFolder::open(path));
  IBID_ASSIGN(const Json run, folder.read_json("run.json"));
  if (run.value("kind", "") != "recorded" || !run.contains("command") || !run.contains("folder")) {
    return Error(ErrorCode::kUsage, path.string() + " is not a record of 'ibid run'",
                 "trainings of 'ibid train' are verified with 'ibid verify train'");
  }
  options.recorded = path;
  options.record.command = run["command"].get<std::vector<std::string>>();
  options.record.folder = run["folder"].get<std::string>();
  const Json environment = run.value("environment", Json::object());
  for (const auto& [name, value] : environment.items())
    options.record.environment.emplace_back(name, value.get<std::string>());
  if (const auto every = run.find("digest_every"); every != run.end())
    options.record.digest_every = every->is_string() ? every->get<std::string>() : every->dump();
  if (!options.record.enforcement.asks_for_anything())
    options.record.enforcement = verify::parse_enforcement(run.value("enforcement", Json()));
  return {};
}

Result<void> add_variations(const Invocation& invocation, std::vector<verify::Variation>& variations) {
  const auto add = [&](std::vector<verify::Variation> more) {
    variations.insert(variations.end(), more.begin(), more.end());
  };
  if (const auto threads = invocation.text("threads")) {
    IBID_ASSIGN(std::vector<verify::Variation> more, verify::thread_variations(*threads));
    add(std::move(more));
  }
  if (const auto isa = invocation.text("isa")) {
    IBID_ASSIGN(std::vector<verify::Variation> more, verify::isa_variations(*isa));
    add(std::move(more));
  }
  add(verify::hash_seed_variations(invocation.integer("hash-seeds").value_or(0)));
  if (const auto zones = invocation.text("timezone"))
    add(verify::variable_variations("timezone", "TZ", *zones));
  if (const auto locales = invocation.text("locale"))
    add(verify::variable_variations("locale", "LC_ALL", *locales));
  return {};
}

Result<std::vector<std::regex>> noise_patterns(const Invocation& invocation) {
  std::vector<std::regex> patterns;
  for (const std::string& text : invocation.texts("ignore-output")) {
    try {
      patterns.emplace_back(text);
    } catch (const std::regex_error& problem) {
      return Error(ErrorCode::kUsage,
                   "'--ignore-output " + text + "' is no regular expression: " + problem.what(),
                   "write for example --ignore-output 'took [0-9.]+ s'");
    }
  }
  return patterns;
}

std::string shortened(const std::string& text) {
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

std::string divergence_text(const verify::Divergence& divergence) {
  const std::vector<std::string>& tensors = divergence.tensors;
  std::string text = "first divergence at step " + number_text(divergence.step);
  if (tensors.empty()) return text + ": one run has fewer digested steps\n";
  const size_t shown = std::min<size_t>(tensors.size(), 3);
  text += ": " + join(std::span(tensors).first(shown), ", ");
  if (tensors.size() > shown)
    text += " and " + number_text(static_cast<int64_t>(tensors.size() - shown)) + " more";
  return text + "\n";
}

// What differs, the strongest evidence first, a line each.
std::string difference_text(const verify::RunComparison& comparison) {
  std::string text;
  const std::string indent = "    ";
  if (comparison.without_evidence)
    text += indent + "nothing to compare: no digests, metrics, files or output\n";
  if (comparison.digests.first) text += indent + divergence_text(*comparison.digests.first);
  if (comparison.metric) {
    const verify::MetricDifference& metric = *comparison.metric;
    text += indent + number_text(comparison.n_different_metrics) + " of " +
            number_text(comparison.n_metrics) + " metrics differ, first " + metric.name + " at step " +
            number_text(metric.step) + ": " + metric.a + " / " + metric.b;
    if (metric.distance_ulp) text += " (" + number_text(*metric.distance_ulp) + " ULP of binary64)";
    text += "\n";
  }
  text += files_text(comparison);
  if (comparison.output_line) {
    text += indent + "output differs from line " + number_text(*comparison.output_line) + " on:\n" + indent +
            "  " + shortened(comparison.output_a) + "\n" + indent + "  " + shortened(comparison.output_b) +
            "\n";
  }
  if (!comparison.same_end) text += indent + "it ended otherwise: another exit status or signal\n";
  return text;
}

std::string run_text(const Console& console, const verify::Repetition& run) {
  if (!run.comparison)
    return "  " + run.name + ": " + console.styled(Style::kWarning, "not run") + ": " + run.skipped + "\n";
  const verify::RunComparison& comparison = *run.comparison;
  std::string text = "  " + run.name + ": " +
                     (comparison.same() ? console.styled(Style::kGood, "same bits")
                                        : console.styled(Style::kBad, "different")) +
                     " (" + format_duration(run.seconds) + ")\n" + difference_text(comparison);
  for (const std::string& path : run.read_before)
    text += "    it read " + path + ", which an earlier run had written: the runs are not independent\n";
  return text;
}

std::string outcomes_text(const verify::SetupResult& setup) {
  return number_text(setup.n_outcomes) + (setup.n_outcomes == 1 ? " outcome in " : " distinct outcomes in ") +
         number_text(setup.n_run() + 1) + " runs";
}

bool without_evidence(const verify::SetupResult& setup) {
  return std::any_of(setup.runs.begin(), setup.runs.end(), [](const verify::Repetition& repetition) {
    return repetition.comparison && repetition.comparison->without_evidence;
  });
}

// The factors of the variations that came out otherwise, each once, in order.
std::vector<std::string> factors_that_matter(const verify::SetupResult& setup) {
  std::vector<std::string> factors;
  for (const verify::Repetition& run : setup.runs) {
    const std::string factor = run.name.substr(0, run.name.find('='));
    const bool matters = run.comparison && !run.comparison->same() && factor.size() < run.name.size();
    if (matters && std::find(factors.begin(), factors.end(), factor) == factors.end())
      factors.push_back(factor);
  }
  return factors;
}

// Whether output alone tells the runs apart: then it may be a clock or a path.
bool only_output_differs(const verify::Repetition& run) {
  if (!run.comparison || run.comparison->same()) return true;
  verify::RunComparison rest = *run.comparison;
  rest.output_line.reset();
  return rest.same();
}

std::string different_text(const Console& console, const verify::SetupResult& result) {
  const bool repeats = std::all_of(result.runs.begin(), result.runs.end(), [](const verify::Repetition& run) {
    return !run.comparison || run.comparison->same() || run.name.find('=') != std::string::npos;
  });
  std::string text = console.styled(Style::kBad, "different") + ": ";
  text += repeats ? "it repeats itself here, but what comes out depends on " +
                        join(factors_that_matter(result), ", ")
                  : "the same command does not always give the same result here";
  text += " (" + outcomes_text(result) + ")\n";
  if (std::all_of(result.runs.begin(), result.runs.end(), only_output_differs))
    text += "  time or paths in what is printed? name them with --ignore-output PATTERN\n";
  return text;
}

// Files that mean the same need not have the same bytes: an archive has the time in it.
std::string other_bytes_text(const verify::SetupResult& result) {
  std::set<std::string> paths;
  for (const verify::Repetition& run : result.runs) {
    if (!run.comparison) continue;
    for (const verify::FileDifference& file : run.comparison->file_differences) paths.insert(file.path);
  }
  if (paths.empty()) return "";
  return " (" + number_text(static_cast<int64_t>(paths.size())) +
         " of them in other bytes with the same meaning)";
}

std::string verdict_text(const Console& console, const verify::SetupResult& result) {
  if (result.n_run() == 0)
    return console.styled(Style::kWarning, "nothing was compared") + ": no repetition could run\n";
  if (without_evidence(result)) {
    return console.styled(Style::kWarning, "nothing was compared") +
           ": the program prints nothing, writes no file that was seen, and has no metrics or steps\n"
           "  let it print its result, or name a metric with --metric NAME=PATTERN\n";
  }
  if (!result.same()) return different_text(console, result);
  const verify::RunComparison& first =
      *std::find_if(result.runs.begin(), result.runs.end(), [](const auto& run) {
         return run.comparison.has_value();
       })->comparison;
  return console.styled(Style::kGood, "same bits") + " in " + number_text(result.n_run() + 1) +
         " runs: " + number_text(first.digests.n_common_steps) + " digested steps, " +
         number_text(first.n_metrics) + " metrics, " + number_text(first.n_files) + " files written" +
         other_bytes_text(result) + ", and all output\n";
}

// A line of verdict for each setup; those that are expected to differ only tell how often they did.
std::string verdicts_text(const Console& console, const verify::VerificationResult& result) {
  std::string text;
  for (const verify::SetupResult& setup : result.setups) {
    if (!setup.name.empty()) text += setup.name + ": ";
    text +=
        setup.judged || without_evidence(setup) ? verdict_text(console, setup) : outcomes_text(setup) + "\n";
  }
  return text;
}

Result<std::vector<verify::Setup>> read_setups(const Invocation& invocation, const verify::Enforcement& own) {
  std::vector<verify::Setup> setups = {{}};
  setups.front().enforcement = own;
  if (const auto names = invocation.text("setup")) {
    IBID_ASSIGN(setups, verify::named_setups(*names, own));
  }
  for (verify::Setup& setup : setups) {
    setup.repeats = *invocation.integer("repeat");
    IBID_TRY(add_variations(invocation, setup.variations));
  }
  if (const auto n = invocation.integer("init-seeds")) setups.push_back(verify::seeds_setup(*n, own));
  return setups;
}

void show_progress(Console& console, verify::RepetitionOptions& options) {
  console.print("repeating: " + join(options.record.command, " ") + "\n");
  options.on_setup = [&console](const verify::Setup& setup) {
    if (!setup.name.empty()) console.print(setup.name + ", compared with " + setup.first_name + ":\n");
  };
  options.on_run = [&console](const verify::Repetition& repetition) {
    console.print(run_text(console, repetition));
  };
}

// report.json and report.html in the folder of the runs, and JUnit's XML where it was asked for.
Result<void> write_reports(const Json& report, const verify::VerificationResult& result,
                           const platform::Path& folder, const Invocation& invocation) {
  IBID_ASSIGN(const verify::RunFolder first, verify::RunFolder::open(result.setups.front().first));
  IBID_ASSIGN(const Json run, first.read_json("run.json"));
  IBID_TRY(platform::make_folders(folder));
  IBID_TRY(platform::write_file_atomically(folder / "report.json", json_text(report)));
  IBID_TRY(platform::write_file_atomically(
      folder / "report.html", report::document_html(verify::verification_document(report, run))));
  if (const auto path = invocation.text("junit"))
    IBID_TRY(platform::write_file_atomically(*path, verify::verification_junit(report, run)));
  return {};
}

Result<int> run(const Invocation& invocation, Console& console) {
  const bool json = invocation.flag("json");
  verify::RepetitionOptions options;
  IBID_ASSIGN(options.record, read_recording_options(invocation));
  const std::vector<std::string> words = invocation.arguments("COMMAND");
  if (is_record(words)) {
    IBID_TRY(take_record(std::filesystem::absolute(words.front()), options));
  } else {
    IBID_TRY(check_program(options.record.command.front()));
  }
  IBID_ASSIGN(options.setups, read_setups(invocation, options.record.enforcement));
  IBID_ASSIGN(options.noise, noise_patterns(invocation));
  const platform::Path shown = invocation.text("output").value_or(
      verify::RunFolder::free_path("ibid-verify", run_name(options.record.command)).string());
  const platform::Path folder = std::filesystem::absolute(shown);
  if (platform::path_exists(folder)) {
    return Error(ErrorCode::kUsage, "the folder " + shown.string() + " exists already",
                 "name another with --output");
  }
  if (!json) show_progress(console, options);
  IBID_ASSIGN(const verify::VerificationResult result, verify::repeat_and_compare(options, folder));
  Json report = verify::verification_json(result);
  IBID_ASSIGN(report["statistics"], verify::repetition_statistics(verify::grouped_runs(result)));
  IBID_TRY(write_reports(report, result, folder, invocation));
  console.print(json ? json_text(report)
                     : verdicts_text(console, result) + statistics_text(report["statistics"]) +
                           "report: " + (shown / "report.html").string() + ", and report.json beside it\n");
  return result.same() ? 0 : 1;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = {
      {.name = "repeat",
       .type = OptionType::kInteger,
       .value_name = "N",
       .default_value = "1",
       .help = "how often to repeat it as it is",
       .least = 0},
      {.name = "setup",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "compare the runs of each setup with one another: random (seeds replaced by entropy), seeds "
               "(--seed, "
               "or 42, and nothing else held still), deterministic (all held still)"},
      {.name = "init-seeds",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "also N runs with the first primes above 100 as seeds, in place of the program's own; they "
               "tell how "
               "much depends on the seed and do not count in the verdict",
       .least = 2},
      {.name = "threads",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also with so many threads: 1,2"},
      {.name = "isa",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also held to instruction sets, by the switches of OpenBLAS, oneDNN, MKL, NumPy and PyTorch: "
               "generic,avx2,avx512"},
      {.name = "hash-seeds",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "also with N values of PYTHONHASHSEED",
       .least = 0},
      {.name = "timezone",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also in these time zones (TZ)"},
      {.name = "locale",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "also in these locales (LC_ALL)"},
      {.name = "ignore-output",
       .type = OptionType::kText,
       .value_name = "PATTERN",
       .help = "what this matches in standard output is not compared: times, paths",
       .repeatable = true}};
  for (const OptionSpec& option : recording_options()) options.push_back(option);
  options.push_back({.name = "junit",
                     .type = OptionType::kPath,
                     .value_name = "FILE",
                     .help = "also write the runs as cases of JUnit's XML, for continuous integration"});
  options.push_back({.name = "json", .help = "print the report as JSON and nothing else"});
  return options;
}

}  // namespace

CommandSpec verify_command() {
  return {
      .name = "verify",
      .summary = "run a program again and compare what comes out, bit by bit",
      .description =
          "Runs a command, or the command of a record, in fresh processes and compares each run with the "
          "first: "
          "digests of every step, metrics, files written, output, exit status. Each variation changes one "
          "thing "
          "that should not matter. Where runs differ, the first step and the tensors that differ there are "
          "named. What the program prints goes into the records only.",
      .arguments = {{.name = "COMMAND",
                     .help = "the program and its arguments, or the folder of a record",
                     .repeatable = true,
                     .verbatim = true}},
      .options = options(),
      .examples = {{"ibid verify -- python3 train.py", "does it come out the same twice?"},
                   {"ibid verify --threads 1,2 --isa avx2,avx512 -- python3 train.py",
                    "and does it depend on threads or instruction sets?"},
                   {"ibid verify --setup random,seeds,deterministic --repeat 4 -- python3 train.py",
                    "what do seeds alone achieve, what does holding all still?"},
                   {"ibid verify ibid-runs/train-1", "repeat a recorded run, perhaps on another day"}},
      .exit_statuses = {{1, "runs differ, or there was nothing to compare"}},
      .run = run,
  };
}

}  // namespace ibid::cli
