#include "cli/findings.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "cli/data_locations.h"
#include "engine/kernels/isa.h"
#include "engine/kernels/kernel_table.h"
#include "platform/cgroup.h"
#include "platform/machine.h"
#include "platform/process.h"
#include "verify/recorded_run.h"

namespace ibid::cli {
namespace {

using State = Finding::State;

std::string unknown(const Error& error) { return "unknown, because " + error.message(); }

template <class T, class Print>
std::string known_or_why(const Result<T>& fact, Print print) {
  return fact.ok() ? print(fact.value()) : unknown(fact.error());
}

std::string same(const std::string& text) { return text; }

std::string isa_list(const std::vector<kernels::Isa>& isas) {
  std::vector<std::string> names;
  for (const kernels::Isa isa : isas) names.emplace_back(kernels::isa_name(isa));
  return join(names, ", ");
}

void examine_processor(std::vector<Finding>& findings) {
  findings.push_back({.name = "processor", .detail = known_or_why(platform::cpu_model(), same)});
  Finding isas{.name = "instruction sets",
               .detail = "can run " + isa_list(kernels::available_isas()) + "; uses " +
                         std::string(kernels::isa_name(kernels::default_isa()))};
  if (const auto problem = kernels::forced_isa_problem()) {
    isas.state = State::kBroken;
    isas.detail = *problem;
    isas.remedy = "unset IBID_FORCE_ISA, or set it to one of these";
  }
  findings.push_back(isas);
  if (kernels::has_hardware_fma()) {
    findings.push_back({.name = "fused multiply-add", .detail = "in hardware"});
  } else {
    findings.push_back({.name = "fused multiply-add",
                        .state = State::kMissing,
                        .detail = "not in this processor; ibid computes it exactly in software",
                        .disables = "results are the same bits, but training is many times slower",
                        .remedy = "an x86-64 processor from 2013 on, or any 64-bit ARM"});
  }
}

void examine_resources(std::vector<Finding>& findings) {
  const platform::CgroupLimits limits = platform::cgroup_limits();
  std::string threads = number_text(platform::default_thread_count()) + " used by default; " +
                        number_text(platform::logical_cores()) + " cores, " +
                        number_text(platform::allowed_cores()) + " of them allowed to this process";
  if (limits.cpus) threads += "; control group allows " + fixed_text(*limits.cpus, 2);
  findings.push_back({.name = "threads", .detail = threads});
  std::string memory = known_or_why(platform::memory_bytes(), format_bytes);
  if (limits.memory_bytes) memory += "; control group allows " + format_bytes(*limits.memory_bytes);
  findings.push_back({.name = "memory", .detail = memory});
  findings.push_back({.name = "operating system",
                      .detail = known_or_why(platform::operating_system(), same) + ", " +
                                platform::kernel_version() + ", " + platform::architecture()});
}

Finding examine_dataset(const data::Dataset& dataset) {
  const std::string name(dataset.name);
  const std::string way = "ibid data " + std::string(dataset.mirrors.empty() ? "make " : "fetch ") + name;
  for (const platform::Path& folder : candidate_folders(data_locations({}), dataset.name)) {
    const auto checks = data::check_dataset(dataset, folder);
    if (!checks.ok()) continue;
    const auto count = [&](data::FileState state) {
      return std::ranges::count(checks.value(), state, &data::FileCheck::state);
    };
    const auto n_files = static_cast<int64_t>(dataset.files.size());
    if (count(data::FileState::kIntact) == n_files) {
      return {.name = "data set " + name, .detail = "in " + folder.string() + ", intact"};
    }
    if (count(data::FileState::kMissing) == n_files) continue;
    return {.name = "data set " + name,
            .state = State::kBroken,
            .detail = "in " + folder.string() + ", but only " +
                      number_text(int64_t{count(data::FileState::kIntact)}) + " of " + number_text(n_files) +
                      " files are intact",
            .disables = "trainings on it",
            .remedy = way};
  }
  return {.name = "data set " + name,
          .state = State::kMissing,
          .detail = "in no folder that is looked at",
          .disables = "trainings on it",
          .remedy = way};
}

struct Tool {
  const char* program;
  const char* disables;
  const char* remedy;
};

Finding examine_tool(const Tool& tool) {
  const auto path = platform::find_program(tool.program);
  if (path) return {.name = tool.program, .detail = path->string()};
  return {.name = tool.program,
          .state = State::kMissing,
          .detail = "not in PATH",
          .disables = tool.disables,
          .remedy = tool.remedy};
}

// The first Python in which PyTorch is installed; its version is asked for without loading it, which takes
// seconds.
Finding examine_torch() {
  constexpr const char* kScript = "import importlib.metadata as m; print(m.version('torch'))";
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const auto result = platform::run_process(
        {.arguments = {python, "-c", kScript}, .environment = {}, .folder = {}, .timeout_seconds = 20.0});
    if (!result.ok() || result.value().exit_status != 0) continue;
    return {.name = "PyTorch",
            .detail = std::string(trim(result.value().standard_output)) + " for " + python};
  }
  return {.name = "PyTorch",
          .state = State::kMissing,
          .detail = "in no python3",
          .disables = "comparing speed with PyTorch",
          .remedy = "tools/setup.sh --bench"};
}

// Shared libraries as the dynamic linker knows them.
void examine_libraries(std::vector<Finding>& findings) {
  struct Library {
    const char* name;
    const char* file;
    const char* disables;
  };
  static constexpr Library kLibraries[] = {
      {"OpenBLAS", "libopenblas.so", "comparing the speed of matrix products with it"},
      {"oneDNN", "libdnnl.so", "comparing the speed of convolutions with it"},
  };
  const auto cache = platform::run_process(
      {.arguments = {"/sbin/ldconfig", "-p"}, .environment = {}, .folder = {}, .timeout_seconds = 20.0});
  const std::string known = cache.ok() ? cache.value().standard_output : "";
  for (const Library& library : kLibraries) {
    if (known.find(library.file) != std::string::npos) {
      findings.push_back({.name = library.name, .detail = "installed"});
    } else {
      findings.push_back({.name = library.name,
                          .state = State::kMissing,
                          .detail = "the dynamic linker does not know it",
                          .disables = library.disables,
                          .remedy = "tools/setup.sh --bench"});
    }
  }
}

void examine_hook(std::vector<Finding>& findings) {
  const Result<verify::HookFiles> hook = verify::find_hook_files();
  if (hook.ok()) {
    findings.push_back({.name = "hook for Python", .detail = hook.value().inject.string()});
    return;
  }
  findings.push_back({.name = "hook for Python",
                      .state = State::kMissing,
                      .detail = hook.error().message(),
                      .disables = "'ibid run' and 'ibid verify' see nothing inside Python programs",
                      .remedy = hook.error().hint()});
}

}  // namespace

