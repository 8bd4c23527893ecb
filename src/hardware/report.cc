#include "hardware/report.h"

#include "hardware/cpu.h"
#include "hardware/gpu_software.h"
#include "hardware/gpus.h"
#include "hardware/usage_sampler.h"

namespace ibid::hardware {

Report collect(const Machine& machine, const CollectOptions& options) {
  Report report;
  report.cpu = collect_cpu(machine);
  report.gpus = collect_gpus(machine, options.libraries);
  report.gpu_software = collect_gpu_software(machine, options.libraries, options.process);
  write_not_sampled(report);
  return report;
}

}  // namespace ibid::hardware
