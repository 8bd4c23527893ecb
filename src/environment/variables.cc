#include "environment/variables.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "environment/secrets.h"

namespace ibid::environment {
namespace {

constexpr auto kPrefixes = std::to_array<std::string_view>(
    {"PYTHON",  "OMP_",          "GOMP_",  "KMP_",     "MKL_",      "OPENBLAS_", "GOTO_",    "BLIS_",
     "VECLIB_", "NUMEXPR_",      "NPY_",   "NUMBA_",   "ATEN_",     "TORCH_",    "PYTORCH_", "TORCHINDUCTOR_",
     "TRITON_", "TF_",           "XLA_",   "JAX_",     "KERAS_",    "ONEDNN_",   "DNNL_",    "CUDA_",
     "CUBLAS_", "CUDNN_",        "NCCL_",  "NVIDIA_",  "HIP_",      "ROCR_",     "ROCM_",    "HSA_",
     "MIOPEN_", "ZE_",           "SYCL_",  "XGBOOST_", "LIGHTGBM_", "RAY_",      "DASK_",    "SLURM_",
     "OMPI_",   "PMI_",          "PMIX_",  "I_MPI_",   "MV2_",      "UCX_",      "FI_",      "CONDA_",
     "HF_",     "TRANSFORMERS_", "WANDB_", "MLFLOW_",  "LC_",       "MALLOC_",   "GLIBC_",   "LD_",
     "IBID_"});
constexpr auto kNames =
    std::to_array<std::string_view>({"LANG", "LANGUAGE", "TZ", "PATH", "VIRTUAL_ENV", "RANK", "LOCAL_RANK",
                                     "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"});

bool is_wanted(const std::string& name) {
  const auto begins = [&name](std::string_view prefix) { return name.starts_with(prefix); };
  return std::ranges::any_of(kPrefixes, begins) || std::ranges::find(kNames, name) != kNames.end();
}

// Fields of these two sections are titled with the variable they hold.
bool has_own_field(const std::string& name) {
  if (name == "PYTHONHASHSEED") return true;
  for (const report::Section& section : report_sections()) {
    if (section.name != "threads" && section.name != "determinism") continue;
    for (const report::Field& field : section.fields) {
      if (field.title == name) return true;
    }
  }
  return false;
}

// That a variable is not set is known too.
Fact<std::string> setting(const Subject& subject, const std::string& name) {
  const auto found = subject.variables.find(name);
  if (found == subject.variables.end()) return Fact<std::string>::known("not set", "the environment");
  if (may_be_secret(name, found->second)) return Fact<std::string>::unknown("it looks like a secret");
  return Fact<std::string>::known(found->second, "the environment");
}

}  // namespace

Threads collect_threads(const Subject& subject) {
  Threads threads;
  for_each_fact(threads, [&subject](std::string_view, std::string_view variable, Fact<std::string>& fact) {
    fact = setting(subject, std::string(variable));
  });
  return threads;
}

Determinism collect_determinism(const Subject& subject) {
  Determinism switches;
  for_each_fact(switches, [&subject](std::string_view, std::string_view variable, Fact<std::string>& fact) {
    fact = setting(subject, std::string(variable));
  });
  return switches;
}

FactList<Variable> collect_variables(const Subject& subject) {
  std::vector<Variable> variables;
  for (const auto& [name, value] : subject.variables) {
    if (!is_wanted(name) || has_own_field(name)) continue;
    Variable variable;
    variable.name = Fact<std::string>::known(name, "the environment");
    variable.value = setting(subject, name);
    variables.push_back(std::move(variable));
  }
  return FactList<Variable>::known(std::move(variables),
                                   "the environment, those that libraries of the field read");
}

std::map<std::string, std::string> parse_environ(std::string_view text) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : split(text, '\0')) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos && equals > 0)
      variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

}  // namespace ibid::environment
