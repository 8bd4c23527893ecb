#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "hardware/gpu_list.h"
#include "hardware/gpu_sysfs.h"
#include "hardware/usage_process.h"

// What drivers and the kernel write about accelerators and processes: nothing of it may do more than be
// refused, and an accepted number is one that can be counted with.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ibid;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto clocks = hardware::parse_clock_list(text, "input");
  IBID_CHECK(!clocks.ok() || (clocks.value().now_hz >= 0 && clocks.value().max_hz >= clocks.value().now_hz),
             "a clock above the highest");
  const auto stat = hardware::parse_process_stat(text, "input");
  IBID_CHECK(!stat.ok() || stat.value().run_ticks >= 0, "a process with negative time");
  const std::string address = hardware::normal_pci_address(text);
  IBID_CHECK(hardware::normal_pci_address(address) == address, "a normal address became another one");
  return 0;
}
