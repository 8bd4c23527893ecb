#include "environment/conda_lock.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/build_facts.h"
#include "base/text.h"
#include "environment/packages.h"

namespace ibid::environment {
namespace {

std::string header() { return "# Locked by ibid " + std::string(build_facts().version) + ".\n"; }

Result<std::vector<CondaPackage>> packages_by_name(const FactList<CondaPackage>& conda) {
  if (conda.items.empty()) {
    return Error(ErrorCode::kNotFound,
                 conda.is_known() ? conda.source : "conda's packages are unknown: " + conda.unknown_reason,
                 "name the interpreter of a conda environment with --python, or its folder with --prefix");
  }
  std::vector<CondaPackage> packages = conda.items;
  for (const CondaPackage& package : packages) {
    for (const Fact<std::string>* fact : {&package.name, &package.version, &package.build}) {
      if (!fact->is_known())
        return Error(ErrorCode::kMalformed, fact->reason(), "install that package again with conda");
    }
  }
  std::ranges::sort(packages, {}, [](const CondaPackage& package) { return package.name.value(); });
  return packages;
}

// Every client takes MD5; SHA-256 is what old packages lack.
Result<std::string> explicit_line(const CondaPackage& package) {
  if (!package.url.is_known()) {
    return Error(ErrorCode::kUnsupported, package.url.reason(),
                 "install " + package.name.value() + " from a channel, then lock again");
  }
  if (package.md5.is_known()) return package.url.value() + "#" + package.md5.value() + "\n";
  if (package.sha256.is_known()) return package.url.value() + "#sha256:" + package.sha256.value() + "\n";
  return Error(ErrorCode::kUnsupported, package.md5.reason() + ", and no 'sha256' either",
               "install " + package.name.value() + " from a channel, then lock again");
}

std::string platform_of(const std::vector<CondaPackage>& packages) {
  for (const CondaPackage& package : packages) {
    if (package.subdir.is_known() && package.subdir.value() != "noarch") return package.subdir.value();
  }
  return "noarch";
}

// "name==version" of the Python packages that conda knows nothing of.
std::vector<std::string> pip_lines(const FactList<Package>& python) {
  std::vector<std::string> lines;
  for (const Package& package : python.items) {
    const bool by_conda = package.installer.is_known() && package.installer.value() == "conda";
    if (by_conda || !package.name.is_known() || !package.version.is_known()) continue;
    lines.push_back(normalised_name(package.name.value()) + "==" + package.version.value());
  }
  std::ranges::sort(lines);
  return lines;
}

// The channel without the platform that conda writes behind it.
std::string channel_of(const CondaPackage& package) {
  std::string channel = package.channel.value();
  while (channel.ends_with('/')) channel.pop_back();
  const std::string end = "/" + (package.subdir.is_known() ? package.subdir.value() : "noarch");
  for (const std::string& platform : {end, std::string("/noarch")}) {
    if (channel.ends_with(platform)) channel.resize(channel.size() - platform.size());
  }
  return channel;
}

// The one that most packages came from first: conda's own order of channels is not recorded anywhere.
std::vector<std::string> channels_of(const std::vector<CondaPackage>& packages) {
  std::map<std::string, int64_t> counts;
  for (const CondaPackage& package : packages) {
    if (package.channel.is_known()) --counts[channel_of(package)];
  }
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [channel, count] : counts) order.emplace_back(count, channel);
  std::ranges::sort(order);
  std::vector<std::string> channels;
  for (const auto& [count, channel] : order) channels.push_back(channel);
  return channels;
}

// A text for YAML: in quotes, for versions look like numbers and channels have colons.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

}  // namespace

Result<std::string> conda_explicit_text(const FactList<CondaPackage>& conda,
                                        const FactList<Package>& python) {
  IBID_ASSIGN(const std::vector<CondaPackage> packages, packages_by_name(conda));
  std::string text = header() + "# Create the environment: conda create --name NAME --file THIS-FILE\n" +
                     "# platform: " + platform_of(packages) + "\n";
  for (const std::string& line : pip_lines(python))
    text += "# installed by pip, so not in this list: " + line + "\n";
  text += "@EXPLICIT\n";
  for (const CondaPackage& package : packages) {
    IBID_ASSIGN(const std::string line, explicit_line(package));
    text += line;
  }
  return text;
}

Result<std::string> conda_yaml_text(const FactList<CondaPackage>& conda, const FactList<Package>& python) {
  IBID_ASSIGN(const std::vector<CondaPackage> packages, packages_by_name(conda));
  std::string text = header() + "# Create the environment: conda env create --name NAME --file THIS-FILE\n" +
                     "# platform: " + platform_of(packages) + "\nchannels:\n";
  for (const std::string& channel : channels_of(packages)) text += "  - " + quoted(channel) + "\n";
  text += "  - nodefaults\ndependencies:\n";
  for (const CondaPackage& package : packages) {
    text += "  - " +
            quoted(package.name.value() + "=" + package.version.value() + "=" + package.build.value()) + "\n";
  }
  const std::vector<std::string> pip = pip_lines(python);
  if (!pip.empty()) text += "  - pip:\n";
  for (const std::string& line : pip) text += "      - " + quoted(line) + "\n";
  return text;
}

}  // namespace ibid::environment
