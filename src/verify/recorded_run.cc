#include "verify/recorded_run.h"

#include <algorithm>
#include <exception>
#include <regex>
#include <thread>

#include "base/build_facts.h"
#include "base/number_text.h"
#include "base/text.h"
#include "environment/live.h"
#include "environment/report.h"
#include "hardware/report.h"
#include "platform/clock.h"
#include "platform/environment.h"
#include "verify/hook_events.h"
#include "verify/output_log.h"
#include "verify/ranks.h"
#include "verify/recorded_source.h"
#include "verify/touched_files.h"

namespace ibid::verify {
namespace {

struct MetricPattern {
  std::string name;
  std::regex pattern;
};

Result<std::vector<MetricPattern>> parse_patterns(const std::vector<std::string>& texts) {
  std::vector<MetricPattern> patterns;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    const auto refuse = [&](const std::string& why) {
      return Error(ErrorCode::kUsage, "'--metric " + text + "': " + why,
                   "write NAME=PATTERN with one group, as in --metric 'loss=loss: ([0-9.e+-]+)'");
    };
    if (equals == std::string::npos || equals == 0) return refuse("no name stands before a '='");
    try {
      std::regex pattern(text.substr(equals + 1));
      if (pattern.mark_count() < 1) return refuse("the pattern has no group in parentheses");
      patterns.push_back({text.substr(0, equals), std::move(pattern)});
    } catch (const std::regex_error& problem) {
      return refuse(problem.what());
    }
  }
  return patterns;
}

// Metrics that a program prints. The step of a value is how often its name was seen before.
std::vector<Json> printed_metrics(const std::string& output, const std::vector<MetricPattern>& patterns) {
  std::vector<Json> metrics;
  std::vector<int64_t> seen(patterns.size(), 0);
  if (patterns.empty()) return metrics;
  for (const std::string& line : split(output, '\n')) {
    for (size_t i = 0; i < patterns.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(line, match, patterns[i].pattern) || !match[1].matched) continue;
      metrics.push_back({{"step", seen[i]++},
                         {"name", patterns[i].name},
                         {"value", match[1].str()},
                         {"source", "standard output"}});
    }
  }
  return metrics;
}

constexpr size_t kWrittenBytes = 1 << 20;  // of digests, at a time

bool is_python(const std::string& program) {
  return platform::Path(program).filename().string().starts_with("python");
}

