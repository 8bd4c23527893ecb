#include "environment/index.h"

#include <algorithm>
#include <span>

#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "environment/pip_hashes.h"
#include "environment/secrets.h"
#include "platform/process.h"
#include "platform/signals.h"

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

}  // namespace

std::string address_of_path(const platform::Path& path) {
  std::string address = "file://";
  for (const char c : std::filesystem::absolute(path).string()) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("/-_.~").find(c) != std::string_view::npos;
    const auto byte = static_cast<uint8_t>(c);
    address += is_plain ? std::string(1, c) : "%" + hex_text(std::span(&byte, 1));
  }
  return address;
}

platform::Path path_of_address(const std::string& address) {
  const size_t begin = address.find('/', std::min(address.size(), std::string_view("file://").size()));
  std::string path;
  for (size_t i = std::min(begin, address.size()); i < address.size(); ++i) {
    const auto byte = address[i] == '%' && i + 2 < address.size()
                          ? parse_hex(std::string_view(address).substr(i + 1, 2))
                          : std::nullopt;
    path += byte ? static_cast<char>(*byte) : address[i];
    if (byte) i += 2;
  }
  return path;
}

Result<IndexAnswers> parse_index_answers(const Json& json) {
  if (const std::string problem = text_in(json, "error"); !problem.empty()) return cannot_ask(problem);
  if (!json.is_object() || !json.contains("answers") || !json["answers"].is_object())
    return cannot_ask("pip's answer is damaged");
  IndexAnswers answers;
  answers.tag = text_in(json, "tag");
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
    request.environment.emplace_back("PIP_FIND_LINKS", address_of_path(*wheelhouse));
  }
  request.timeout_seconds = kTimeoutSeconds;
  IBID_ASSIGN(const platform::ProcessResult result, platform::run_process(request));
  // pip was interrupted with us, or we were to stop once it is done.
  IBID_TRY(platform::check_not_stopped());
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
