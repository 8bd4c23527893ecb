#include "hardware/report.h"

#include "hardware/container.h"
#include "hardware/cpu.h"
#include "hardware/disks.h"
#include "hardware/file_systems.h"
#include "hardware/gpu_software.h"
#include "hardware/gpus.h"
#include "hardware/memory.h"
#include "hardware/memory_modules.h"
#include "hardware/memory_nodes.h"
#include "hardware/network.h"
#include "hardware/system.h"
#include "hardware/usage_sampler.h"

namespace ibid::hardware {

Report collect(const Machine& machine, const CollectOptions& options) {
  Report report;
  report.cpu = collect_cpu(machine);
  MemoryModules modules = collect_memory_modules(machine);
  report.memory = collect_memory(machine, modules.ecc);
  report.memory_nodes = collect_memory_nodes(machine);
  report.memory_modules = std::move(modules.modules);
  report.disks = collect_disks(machine);
  report.file_systems = collect_file_systems(machine);
  report.network = collect_network(machine);
  report.system = collect_system(machine);
  report.container = collect_container(machine);
  report.gpus = collect_gpus(machine, options.libraries);
  report.gpu_software = collect_gpu_software(machine, options.libraries, options.process);
  write_not_sampled(report);
  return report;
}

}  // namespace ibid::hardware