std::vector<Finding> examine_machine() {
  static constexpr Tool kTools[] = {
      {"python3", "recording Python programs", "apt-get install python3"},
      {"podman", "the digest of a base image by its name, and testing containers",
       "tools/setup.sh --containers"},
      {"buildah", "testing that a Dockerfile gives the same image twice", "tools/setup.sh --containers"},
      {"rsvg-convert", "plots of a verification as PNG", "apt-get install librsvg2-bin"},
      {"sbatch", "'ibid verify --executor slurm'", "apt-get install slurm-client, and join a cluster"},
      {"clang++-19", "building with a second compiler and the fuzzers", "tools/setup.sh"},
      {"qemu-aarch64", "testing the 64-bit ARM build on other machines", "tools/setup.sh"},
      {"aarch64-linux-gnu-g++", "building for 64-bit ARM on other machines", "tools/setup.sh"},
  };
  std::vector<Finding> findings;
  examine_processor(findings);
  examine_resources(findings);
  for (const data::Dataset& dataset : data::known_datasets()) findings.push_back(examine_dataset(dataset));
  examine_hook(findings);
  for (const Tool& tool : kTools) findings.push_back(examine_tool(tool));
  examine_libraries(findings);
  findings.push_back(examine_torch());
  return findings;
}

}  // namespace ibid::cli
