// A stand-in for librocm_smi64.so. Keys: "rocm.init", "rocm.count", "rocm.0.name", ...
#include "support/stubs/answers.h"

namespace {
constexpr int kNotSupported = 2;
std::string key(unsigned device, const std::string& name) {
  return "rocm." + std::to_string(device) + "." + name;
}
}  // namespace

extern "C" {

int rsmi_init(unsigned long long) {
  unsigned ignored = 0;
  return ibid::stub::number("rocm.init", &ignored, 8);
}
int rsmi_shut_down() { return 0; }
int rsmi_num_monitor_devices(unsigned* count) {
  return ibid::stub::number("rocm.count", count, kNotSupported);
}
int rsmi_dev_pci_id_get(unsigned device, unsigned long long* id) {
  return ibid::stub::number(key(device, "pci"), id, kNotSupported);
}
int rsmi_dev_name_get(unsigned device, char* text, size_t size) {
  return ibid::stub::text(key(device, "name"), text, size, kNotSupported);
}
int rsmi_dev_serial_number_get(unsigned device, char* text, unsigned size) {
  return ibid::stub::text(key(device, "serial"), text, size, kNotSupported);
}
int rsmi_dev_unique_id_get(unsigned device, unsigned long long* id) {
  return ibid::stub::number(key(device, "unique_id"), id, kNotSupported);
}
int rsmi_dev_memory_total_get(unsigned device, int type, unsigned long long* size) {
  return type == 0 ? ibid::stub::number(key(device, "memory"), size, kNotSupported) : kNotSupported;
}
int rsmi_dev_power_cap_get(unsigned device, unsigned, unsigned long long* microwatts) {
  return ibid::stub::number(key(device, "power_cap"), microwatts, kNotSupported);
}
int rsmi_dev_ecc_enabled_get(unsigned device, unsigned long long* blocks) {
  return ibid::stub::number(key(device, "ecc"), blocks, kNotSupported);
}
int rsmi_topo_get_link_type(unsigned from, unsigned to, unsigned long long* hops, int* type) {
  *hops = 1;
  return ibid::stub::number(key(from, "link." + std::to_string(to)), type, kNotSupported);
}

}  // extern "C"
