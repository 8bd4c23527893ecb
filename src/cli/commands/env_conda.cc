#include <filesystem>

#include "cli/command.h"
#include "cli/environment_capture.h"
#include "cli/environment_lock.h"
#include "cli/invocation.h"
#include "environment/conda.h"
#include "environment/conda_lock.h"
#include "environment/live.h"

namespace ibid::cli {
namespace {

struct Packages {
  report::FactList<environment::CondaPackage> conda;
  report::FactList<environment::Package> python;
};

// A conda environment need not have a Python in it.
Result<Packages> packages(const Invocation& invocation) {
  const auto prefix = invocation.text("prefix");
  if (!prefix) {
    IBID_ASSIGN(CapturedEnvironment captured, capture_environment(invocation));
    return Packages{std::move(captured.report.conda_packages), std::move(captured.report.packages)};
  }
  if (!platform::is_folder(*prefix)) {
    return Error(ErrorCode::kNotFound, "there is no folder '" + *prefix + "'",
                 "'conda env list' shows the folders of all environments");
  }
  const auto folder =
      report::Fact<std::string>::known(std::filesystem::absolute(*prefix).string(), "--prefix");
  return Packages{collect_conda_packages(environment::this_environment(), folder), {}};
}

Result<int> run(const Invocation& invocation, Console& console) {
  if (invocation.flag("explicit") && invocation.flag("yaml")) {
    return Error(ErrorCode::kUsage, "--explicit and --yaml are two formats", "ask for one at a time");
  }
  IBID_ASSIGN(const Packages found, packages(invocation));
  IBID_ASSIGN(const std::string text, invocation.flag("yaml")
                                          ? environment::conda_yaml_text(found.conda, found.python)
                                          : environment::conda_explicit_text(found.conda, found.python));
  if (const auto output = invocation.text("output")) {
    IBID_TRY(write_and_say(*output, text, console));
  } else {
    console.print(text);
  }
  return 0;
}

}  // namespace

CommandSpec env_conda_command() {
  std::vector<OptionSpec> options;
  options.push_back(python_option());
  options.push_back({.name = "prefix",
                     .type = OptionType::kPath,
                     .value_name = "DIR",
                     .help = "the folder of a conda environment, which need not have a Python in it"});
  options.push_back(
      {.name = "explicit", .help = "the address and digest of each package (this is the default)"});
  options.push_back({.name = "yaml", .help = "an environment.yml with the exact build of each package"});
  options.push_back(
      {.name = "output", .type = OptionType::kPath, .value_name = "FILE", .help = "write it there"});
  return {
      .name = "env conda",
      .summary = "write a conda environment down as conda's own files",
      .description =
          "From what conda keeps of each installed package. The explicit list pins every file by its digest "
          "and needs no solver; the environment.yml pins versions and builds and leaves it to conda where "
          "they come from. Addresses are written without user names, passwords and tokens.",
      .options = std::move(options),
      .examples = {{"ibid env conda --output explicit.txt", "of the active environment"},
                   {"ibid env conda --yaml --python ~/miniforge3/envs/train/bin/python", "of another one"}},
      .run = run,
  };
}

}  // namespace ibid::cli
