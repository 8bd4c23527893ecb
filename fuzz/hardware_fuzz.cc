// The readers of text and tables that kernel, firmware and container runtimes write: whatever the bytes, an
// answer or an error, and no text out of bounds.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hardware/container_signs.h"
#include "hardware/cpu_info.h"
#include "hardware/mounts.h"
#include "hardware/os_release.h"
#include "hardware/smbios.h"

namespace {

using namespace ibid;

void check_cpu_info(std::string_view input) {
  const std::vector<hardware::KeyValues> processors = hardware::parse_cpu_info(input);
  if (processors.empty()) return;
  const hardware::Machine nowhere("/nonexistent", {});
  const std::vector<hardware::CoreKind> kinds = hardware::core_kinds(nowhere, processors);
  IBID_CHECK(!kinds.empty(), "processors of no kind");
  hardware::Cpu cpu;
  hardware::identify_cpu(processors, kinds, cpu);
  const auto cores = hardware::count_in_cpu_info(processors, {"physical id", "core id"});
  IBID_CHECK(!cores.is_known() || cores.value() <= static_cast<int64_t>(processors.size()),
             "more cores than processors");
}

void check_mounts(std::string_view input) {
  for (const hardware::Mount& mount : hardware::parse_mounts(input)) {
    IBID_CHECK(!mount.options.empty() && !mount.file_system_options.empty(), "a mount lost its options");
    (void)hardware::container_id_in_path(mount.root);
  }
}

void check_list(std::string_view input) {
  const auto numbers = hardware::numbers_in_list(input, "input");
  if (!numbers.ok()) return;
  const std::string text = hardware::list_of_numbers(numbers.value());
  const auto again = hardware::numbers_in_list(text, "input");
  IBID_CHECK(again.ok() && again.value() == numbers.value(), "a list changed on its way");
}

void check_table(std::string_view input) {
  for (const hardware::MemoryDevice& device : hardware::parse_smbios_memory(input).devices) {
    IBID_CHECK(!device.size_bytes || *device.size_bytes >= 0, "a module of negative size");
    IBID_CHECK(!device.locator || !device.locator->empty(), "an empty text that counts as one");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  check_cpu_info(input);
  check_mounts(input);
  check_list(input);
  check_table(input);
  for (const char* key : {"PRETTY_NAME", "ID", "id", "image"}) {
    const auto value = hardware::shell_value(input, key, "input");
    IBID_CHECK(!value.ok() || !value.value().empty(), "an empty value that counts as one");
  }
  const auto sign = hardware::container_in_cgroups(input);
  IBID_CHECK(!sign || !sign->kind.empty(), "a container of no kind");
  const hardware::KeyValues pairs(input, ':');
  const auto total = pairs.kibibytes("MemTotal", "input");
  IBID_CHECK(!total.ok() || total.value() >= 0, "less memory than none");
  return 0;
}
