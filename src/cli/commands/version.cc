#include "base/build_facts.h"
#include "base/json.h"
#include "base/number_text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "engine/kernels/isa.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::cli {
namespace {

Json isa_names(const std::vector<kernels::Isa>& isas) {
  Json names = Json::array();
  for (const kernels::Isa isa : isas) names.push_back(kernels::isa_name(isa));
  return names;
}

Json facts() {
  const BuildFacts& build = build_facts();
  return {{"version", build.version},
          {"arithmetic", build.arithmetic_version},
          {"compiler", build.compiler},
          {"flags", build.flags},
          {"build_type", build.build_type},
          {"sanitizers", build.sanitizers},
          {"architecture", build.architecture},
          {"instruction_sets",
           {{"built", isa_names(kernels::built_isas())},
            {"available", isa_names(kernels::available_isas())},
            {"in_use", kernels::isa_name(kernels::default_isa())}}},
          {"hardware_fma", kernels::has_hardware_fma()}};
}

std::string list_text(const Json& names) {
  std::string text;
  for (const Json& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

Result<int> run(const Invocation& invocation, Console& console) {
  const Json json = facts();
  if (invocation.flag("json")) {
    console.print(json_text(json));
    return 0;
  }
  const BuildFacts& build = build_facts();
  const Json& sets = json["instruction_sets"];
  const std::string sanitizers =
      build.sanitizers.empty() ? "" : ", sanitizers " + std::string(build.sanitizers);
  console.print("ibid " + std::string(build.version) + "\n" +                             //
                "arithmetic standard  " + number_text(build.arithmetic_version) + "\n" +  //
                "compiler             " + std::string(build.compiler) + " for " +
                std::string(build.architecture) + "\n" + "build                " +
                std::string(build.build_type) + sanitizers + ": " + std::string(build.flags) + "\n" +  //
                "instruction sets     built: " + list_text(sets["built"]) +                            //
                "; this machine runs: " + list_text(sets["available"]) +                               //
                "; in use: " + sets["in_use"].get<std::string>() + "\n");
  return 0;
}

}  // namespace

CommandSpec version_command() {
  return {
      .name = "version",
      .summary = "show the version and how this program was built",
      .description =
          "Shows the version, the version of the arithmetic standard that results follow, the compiler and "
          "its flags, "
          "and the instruction sets built in, available on this machine and in use.",
      .options = {{.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid version", "for people"}, {"ibid version --json", "for scripts"}},
      .run = run,
  };
}

}  // namespace ibid::cli
