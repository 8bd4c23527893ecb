#include "environment/dockerfile.h"

#include <algorithm>
#include <vector>

#include "base/build_facts.h"
#include "base/text.h"
#include "environment/requirements.h"

namespace ibid::environment {
namespace {

constexpr const char* kFolder = "/usr/share/ibid";  // where the locks lie in the image

// A value between double quotes as Dockerfiles take it.
std::string quoted(const std::string& value) {
  std::string out = "\"";
  for (const char c : value)
    out += c == '"' || c == '\\' || c == '$' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string introduction(const DockerfileRequest& request, const Lock& lock) {
  std::string text = "# Written by ibid " + std::string(build_facts().version) + " for " + lock.python +
                     ".\n"
                     "# Environment record: sha256:" +
                     lock.environment_sha256 +
                     "\n"
                     "#\n"
                     "# Build it so that the same inputs give the same image id:\n"
                     "#   buildah build --timestamp 0 .      or      podman build --timestamp 0 .\n"
                     "#   docker buildx build --build-arg SOURCE_DATE_EPOCH=0 --output "
                     "type=image,rewrite-timestamp=true .\n"
                     "#\n"
                     "# Left to chance:\n";
  if (!lock.debian.empty()) {
    text +=
        "# - Debian's servers keep a version only until the next one. When apt-get no longer finds one of\n"
        "#   apt.lock, put a snapshot of the archive from the right day into the base's list of sources.\n";
  }
  if (!unhashed_requirements_text(lock).empty())
    text += "# - pip cannot check what is in requirements-unhashed.lock.\n";
  for (const LockedPackage& package : lock.packages) {
    if (package.form == PackageForm::kNone)
      text += "# - " + package.name + " " + package.version + " is not in the image: it is not locked.\n";
  }
  if (request.asks_index)
    text += "# - The index has to offer the archives still; --wheelhouse keeps them here.\n";
  return text + "# - The processor, the kernel and the accelerator's driver are the host's.\n";
}

// Only what the base does not have in that version: a base that has everything needs no network.
std::string apt_step() {
  return "\nRUN set -eu; export DEBIAN_FRONTEND=noninteractive; missing=; \\\n"
         "    for package in $(sed '/^#/d' " +
         std::string(kFolder) +
         "/apt.lock); do \\\n"
         "      state=$(dpkg-query --show --showformat '${db:Status-Status} ${Version}' \"${package%%=*}\" "
         "2> /dev/null || true); \\\n"
         "      [ \"$state\" = \"installed ${package#*=}\" ] || missing=\"$missing $package\"; \\\n"
         "    done; \\\n"
         "    [ -n \"$missing\" ] || exit 0; \\\n"
         "    apt-get update; \\\n"
         "    apt-get install --yes --no-install-recommends $missing; \\\n"
         "    find / -xdev -name '*.pyc' -delete; \\\n"
         "    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache /var/log/*\n";
}

// The interpreter comes with the base or from Debian; another one would be noticed by nobody later.
std::string interpreter_check(const Report& report) {
  const std::string version = report.python.version.value();
  std::string text = "\nRUN python3 -B -c 'import platform as p; v = p.python_version(); assert v == \"" +
                     version + "\", \"this is Python \" + v + \", not " + version + "\"";
  if (report.python.platform.is_known()) {
    const std::string& platform = report.python.platform.value();
    const std::string machine = platform.substr(platform.find('-') + 1);
    text +=
        "; assert p.machine() == \"" + machine + "\", \"this is \" + p.machine() + \", not " + machine + "\"";
  }
  return text + "'\n";
}

std::string pip_step(const std::string& file, bool with_hashes, const DockerfileRequest& request) {
  const std::string mount = request.has_wheels ? "--mount=type=bind,source=wheels,target=/tmp/wheels " : "";
  return "\nRUN " + mount +
         "set -eu; export PYTHONDONTWRITEBYTECODE=1 PIP_BREAK_SYSTEM_PACKAGES=1 \\\n"
         "      PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore; \\\n"
         "    python3 -m pip install --no-deps --no-compile --no-cache-dir " +
         (with_hashes ? "--require-hashes " : "") + (request.asks_index ? "" : "--no-index ") +
         (request.has_wheels ? "--find-links /tmp/wheels " : "") + "\\\n      --requirement " + kFolder +
         "/" + file + "\n";
}

std::string switches(const Report& report) {
  std::string text;
  for (const auto& [name, value] : switches_in_force(report))
    text += "ENV " + name + "=" + quoted(value) + "\n";
  return text.empty() ? text : "\n" + text;
}

template <class Section>
void take_switches(const Section& section, std::map<std::string, std::string>& set) {
  Section copy = section;
  for_each_fact(copy, [&set](std::string_view, std::string_view title, const Fact<std::string>& fact) {
    const bool one_line = fact.is_known() && fact.value().find_first_of("\r\n") == std::string::npos;
    if (one_line && fact.value() != "not set") set.emplace(title, fact.value());
  });
}

}  // namespace

bool is_pinned(const std::string& image) {
  const size_t at = image.find("@sha256:");
  if (at == std::string::npos || at == 0) return false;
  const std::string digest = image.substr(at + 8);
  return digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos &&
         image.find_first_of(" \t\r\n") == std::string::npos;
}

std::string without_tag(const std::string& image) {
  const size_t at = image.find('@');
  const std::string name = image.substr(0, at), digest = at == std::string::npos ? "" : image.substr(at);
  const size_t colon = name.rfind(':'), slash = name.rfind('/');
  const bool has_tag = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return (has_tag ? name.substr(0, colon) : name) + digest;
}

std::map<std::string, std::string> switches_in_force(const Report& report) {
  std::map<std::string, std::string> set;
  take_switches(report.threads, set);
  take_switches(report.determinism, set);
  const Fact<std::string>& seed = report.python.hash_seed;
  if (seed.is_known() && seed.value() != "random") set.emplace("PYTHONHASHSEED", seed.value());
  return set;
}

Result<std::string> dockerfile_text(const DockerfileRequest& request, const Lock& lock,
                                    const Report& report) {
  if (!is_pinned(request.base)) {
    return Error(ErrorCode::kUsage, "the base image '" + request.base + "' is not named by its digest",
                 "name it as NAME@sha256:DIGEST");
  }
  const bool has_unhashed = !unhashed_requirements_text(lock).empty();
  std::vector<std::string> files = {"requirements.lock"};
  if (!lock.debian.empty()) files.insert(files.begin(), "apt.lock");
  if (has_unhashed) files.emplace_back("requirements-unhashed.lock");
  std::string text = introduction(request, lock);
  if (request.base_name != request.base) text += "\n# " + request.base_name;
  text += "\nFROM " + without_tag(request.base) + "\nARG SOURCE_DATE_EPOCH=0\nCOPY " + join(files, " ") +
          " " + kFolder + "/\n";
  if (!lock.debian.empty()) text += apt_step();
  text += interpreter_check(report);
  text += pip_step("requirements.lock", true, request);
  if (has_unhashed) text += pip_step("requirements-unhashed.lock", false, {});
  text += switches(report);
  text += "\nLABEL ibid.version=" + quoted(std::string(build_facts().version)) +
          " \\\n      ibid.environment=" + quoted("sha256:" + lock.environment_sha256) +
          " \\\n      ibid.base=" + quoted(request.base) + "\n";
  return text;
}

}  // namespace ibid::environment
