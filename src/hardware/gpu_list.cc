#include "hardware/gpu_list.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/hex.h"
#include "base/number_text.h"

namespace ibid::hardware {
namespace {

std::string lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace

FoundGpu& GpuList::at(const std::string& address) {
  const auto place = std::ranges::lower_bound(gpus_, address, {}, &FoundGpu::address);
  if (place != gpus_.end() && place->address == address) return *place;
  FoundGpu gpu;
  gpu.address = address;
  return *gpus_.insert(place, std::move(gpu));
}

bool GpuList::has_vendor(int64_t vendor_id) const {
  return std::ranges::any_of(gpus_, [vendor_id](const FoundGpu& gpu) { return gpu.vendor_id == vendor_id; });
}

std::string normal_pci_address(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon < 4) return text;
  std::string domain = text.substr(0, colon);
  while (domain.size() > 4 && domain.front() == '0') domain.erase(0, 1);
  return lower_case(domain + text.substr(colon));
}

std::string pci_address(uint64_t domain, uint64_t bus, uint64_t device, uint64_t function) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04llx:%02llx:%02llx.%llx",
                static_cast<unsigned long long>(domain), static_cast<unsigned long long>(bus),
                static_cast<unsigned long long>(device), static_cast<unsigned long long>(function));
  return text.data();
}

std::string uuid_text(std::span<const uint8_t> bytes) {
  std::string text = hex_text(bytes);
  for (const size_t place : std::to_array<size_t>({8, 13, 18, 23})) {
    if (place < text.size()) text.insert(place, "-");
  }
  return text;
}

std::string pci_ids(int64_t vendor_id, int64_t device_id) {
  const auto digits = [](int64_t id) { return hex_text(static_cast<uint64_t>(id & 0xffff)).substr(12); };
  return digits(vendor_id) + ":" + digits(device_id);
}

Result<int64_t> times(const Result<int64_t>& value, int64_t factor) {
  if (!value.ok()) return value;
  if (value.value() < 0 || value.value() > INT64_MAX / factor) {
    return Error(ErrorCode::kMalformed, "the source says " + number_text(value.value()));
  }
  return value.value() * factor;
}

}  // namespace ibid::hardware
