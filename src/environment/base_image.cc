#include "environment/base_image.h"

#include <vector>

#include "base/text.h"
#include "environment/dockerfile.h"
#include "platform/process.h"

namespace ibid::environment {
namespace {

constexpr double kTimeoutSeconds = 30;

struct Question {
  std::vector<std::string> arguments;
};

std::vector<Question> questions(const std::string& name) {
  return {{{"podman", "image", "inspect", "--format", "{{.Digest}}", name}},
          {{"docker", "image", "inspect", "--format", "{{index .RepoDigests 0}}", name}},
          {{"skopeo", "inspect", "--format", "{{.Digest}}", "containers-storage:" + name}}};
}

}  // namespace

Result<std::string> pinned_image(const std::string& name) {
  if (is_pinned(name)) return name;
  std::vector<std::string> asked;
  for (const Question& question : questions(name)) {
    const std::string& program = question.arguments.front();
    if (name.starts_with('-') || !platform::find_program(program)) continue;
    asked.push_back(program);
    const auto result = platform::run_process({.arguments = question.arguments,
                                               .environment = {},
                                               .folder = {},
                                               .timeout_seconds = kTimeoutSeconds});
    if (!result.ok() || result.value().exit_status != 0) continue;
    const std::string answer(trim(result.value().standard_output));
    const std::string digest = answer.substr(std::min(answer.find("sha256:"), answer.size()));
    const std::string pinned = without_tag(name.substr(0, name.find('@'))) + "@" + digest;
    if (is_pinned(pinned)) return pinned;
  }
  return Error(ErrorCode::kNotFound,
               "the digest of the base image '" + name + "' is not known here" +
                   (asked.empty() ? "; neither podman nor docker nor skopeo is installed"
                                  : "; " + join(asked, ", ") + " asked"),
               "pull it first (podman pull), or name it with its digest: --base NAME@sha256:DIGEST");
}

}  // namespace ibid::environment
