#include "hardware/gpu_software.h"

#include <doctest/doctest.h>

#include "hardware/mapped_library.h"
#include "support/fake_machine.h"
#include "support/stubs/gpu_stubs.h"
#include "unit/hardware/gpu_checks.h"

using namespace ibid;
using namespace ibid::hardware;
using namespace ibid::test;

namespace {

const char* kVersions =
    "nvml.init 0\nnvml.driver 550.54.15\nnvml.version 12.550.54.15\nnvml.cuda_version 12040\ncuda.version "
    "12030\n"
    "cudart 12040\ncublas.0 12\ncublas.1 4\ncublas.2 5\ncudnn 90100\nnccl 22105\n";

std::string maps_line(const std::string& file) {
  return "7f0000000000-7f0000001000 r-xp 00000000 08:01 1234 " + std::string(20, ' ') + file + "\n";
}

}  // namespace

TEST_CASE("versions of libraries that can be loaded") {
  const StubAnswers answers(kVersions);
  FakeMachine machine;
  machine.write(
      "/proc/driver/nvidia/version",
      "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release Build\nGCC version: 12\n");
  machine.write("/opt/rocm/.info/version", "6.1.0-82\n");
  machine.answers.environment = {{"HOME", "/root"},
                                 {"CUDA_VISIBLE_DEVICES", "1,0"},
                                 {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},
                                 {"HIP_VISIBLE_DEVICES", ""}};
  const GpuSoftware facts = collect_gpu_software(machine.machine(), nvidia_stubs(), std::nullopt);
  check_all_asked(facts);
  check_known(facts.nvidia_driver_version, "550.54.15");
  REQUIRE(facts.nvidia_driver_version.other_readings().size() == 1);
  CHECK(facts.nvidia_driver_version.other_readings()[0].value == "550.54.14");
  CHECK(facts.nvidia_driver_version.other_readings()[0].source == "/proc/driver/nvidia/version");
  check_known(facts.nvml_version, "12.550.54.15");
  check_known(facts.cuda_driver_api_version, "12.3");
  REQUIRE(facts.cuda_driver_api_version.other_readings().size() == 1);
  CHECK(facts.cuda_driver_api_version.other_readings()[0].value == "12.4");
  check_known(facts.cuda_runtime_version, "12.4");
  check_known(facts.cublas_version, "12.4.5");
  check_known(facts.cudnn_version, "9.1.0");
  check_known(facts.nccl_version, "2.21.5");
  check_known(facts.cudnn_file, std::filesystem::canonical(IBID_STUB_CUDA_LIBRARIES).string());
  check_known(facts.rocm_version, "6.1.0-82");
  check_known(facts.cuda_visible_devices, "1,0");
  CHECK(facts.cuda_visible_devices.source() == "environment of this process");
  check_known(facts.cublas_workspace_config, ":4096:8");
  check_known(facts.hip_visible_devices, "");
  check_known(facts.cuda_device_order, "not set");
}

TEST_CASE("earlier versions of cuDNN and NCCL count otherwise") {
  const StubAnswers answers("cudnn 8907\nnccl 2708\n");
  const GpuSoftware facts = collect_gpu_software(FakeMachine().machine(), nvidia_stubs(), std::nullopt);
  check_known(facts.cudnn_version, "8.9.7");
  check_known(facts.nccl_version, "2.7.8");
  CHECK(reason(facts.cuda_runtime_version) == "cudaRuntimeGetVersion failed with code 999");
  CHECK(reason(facts.cublas_version) == "cublasGetProperty failed with code 7");
}

TEST_CASE("nothing is installed: every field says what is missing") {
  const GpuSoftware facts = collect_gpu_software(FakeMachine().machine(), no_libraries(), std::nullopt);
  check_all_asked(facts);
  CHECK(has(reason(facts.nvidia_driver_version), "there is no /nonexistent/libnvidia-ml.so.1"));
  CHECK(has(reason(facts.nvidia_driver_version), "there is no /proc/driver/nvidia/version"));
  CHECK(has(reason(facts.cudnn_version), "there is no /nonexistent/libcudnn.so.9 in the loader's path"));
  CHECK(has(reason(facts.cudnn_version), "use --pid"));
  CHECK(reason(facts.rocm_version) == "there is no /opt/rocm/.info/version");
  check_known(facts.cuda_visible_devices, "not set");
}

TEST_CASE("libraries that a process has loaded") {
  FakeMachine machine;
  const std::string packages = "/opt/venv/lib/python3.11/site-packages";
  machine.write("/proc/77/maps", maps_line("/usr/bin/python3.11") + "7fff-8000 rw-p 0 00:00 0 [heap]\n" +
                                     maps_line(packages + "/nvidia/cublas/lib/libcublasLt.so.12") +
                                     maps_line(packages + "/nvidia/cublas/lib/libcublas.so.12") +
                                     maps_line("/usr/local/cuda/lib64/libcudart.so.12.4.127") +
                                     maps_line(packages + "/nvidia/nccl/lib/libnccl.so.2"));
  machine.write(packages + "/nvidia_cublas_cu12-12.4.5.8.dist-info/METADATA", "Name: nvidia-cublas-cu12\n");
  machine.write("/proc/77/environ", std::string("CUDA_VISIBLE_DEVICES=3\0LANG=C\0", 30));
  machine.answers.environment = {{"CUDA_VISIBLE_DEVICES", "0"}};
  const StubAnswers answers(kVersions);
  const GpuSoftware facts = collect_gpu_software(machine.machine(), nvidia_stubs(), 77);
  check_all_asked(facts);
  check_known(facts.cublas_file, packages + "/nvidia/cublas/lib/libcublas.so.12");
  check_known(facts.cublas_version, "12.4.5.8");
  check_known(facts.cuda_runtime_version, "12.4.127");
  CHECK(facts.cuda_runtime_file.source() == "/proc/77/maps");
  CHECK(has(reason(facts.nccl_version), "neither the name of"));
  CHECK(reason(facts.cudnn_version) == "process 77 has not loaded libcudnn");
  check_known(facts.cuda_visible_devices, "3");
  CHECK(facts.cuda_visible_devices.source() == "/proc/77/environ");
}

TEST_CASE("a process that cannot be looked into") {
  const GpuSoftware facts = collect_gpu_software(FakeMachine().machine(), no_libraries(), 78);
  check_all_asked(facts);
  CHECK(reason(facts.cublas_version) == "there is no /proc/78/maps");
  CHECK(reason(facts.cuda_visible_devices) == "there is no /proc/78/environ");
}

TEST_CASE("names of library files") {
  FakeMachine machine;
  machine.link("/usr/lib/libcudnn.so.9", "libcudnn.so.9.1.0");
  CHECK(version_of_file(machine.machine(), "/usr/lib/libcudnn.so.9").value() == "9.1.0");
  CHECK(version_of_file(machine.machine(), "/torch/lib/libcudart-a7b20f20.so.11.0").value() == "11.0");
  CHECK_FALSE(version_of_file(machine.machine(), "/usr/lib/libnccl.so.2").ok());
  CHECK_FALSE(version_of_file(machine.machine(), "/usr/lib/libnccl.so.2.x").ok());
  CHECK(find_library({"/a/libcublasLt.so.12", "/a/libcudart-a7b20f20.so.11.0"}, "libcudart") ==
        "/a/libcudart-a7b20f20.so.11.0");
  CHECK_FALSE(find_library({"/a/libcublasLt.so.12", "/a/libcublas.py"}, "libcublas"));
}
