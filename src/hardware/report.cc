#include "hardware/report.h"

#include "hardware/cpu.h"

namespace ibid::hardware {

Report collect(const Machine& machine) {
  Report report;
  report.cpu = collect_cpu(machine);
  return report;
}

}  // namespace ibid::hardware
