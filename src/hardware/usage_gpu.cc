#include "hardware/usage_gpu.h"

#include <algorithm>
#include <map>

#include "base/number_text.h"
#include "base/text.h"
#include "hardware/gpu_pci.h"
#include "hardware/gpu_sysfs.h"
#include "hardware/usage_nvml.h"

namespace ibid::hardware {
namespace {

Result<double> scaled(const Result<int64_t>& value, double unit) {
  if (!value.ok()) return value.error();
  return static_cast<double>(value.value()) * unit;
}

GpuReading silent(const std::string& address, const Error& why) {
  return {address, why, {}, why, why, why, why, why, why, why, {}};
}

GpuReading read_amd(const Machine& machine, const FoundGpu& gpu) {
  const std::string folder = pci_folder(gpu), sensors = hwmon_folder(machine, gpu);
  std::string ignored;
  GpuReading reading =
      silent(gpu.address, Error(ErrorCode::kUnsupported, "amdgpu does not tell it in " + folder));
  reading.source = folder;
  reading.name = machine.read_line(folder + "/product_name");
  reading.name_source = folder + "/product_name";
  reading.utilisation_percent = scaled(machine.read_integer(folder + "/gpu_busy_percent"), 1);
  reading.memory_used_bytes = machine.read_integer(folder + "/mem_info_vram_used");
  reading.temperature_celsius = scaled(machine.read_integer(sensors + "/temp1_input"), 1e-3);
  reading.power_w = scaled(
      read_first_integer(machine, {sensors + "/power1_average", sensors + "/power1_input"}, ignored), 1e-6);
  const auto clocks = machine.read(folder + "/pp_dpm_sclk");
  const auto parsed =
      clocks.ok() ? parse_clock_list(clocks.value(), folder + "/pp_dpm_sclk") : clocks.error();
  reading.clock_hz = parsed.ok() ? Result<int64_t>(parsed.value().now_hz) : parsed.error();
  reading.processes = processes_by_fdinfo(machine, gpu.address);
  return reading;
}

GpuReading read_intel(const Machine& machine, const FoundGpu& gpu) {
  const std::string folder = pci_folder(gpu), sensors = hwmon_folder(machine, gpu);
  std::string ignored;
  GpuReading reading =
      silent(gpu.address, Error(ErrorCode::kUnsupported, gpu.driver + " does not tell it in " + folder));
  reading.source = folder;
  reading.temperature_celsius = scaled(
      read_first_integer(machine, {sensors + "/temp1_input", sensors + "/temp2_input"}, ignored), 1e-3);
  reading.clock_hz = times(intel_clock_now_mhz(machine, gpu, ignored), 1'000'000);
  reading.processes = processes_by_fdinfo(machine, gpu.address);
  return reading;
}

std::string module_of(const Machine& machine, const FoundGpu& gpu) {
  const auto link = machine.link(pci_folder(gpu) + "/driver");
  return link.ok() ? link.value().substr(link.value().rfind('/') + 1) : std::string();
}

GpuReading read_from_bus(const Machine& machine, const FoundGpu& gpu, const std::string& nvml_problem) {
  if (gpu.driver == "amdgpu") return read_amd(machine, gpu);
  if (gpu.driver == "i915" || gpu.driver == "xe") return read_intel(machine, gpu);
  if (gpu.driver.empty())
    return silent(gpu.address, Error(ErrorCode::kNotFound, "present, but no driver is loaded"));
  if (gpu.vendor_id == kNvidia) return silent(gpu.address, Error(ErrorCode::kUnsupported, nvml_problem));
  return silent(gpu.address, Error(ErrorCode::kUnsupported, "nothing is known of the driver " + gpu.driver));
}

// "drm-memory-vram:  1024 KiB", "drm-total-local0: 4 MiB": what one of the files says is held on the device.
int64_t memory_in(const KeyValues& values, const std::string& path) {
  for (const char* key : {"drm-memory-vram", "drm-total-vram", "drm-total-vram0", "drm-total-local0"}) {
    const auto text = values.text(key, path);
    if (!text.ok()) continue;
    const std::vector<std::string> words = split(text.value(), ' ');
    const auto number = parse_int64(words[0]);
    const std::string unit = words.size() > 1 ? words[1] : "";
    const int64_t scale = unit == "KiB" ? 1 << 10 : unit == "MiB" ? 1 << 20 : 1;
    if (number && *number >= 0 && *number < INT64_MAX / scale) return *number * scale;
  }
  return -1;
}

// A process may open the device several times; drm-client-id tells copies of one opening apart from others.
bool uses_device(const Machine& machine, const std::string& process, const std::string& address,
                 int64_t& memory_bytes) {
  const std::string folder = "/proc/" + process + "/fdinfo";
  std::map<std::string, int64_t> by_client;
  for (const std::string& name : machine.names(folder)) {
    const std::string path = folder + "/" + name;
    const auto text = machine.read(path);
    if (!text.ok() || text.value().find("drm-pdev:") == std::string::npos) continue;
    const KeyValues values(text.value(), ':');
    const auto device = values.text("drm-pdev", path);
    if (!device.ok() || device.value() != address) continue;
    const auto client = values.text("drm-client-id", path);
    by_client[client.ok() ? client.value() : name] = memory_in(values, path);
  }
  memory_bytes = -1;
  for (const auto& [client, bytes] : by_client) {
    if (bytes >= 0) memory_bytes = std::max<int64_t>(memory_bytes, 0) + bytes;
  }
  return !by_client.empty();
}

}  // namespace

Result<std::vector<GpuProcess>> processes_by_fdinfo(const Machine& machine, const std::string& address) {
  std::vector<GpuProcess> found;
  for (const std::string& process : machine.names("/proc")) {
    const auto number = parse_int64(process);
    int64_t memory_bytes = -1;
    if (number && uses_device(machine, process, address, memory_bytes))
      found.push_back({*number, memory_bytes});
  }
  return found;
}

GpuMeter::GpuMeter(const Machine& machine, const GpuLibraries& libraries)
    : machine_(&machine), looked_at_(find_pci_gpus(machine, on_bus_)), nvml_(Nvml::open(libraries.nvml)) {
  if (looked_at_.ok()) {
    const std::string nvml = nvml_.ok() ? "NVML" : "NVML: " + nvml_.error().message();
    looked_at_ = looked_at_.value() + "; " + nvml;
  }
  for (FoundGpu& gpu : on_bus_.all()) gpu.driver = module_of(machine, gpu);
}

std::vector<GpuReading> GpuMeter::read() const {
  std::map<std::string, GpuReading> readings;
  std::string problem = nvml_.ok() ? "NVML does not list it" : "NVML: " + nvml_.error().message();
  const Result<int64_t> count = nvml_.ok() ? nvml_.value()->device_count() : nvml_.error();
  for (int64_t i = 0; count.ok() && i < count.value(); ++i) {
    const auto device = nvml_.value()->device(i);
    if (!device.ok()) {
      problem = device.error().message();
      continue;
    }
    const auto found = nvml_.value()->pci_address(device.value());
    const std::string address = found.ok() ? found.value() : "NVML device " + number_text(i);
    readings.emplace(address, read_nvml_device(*nvml_.value(), device.value(), address));
  }
  for (const FoundGpu& gpu : on_bus_.all()) {
    if (!readings.contains(gpu.address))
      readings.emplace(gpu.address, read_from_bus(*machine_, gpu, problem));
  }
  std::vector<GpuReading> list;
  for (auto& [address, reading] : readings) list.push_back(std::move(reading));
  return list;
}

}  // namespace ibid::hardware