// Reports on the machine, made while the program runs: nobody has to wait for them.
class Surroundings {
 public:
  Surroundings(const RecordOptions& options, const RunFolder& folder)
      : thread_([this, &options, &folder] { collect(options, folder); }) {}
  ~Surroundings() {
    if (thread_.joinable()) thread_.join();
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  Result<void> write(const RunFolder& folder, std::vector<std::string>& problems) {
    thread_.join();
    if (!problem_.empty()) problems.push_back("not all surroundings could be described: " + problem_);
    if (!hardware_.is_null()) IBID_TRY(folder.write_json("hardware.json", hardware_));
    if (!environment_.is_null()) IBID_TRY(folder.write_json("environment.json", environment_));
    if (!source_.is_null()) IBID_TRY(folder.write_json("source.json", source_));
    return {};
  }

 private:
  void collect(const RecordOptions& options, const RunFolder& folder) {
    try {
      const environment::Subject subject = environment::this_environment();
      const std::string& program = options.command.front();
      const environment::PythonAnswers python =
          environment::ask_python(subject, is_python(program) ? program : "");
      // First of all: the source is what it is now, and may be edited soon.
      if (options.source) {
        Result<Json> source = record_source(options.command, options.folder, subject, python, folder.path());
        if (!source.ok()) problem_ = source.error().message();
        if (source.ok()) source_ = std::move(source).value();
      }
      hardware_ = hardware::report_json(hardware::collect(hardware::Machine::this_one()));
      environment_ = environment::report_json(environment::collect(subject, python));
    } catch (const std::exception& problem) {
      problem_ = problem.what();
    }
  }

  Json source_, hardware_, environment_;
  std::string problem_;
  std::thread thread_;  // last: it starts when the rest is there
};

// `first`, and of `second` what is not in it.
Variables merged(Variables first, const Variables& second) {
  const size_t n = first.size();
  for (const auto& variable : second) {
    const auto named = [&](const auto& other) { return other.first == variable.first; };
    if (std::none_of(first.begin(), first.begin() + static_cast<ptrdiff_t>(n), named))
      first.push_back(variable);
  }
  return first;
}

Variables child_environment(const RecordOptions& options, const RunFolder& folder) {
  Variables variables = merged(options.environment, enforced_variables(options.enforcement));
  if (!options.hook) return variables;
  variables = merged(std::move(variables), hook_variables(options.enforcement));
  const std::string own = platform::environment_variable("PYTHONPATH").value_or("");
  variables.emplace_back("PYTHONPATH", options.hook->inject.string() + (own.empty() ? "" : ":" + own));
  variables.emplace_back("IBID_HOOK_EVENTS", folder.file("events").string());
  variables.emplace_back("IBID_HOOK_LIBRARY", options.hook->library.string());
  variables.emplace_back("IBID_HOOK_RANK_VARIABLES", rank_variables());
  variables.emplace_back("IBID_HOOK_DIGEST_EVERY", options.digest_every);
  variables.emplace_back("IBID_HOOK_DIGEST_BUDGET", number_text(options.digest_budget));
  if (!options.operations.empty()) variables.emplace_back("IBID_HOOK_OPERATIONS", options.operations);
  return variables;
}

std::optional<platform::FileTrace> file_trace(const RecordOptions& options, const RunFolder& folder) {
  if (!options.file_tracer) return std::nullopt;
  // The record and the hook are ours, not the program's.
  std::vector<std::string> own = {(folder.path() / "").string()};
  if (options.hook) own.push_back((options.hook->library.parent_path() / "").string());
  return platform::FileTrace{*options.file_tracer, folder.file("events") / "trace.jsonl", std::move(own)};
}

// "077", as shells write it.
std::string octal_text(unsigned mask) {
  std::string text;
  for (const unsigned shift : {6U, 3U, 0U}) text += static_cast<char>('0' + ((mask >> shift) & 7U));
  return text;
}

Json request_json(const RecordOptions& options) {
  const auto steps = parse_int64(options.digest_every);
  Json json = {{"format", 1},
               {"kind", "recorded"},
               {"ibid", build_facts().version},
               {"command", options.command},
               {"folder", options.folder.string()},
               {"digest_every", steps ? Json(*steps) : Json(options.digest_every)},
               {"enforcement", enforcement_json(options.enforcement)},
               {"hook", options.hook.has_value()},
               {"trace_files", options.file_tracer.has_value()},
               {"parameters", options.parameters}};
  if (!options.operations.empty()) json["operations"] = options.operations;
  if (!options.hook) json["why_no_hook"] = options.why_no_hook;
  if (const auto rank = own_rank()) json["rank"] = *rank;
  if (options.umask) json["umask"] = octal_text(*options.umask);
  Json variables = Json::object();
  for (const auto& [name, value] : options.environment) variables[name] = value;
  json["environment"] = std::move(variables);
  if (!options.execution.is_null()) json["execution"] = options.execution;
  return json;
}

Json end_json(const platform::SupervisedEnd& end, const OutputLog& output, const std::string& started,
              const std::vector<std::string>& problems) {
  Json json = {{"status", end.signal ? "interrupted" : "complete"},
               {"exit_status", end.exit_status ? Json(*end.exit_status) : Json()},
               {"signal", end.signal ? Json(*end.signal) : Json()},
               {"started", started},
               {"ended", platform::utc_text(platform::unix_milliseconds())},
               {"seconds", end.seconds},
               {"user_seconds", end.user_seconds},
               {"system_seconds", end.system_seconds},
               {"peak_resident_bytes", end.peak_resident_bytes},
               {"output", output.summary()},
               {"output_left_open", end.output_left_open}};
  json["problems"] = problems;
  return json;
}

Result<void> write_lines(const RunFolder& folder, const std::string& name, const std::string& lines) {
  IBID_ASSIGN(platform::AppendFile file, platform::AppendFile::create(folder.file(name)));
  return file.append(lines);
}

Result<void> write_digests(const RunFolder& folder, const std::vector<ProcessDigests>& processes) {
  for (const ProcessDigests& process : processes) {
    IBID_ASSIGN(platform::AppendFile file, platform::AppendFile::create(folder.file(process.file_name())));
    std::string lines;
    for (const DigestEntry& entry : process.log) {
      lines += digest_line(entry) + "\n";
      if (lines.size() < kWrittenBytes) continue;
      IBID_TRY(file.append(lines));
      lines.clear();
    }
    IBID_TRY(file.append(lines));
  }
  return {};
}

Json seen_json(const HookEvents& events) {
  return {{"file_trace", events.trace},
          {"processes", events.processes},
          {"libraries", events.libraries},
          {"seeds", events.seeds},
          {"switches", events.switches},
          {"parameters", events.parameters},
          {"enforced", events.enforced},
          {"not_enforced", events.not_enforced},
          {"cadence", events.cadence},
          {"notes", events.notes},
          {"unreadable_events", events.n_unreadable_lines}};
}

// A number or a truth value where it reads as one, else a text.
Json parameter_value(const std::string& text) {
  const Json value = Json::parse(text, nullptr, false);
  return value.is_number() || value.is_boolean() || value.is_null() ? value : Json(text);
}

// What the program made of a parameter stays, marked as overridden.
void add_own_parameters(const RecordOptions& options, HookEvents& events) {
  for (const std::string& text : options.parameters) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    for (Json& seen : events.parameters) {
      if (seen.value("name", "") == name) seen["overridden"] = true;
    }
    events.parameters.push_back(
        {{"source", "--param"}, {"name", name}, {"value", parameter_value(text.substr(equals + 1))}});
  }
}

