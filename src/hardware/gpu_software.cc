#include "hardware/gpu_software.h"

#include <array>
#include <map>
#include <memory>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/cuda_gpus.h"
#include "hardware/gpu_list.h"
#include "hardware/mapped_library.h"
#include "hardware/nvml.h"

namespace ibid::hardware {
namespace {

using platform::SharedLibrary;

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar ..." and, for the open modules,
// "... Open Kernel Module for x86_64  550.54.15  Release Build ...": the first word that is a version.
Result<std::string> kernel_module_version(const Machine& machine, const std::string& path) {
  IBID_ASSIGN(const std::string line, machine.read_line(path));
  for (const std::string& word : split(line, ' ')) {
    const bool is_version =
        word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos;
    if (is_version) return word;
  }
  return Error(ErrorCode::kMalformed, path + " says '" + line + "'");
}

// The part of the driver that programs load has the driver's version in its file's name.
void add_library_version(const SharedLibrary& library, Fact<std::string>& version) {
  const auto file = library.file();
  if (!file.ok()) return;
  const std::string name = file.value().filename().string();
  const size_t at = name.find(".so.");
  if (at == std::string::npos || name.find('.', at + 4) == std::string::npos) return;
  version.also(name.substr(at + 4), "file name of " + file.value().string());
}

void collect_driver(const Machine& machine, const GpuLibraries& libraries, GpuSoftware& facts) {
  const auto nvml = Nvml::open(libraries.nvml);
  const auto ask = [&nvml](Fact<std::string>& fact, const char* symbol) {
    if (nvml.ok()) {
      offer(fact, nvml.value()->system_text(symbol), nvml.value()->api().source(symbol));
    } else {
      offer(fact, Result<std::string>(Error(ErrorCode::kNotFound, "NVML: " + nvml.error().message())),
            "NVML");
    }
  };
  ask(facts.nvidia_driver_version, "nvmlSystemGetDriverVersion");
  ask(facts.nvml_version, "nvmlSystemGetNVMLVersion");
  const std::string proc = "/proc/driver/nvidia/version";
  offer(facts.nvidia_driver_version, kernel_module_version(machine, proc), proc);
  const auto library = SharedLibrary::open_first(libraries.nvml);
  if (library.ok()) add_library_version(library.value(), facts.nvidia_driver_version);

  const auto cuda = open_cuda_driver(libraries.cuda_driver);
  offer(facts.cuda_driver_api_version,
        cuda.ok() ? cuda_driver_version(cuda.value()) : Result<std::string>(cuda.error()),
        "CUDA cuDriverGetVersion");
  int32_t version = 0;
  const char* symbol = "nvmlSystemGetCudaDriverVersion_v2";
  if (nvml.ok() && nvml.value()->api().call<int32_t*>(symbol, &version).ok())
    facts.cuda_driver_api_version.also(cuda_version_text(version), nvml.value()->api().source(symbol));
}

// A library that is asked for its own version.
struct Library {
  const char* stem;  // of its file's name
  const char* symbol;
  const std::vector<std::string> GpuLibraries::* names;
  Fact<std::string> GpuSoftware::* version;
  Fact<std::string> GpuSoftware::* file;
  Result<std::string> (*ask)(const SharedLibrary& library);
};

Error refused(const char* symbol, int32_t code) {
  return Error(ErrorCode::kUnsupported, std::string(symbol) + " failed with code " + number_text(code));
}

// major * 10000 + minor * 100 + patch, as NCCL from 2.9 and cuDNN from 9 count; earlier ones had less room.
std::string three_parts(int64_t version, int64_t major_place, int64_t minor_place) {
  return number_text(version / major_place) + "." + number_text(version % major_place / minor_place) + "." +
         number_text(version % minor_place);
}

Result<std::string> ask_cuda_runtime(const SharedLibrary& library) {
  IBID_ASSIGN(const auto get, library.function<int32_t(int32_t*)>("cudaRuntimeGetVersion"));
  int32_t version = 0;
  if (const int32_t code = get(&version); code != 0) return refused("cudaRuntimeGetVersion", code);
  return cuda_version_text(version);
}

Result<std::string> ask_cublas(const SharedLibrary& library) {
  IBID_ASSIGN(const auto get, library.function<int32_t(int32_t, int32_t*)>("cublasGetProperty"));
  std::string text;
  for (int32_t part = 0; part < 3; ++part) {
    int32_t value = 0;
    if (const int32_t code = get(part, &value); code != 0) return refused("cublasGetProperty", code);
    text += (part > 0 ? "." : "") + number_text(value);
  }
  return text;
}

Result<std::string> ask_cudnn(const SharedLibrary& library) {
  IBID_ASSIGN(const auto get, library.function<size_t()>("cudnnGetVersion"));
  const auto version = static_cast<int64_t>(get());
  return version >= 10000 ? three_parts(version, 10000, 100) : three_parts(version, 1000, 100);
}

Result<std::string> ask_nccl(const SharedLibrary& library) {
  IBID_ASSIGN(const auto get, library.function<int32_t(int32_t*)>("ncclGetVersion"));
  int32_t version = 0;
  if (const int32_t code = get(&version); code != 0) return refused("ncclGetVersion", code);
  return version >= 10000 ? three_parts(version, 10000, 100) : three_parts(version, 1000, 100);
}

const auto kLibraries = std::to_array<Library>(
    {{"libcudart", "cudaRuntimeGetVersion", &GpuLibraries::cuda_runtime, &GpuSoftware::cuda_runtime_version,
      &GpuSoftware::cuda_runtime_file, ask_cuda_runtime},
     {"libcublas", "cublasGetProperty", &GpuLibraries::cublas, &GpuSoftware::cublas_version,
      &GpuSoftware::cublas_file, ask_cublas},
     {"libcudnn", "cudnnGetVersion", &GpuLibraries::cudnn, &GpuSoftware::cudnn_version,
      &GpuSoftware::cudnn_file, ask_cudnn},
     {"libnccl", "ncclGetVersion", &GpuLibraries::nccl, &GpuSoftware::nccl_version, &GpuSoftware::nccl_file,
      ask_nccl}});

void as_loadable(const Library& what, const GpuLibraries& libraries, GpuSoftware& facts) {
  const auto library = SharedLibrary::open_first(libraries.*what.names);
  if (!library.ok()) {
    const std::string reason = library.error().message() +
                               "; Python packages that bring their own show it when a process has loaded it: "
                               "use --pid";
    facts.*what.version = facts.*what.file = Fact<std::string>::unknown(reason);
    return;
  }
  offer(facts.*what.version, what.ask(library.value()), what.symbol);
  const auto file = library.value().file();
  offer(facts.*what.file, file.ok() ? Result<std::string>(file.value().string()) : file.error(),
        "the loader, for " + library.value().name());
}

// A library of another process is not loaded to be asked: that would run its code with this user's rights.
void as_loaded(const Machine& machine, int64_t process, GpuSoftware& facts) {
  const std::string path = "/proc/" + number_text(process) + "/maps";
  const auto files = mapped_files(machine, process);
  for (const Library& what : kLibraries) {
    if (!files.ok()) {
      facts.*what.version = facts.*what.file = Fact<std::string>::unknown(files.error().message());
      continue;
    }
    const auto file = find_library(files.value(), what.stem);
    if (!file) {
      facts.*what.version =
          facts.*what.file =
              Fact<std::string>::unknown("process " + number_text(process) + " has not loaded " + what.stem);
      continue;
    }
    facts.*what.file = Fact<std::string>::known(*file, path);
    offer(facts.*what.version, version_of_file(machine, *file), "name or package of " + *file);
  }
}

Fact<std::string> file_fact(const std::vector<std::string>& names) {
  const auto library = SharedLibrary::open_first(names);
  if (!library.ok()) return Fact<std::string>::unknown(library.error().message());
  const auto file = library.value().file();
  return fact(file.ok() ? Result<std::string>(file.value().string()) : file.error(), "the loader");
}

struct Variable {
  const char* name;
  Fact<std::string> GpuSoftware::* fact;
};
constexpr auto kVariables =
    std::to_array<Variable>({{"CUDA_VISIBLE_DEVICES", &GpuSoftware::cuda_visible_devices},
                             {"CUDA_DEVICE_ORDER", &GpuSoftware::cuda_device_order},
                             {"NVIDIA_VISIBLE_DEVICES", &GpuSoftware::nvidia_visible_devices},
                             {"HIP_VISIBLE_DEVICES", &GpuSoftware::hip_visible_devices},
                             {"ROCR_VISIBLE_DEVICES", &GpuSoftware::rocr_visible_devices},
                             {"ZE_AFFINITY_MASK", &GpuSoftware::ze_affinity_mask},
                             {"NVIDIA_TF32_OVERRIDE", &GpuSoftware::nvidia_tf32_override},
                             {"CUBLAS_WORKSPACE_CONFIG", &GpuSoftware::cublas_workspace_config}});

using Environment = std::map<std::string, std::string>;

// "NAME=value", each with a zero byte after it.
Environment parse_environment(const std::string& text) {
  Environment environment;
  for (const std::string& entry : split(text, '\0')) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos) environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

std::string value_in(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found != environment.end() ? found->second : "not set";
}

void collect_variables(const Machine& machine, std::optional<int64_t> process, GpuSoftware& facts) {
  std::string source = "environment of this process";
  Result<Environment> environment = machine.answers().environment;
  if (process) {
    source = "/proc/" + number_text(*process) + "/environ";
    const auto text = machine.read(source);
    environment = text.ok() ? Result<Environment>(parse_environment(text.value())) : text.error();
  }
  for (const Variable& variable : kVariables) {
    offer(facts.*variable.fact,
          environment.ok() ? Result<std::string>(value_in(environment.value(), variable.name))
                           : environment.error(),
          source);
  }
}

}  // namespace

GpuSoftware collect_gpu_software(const Machine& machine, const GpuLibraries& libraries,
                                 std::optional<int64_t> process) {
  GpuSoftware facts;
  collect_driver(machine, libraries, facts);
  if (process) {
    as_loaded(machine, *process, facts);
  } else {
    for (const Library& what : kLibraries) as_loadable(what, libraries, facts);
  }
  facts.rocm_version = line_fact(machine, "/opt/rocm/.info/version");
  facts.rocm_smi_file = file_fact(libraries.rocm_smi);
  facts.level_zero_file = file_fact(libraries.level_zero);
  collect_variables(machine, process, facts);
  return facts;
}

}  // namespace ibid::hardware
