#include "environment/index.h"

#include "base/number_text.h"
#include "base/text.h"
#include "environment/pip_hashes.h"
#include "environment/secrets.h"
#include "platform/process.h"

namespace ibid::environment {
namespace {

constexpr double kTimeoutSeconds = 900;

Error cannot_ask(const std::string& why) {
  return Error(ErrorCode::kNotFound, "the archives' digests cannot be had: " + why,
               "install pip for this interpreter (python -m ensurepip), or lock without hashes: "
               "--allow-unhashed");
}

std::string text_in(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

Offer offer_in(const Json& json) {
  Offer offer;
  offer.problem = text_in(json, "problem");
  if (!json.is_object() || !json.contains("files") || !json["files"].is_array()) {
    if (offer.problem.empty()) offer.problem = "pip did not say";
    return offer;
  }
  for (const Json& file : json["files"]) {
    if (const std::string name = text_in(file, "name"); !name.empty())
      offer.archives.push_back({name, text_in(file, "sha256")});
  }
  return offer;
}

// pip splits its settings at blanks, so a folder goes in as an address without any.
std::string file_address(const platform::Path& folder) {
  std::string address = "file://";
  for (const char c : std::filesystem::absolute(folder).string()) {
    if (c == ' ') {
      address += "%20";
    } else if (c == '%') {
      address += "%25";
    } else {
      address += c;
    }
  }
  return address;
}

}  // namespace

Result<IndexAnswers> parse_index_answers(const Json& json) {
  if (const std::string problem = text_in(json, "error"); !problem.empty()) return cannot_ask(problem);
  if (!json.is_object() || !json.contains("answers") || !json["answers"].is_object())
    return cannot_ask("pip's answer is damaged");
  IndexAnswers answers;
  for (const char* key : {"indexes", "find_links"}) {
    if (!json.contains(key) || !json[key].is_array()) continue;
    for (const Json& place : json[key]) {
      if (place.is_string()) answers.places.push_back(without_credentials(place.get<std::string>()));
    }
  }
  for (const auto& [requirement, offer] : json["answers"].items())
    answers.offers[requirement] = offer_in(offer);
  return answers;
}

Result<IndexAnswers> ask_index(const std::string& interpreter, const std::vector<std::string>& requirements,
                               const std::optional<platform::Path>& wheelhouse) {
  platform::ProcessRequest request;
  request.arguments = {interpreter, "-c", std::string(kPipHashes)};
  request.arguments.insert(request.arguments.end(), requirements.begin(), requirements.end());
  if (wheelhouse) {
    request.environment.emplace_back("PIP_NO_INDEX", "1");
    request.environment.emplace_back("PIP_FIND_LINKS", file_address(*wheelhouse));
  }
  request.timeout_seconds = kTimeoutSeconds;
  IBID_ASSIGN(const platform::ProcessResult result, platform::run_process(request));
  if (result.timed_out) return cannot_ask("pip took longer than " + number_text(kTimeoutSeconds) + " s");
  const std::string output(trim(result.standard_output));
  if (output.empty()) {
    const std::string message(trim(result.standard_error));
    return cannot_ask("pip said nothing but '" + message.substr(message.rfind('\n') + 1) + "'");
  }
  IBID_ASSIGN(const Json json,
              parse_json(std::string_view(output).substr(output.rfind('\n') + 1), "pip's answer"));
  return parse_index_answers(json);
}

}  // namespace ibid::environment