// Variables that were set before the start, and what no hook could see to.
void add_own_enforcement(const RecordOptions& options, HookEvents& events) {
  Json all = Json::array();
  for (const auto& [name, value] : enforced_variables(options.enforcement)) {
    const auto replaced = [&, &variable = name](const auto& other) { return other.first == variable; };
    if (std::none_of(options.environment.begin(), options.environment.end(), replaced))
      all.push_back({{"library", "environment"}, {"name", name}, {"value", value}});
  }
  for (Json& event : events.enforced) all.push_back(std::move(event));
  events.enforced = std::move(all);
  if (!options.enforcement.asks_for_anything() || !events.processes.empty()) return;
  events.not_enforced.push_back(
      {{"library", "python"},
       {"name", "seeds and switches inside the program"},
       {"reason", options.hook ? "no Python process that loads the hook was started" : options.why_no_hook}});
}

// What the hook and the pipes saw, put in order.
Result<void> write_observations(const RecordOptions& options, const RunFolder& folder,
                                const std::vector<MetricPattern>& patterns, RecordedRun& run) {
  IBID_ASSIGN(HookEvents events, read_hook_events(folder.file("events")));
  add_own_enforcement(options, events);
  add_own_parameters(options, events);
  IBID_ASSIGN(const std::string output, platform::read_file(folder.file("stdout.txt")));
  for (Json& metric : printed_metrics(output, patterns)) events.metrics.push_back(std::move(metric));
  std::string metric_lines;
  for (const Json& metric : events.metrics) metric_lines += metric.dump() + "\n";
  IBID_TRY(write_lines(folder, "metrics.jsonl", metric_lines));
  IBID_TRY(write_digests(folder, events.digests));
  Json files = touched_files_json(events, folder.path());
  if (auto lost = keep_written_files(folder, options.folder, options.keep, files))
    run.problems.push_back(std::move(*lost));
  IBID_TRY(folder.write_json("files.json", files));
  IBID_TRY(folder.write_json("seen.json", seen_json(events)));
  for (const Json& file : files) {
    run.n_files_read += file["role"] != "written" ? 1 : 0;
    run.n_files_written += file["role"] != "read" ? 1 : 0;
  }
  run.n_metrics = static_cast<int64_t>(events.metrics.size());
  for (const ProcessDigests& process : events.digests)
    run.n_digests += static_cast<int64_t>(process.log.size());
  run.enforced = std::move(events.enforced);
  run.not_enforced = std::move(events.not_enforced);
  if (options.file_tracer && !events.trace.contains("by"))
    run.problems.push_back("files of programs other than Python: " +
                           (events.trace.is_object() ? events.trace : Json::object())
                               .value("reason", "the tracer wrote nothing"));
  for (const Json& note : events.notes) run.problems.push_back(note.value("text", ""));
  return {};
}

}  // namespace

