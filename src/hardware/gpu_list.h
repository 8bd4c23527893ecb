#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hardware/machine.h"
#include "hardware/report_fields.h"

namespace ibid::hardware {

constexpr int64_t kNvidia = 0x10de, kAmd = 0x1002, kIntel = 0x8086;

// An accelerator while its facts are gathered; every source adds what it knows.
struct FoundGpu {
  std::string address;    // on the PCI bus: "0000:3b:00.0"
  int64_t vendor_id = 0;  // 0: not known yet
  std::string driver;     // of the kernel; empty if none is bound or /sys does not say
  Gpu facts;
  // Why a source that should know this device is silent: "NVML: ...".
  std::vector<std::string> silent_sources;
};

// The accelerators of the machine, each once, in the order of their addresses.
class GpuList {
 public:
  // The one at `address`, which is added if no source named it before. The reference lasts until the next
  // call.
  FoundGpu& at(const std::string& address);
  std::vector<FoundGpu>& all() { return gpus_; }
  const std::vector<FoundGpu>& all() const { return gpus_; }
  bool has_vendor(int64_t vendor_id) const;

 private:
  std::vector<FoundGpu> gpus_;
};

// "00000000:3B:00.0" and "0000:3b:00.0" are one address; text of another form is returned as it is.
std::string normal_pci_address(const std::string& text);
std::string pci_address(uint64_t domain, uint64_t bus, uint64_t device, uint64_t function);
// Bytes of a UUID in groups of 4, 2, 2, 2 and 6.
std::string uuid_text(std::span<const uint8_t> bytes);
// "10de:2330".
std::string pci_ids(int64_t vendor_id, int64_t device_id);

// Whether any source was asked for a fact, known or not.
template <class T>
bool was_asked(const Fact<T>& fact) {
  return fact.is_known() || fact.reason() != Fact<T>().reason();
}

// What one more source says of a fact: its value, or one more reason why it is not known.
template <class T>
void offer(Fact<T>& fact, const Result<T>& result, const std::string& source) {
  if (result.ok()) {
    fact.also(result.value(), source);
  } else if (!was_asked(fact)) {
    fact = Fact<T>::unknown(result.error().message());
  } else if (!fact.is_known()) {
    fact = Fact<T>::unknown(fact.reason() + "; " + result.error().message());
  }
}

// The same for a source that is only worth mentioning if it knows.
template <class T>
void offer_if_known(Fact<T>& fact, const Result<T>& result, const std::string& source) {
  if (result.ok()) fact.also(result.value(), source);
}

// Gives every fact of `item` that nobody was asked for a reason why it is not known.
template <class Item>
void explain_rest(Item& item, const std::string& reason) {
  for_each_fact(item, [&reason]<class T>(std::string_view, std::string_view, Fact<T>& fact) {
    if (!was_asked(fact)) fact = Fact<T>::unknown(reason);
  });
}

// Numbers of other units; what does not fit is an error.
Result<int64_t> times(const Result<int64_t>& value, int64_t factor);

}  // namespace ibid::hardware
