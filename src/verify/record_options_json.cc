#include "verify/record_options_json.h"

#include <string>
#include <vector>

namespace ibid::verify {
namespace {

// nlohmann's accessors throw where a member is not as it has to be.
RecordOptions options_of(const Json& json) {
  RecordOptions options;
  options.command = json.at("command").get<std::vector<std::string>>();
  options.folder = json.at("folder").get<std::string>();
  for (const Json& variable : json.at("environment"))
    options.environment.emplace_back(variable.at(0).get<std::string>(), variable.at(1).get<std::string>());
  options.enforcement = parse_enforcement(json.at("enforcement"));
  options.why_no_hook = json.at("why_no_hook").get<std::string>();
  options.digest_every = json.at("digest_every").get<std::string>();
  options.digest_budget = json.at("digest_budget").get<double>();
  options.max_output_bytes = json.at("max_output_bytes").get<int64_t>();
  options.keep.file_bytes = json.at("keep_file_bytes").get<int64_t>();
  options.keep.total_bytes = json.at("keep_total_bytes").get<int64_t>();
  options.metric_patterns = json.at("metrics").get<std::vector<std::string>>();
  options.parameters = json.at("parameters").get<std::vector<std::string>>();
  options.operations = json.at("operations").get<std::string>();
  options.source = json.at("source").get<bool>();
  if (options.command.empty()) throw Json::other_error::create(599, "the command has no words", &json);
  return options;
}

}  // namespace

Json record_options_json(const RecordOptions& options) {
  Json variables = Json::array();
  for (const auto& [name, value] : options.environment) variables.push_back({name, value});
  return {{"command", options.command},
          {"folder", options.folder.string()},
          {"environment", std::move(variables)},
          {"enforcement", enforcement_json(options.enforcement)},
          {"hook", options.hook.has_value()},
          {"why_no_hook", options.why_no_hook},
          {"digest_every", options.digest_every},
          {"digest_budget", options.digest_budget},
          {"max_output_bytes", options.max_output_bytes},
          {"keep_file_bytes", options.keep.file_bytes},
          {"keep_total_bytes", options.keep.total_bytes},
          {"metrics", options.metric_patterns},
          {"parameters", options.parameters},
          {"trace_files", options.file_tracer.has_value()},
          {"operations", options.operations},
          {"source", options.source}};
}

Result<RecordOptions> parse_record_options(const Json& json, const std::string& name) {
  RecordOptions options;
  bool hook = false, trace_files = false;
  try {
    options = options_of(json);
    hook = json.at("hook").get<bool>();
    trace_files = json.at("trace_files").get<bool>();
  } catch (const Json::exception& problem) {
    return Error(ErrorCode::kMalformed, name + " has a run that cannot be read: " + problem.what(),
                 "begin the verification anew in another folder");
  }
  if (hook) {
    IBID_ASSIGN(options.hook, find_hook_files());
  }
  if (trace_files) {
    IBID_ASSIGN(options.file_tracer, find_file_tracer());
  }
  return options;
}

}  // namespace ibid::verify