Result<HookFiles> find_hook_files() {
  IBID_ASSIGN(const platform::Path program, platform::program_path());
  const platform::Path folder = program.parent_path().parent_path() / "lib" / "ibid";
  const HookFiles files{folder / "python" / "inject", folder / "libibid_hook.so"};
  for (const platform::Path& path : {files.inject / "sitecustomize.py", files.library}) {
    if (!platform::path_exists(path)) {
      return Error(ErrorCode::kNotFound, path.string() + " is missing: it belongs beside the program",
                   "build it (make build), or install ibid whole");
    }
  }
  return files;
}

Result<platform::Path> find_file_tracer() {
  IBID_ASSIGN(const platform::Path program, platform::program_path());
  const platform::Path path = program.parent_path().parent_path() / "lib" / "ibid" / "ibid-file-tracer";
  if (platform::path_exists(path)) return path;
  return Error(ErrorCode::kNotFound, path.string() + " is missing: it belongs beside the program",
               "build it (make build), install ibid whole, or leave --trace-files out");
}

Result<RecordedRun> record_run(const RecordOptions& options, RunFolder& folder) {
  IBID_ASSIGN(const std::vector<MetricPattern> patterns, parse_patterns(options.metric_patterns));
  IBID_TRY(folder.write_json("run.json", request_json(options)));
  const std::string started = platform::utc_text(platform::unix_milliseconds());
  IBID_TRY(folder.write_json("result.json", {{"status", "running"}, {"started", started}}));
  IBID_TRY(platform::make_folders(folder.file("events")));
  IBID_ASSIGN(OutputLog output, OutputLog::create(folder.path(), options.max_output_bytes));

  RecordedRun run;
  std::optional<Error> output_problem;
  const double start = platform::monotonic_seconds();
  const auto on_output = [&](platform::OutputStream stream, std::string_view text) {
    // Kept before it is shown: whoever has seen it finds it in the record. When it can no longer be kept, the
    // program goes on, and the record says what it lacks.
    if (!output_problem) {
      const Result<void> kept = output.append(stream, platform::monotonic_seconds() - start, text);
      if (!kept.ok()) output_problem = kept.error();
    }
    if (options.on_output) options.on_output(stream, text);
  };
  Surroundings surroundings(options, folder);
  const platform::ProcessRequest request{.arguments = options.command,
                                         .environment = child_environment(options, folder),
                                         .folder = options.folder,
                                         .timeout_seconds = std::nullopt,
                                         .umask = options.umask};
  const std::optional<platform::FileTrace> trace = file_trace(options, folder);
  Result<platform::SupervisedEnd> end = platform::supervise(request, on_output, trace ? &*trace : nullptr);
  if (!end.ok()) {
    IBID_TRY(
        folder.write_json("result.json", {{"status", "not started"}, {"problems", {end.error().message()}}}));
    return end.error();
  }
  run.end = end.value();
  if (output_problem) run.problems.push_back("not all output was kept: " + output_problem->message());
  if (!options.hook) run.problems.push_back("nothing was seen inside the program: " + options.why_no_hook);
  IBID_TRY(write_observations(options, folder, patterns, run));
  IBID_TRY(surroundings.write(folder, run.problems));
  IBID_TRY(folder.write_json("result.json", end_json(run.end, output, started, run.problems)));
  return run;
}

std::string settled_cadence(const std::string& digest_every, const Json& seen) {
  const auto chosen = seen.find("cadence");
  if (!digest_every.starts_with("auto") || chosen == seen.end() || !chosen->is_object()) return digest_every;
  std::string text = digest_every;
  for (const auto& [library, every] : chosen->items()) {
    // What an earlier run has settled is not chosen again.
    if (!every.is_number_integer() || text.find(library + "=") != std::string::npos) continue;
    text += (text == "auto" ? ":" : ",") + library + "=" + number_text(every.get<int64_t>());
  }
  return text;
}

Error strict_error(const Json& not_enforced) {
  std::vector<std::string> names;
  for (const Json& setting : not_enforced)
    names.push_back(setting.value("library", "") + ": " + setting.value("name", ""));
  return Error(ErrorCode::kUnsupported,
               "not everything could be enforced: " + join(names, ", ") + " (" +
                   not_enforced.front().value("reason", "") + ")",
               "leave --strict out to go on without them, or avoid them in the program");
}

}  // namespace ibid::verify
