#include "platform/hypervisor.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

#include <array>
#include <cstring>
#endif

namespace ibid::platform {

#if defined(__x86_64__) || defined(__i386__)

Result<std::string> hypervisor_signature() {
  constexpr unsigned kFeatures = 1, kHypervisorBit = 1U << 31, kHypervisor = 0x40000000;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(kFeatures, &a, &b, &c, &d) == 0 || (c & kHypervisorBit) == 0) return std::string();
  __cpuid(kHypervisor, a, b, c, d);
  const std::array<unsigned, 3> words = {b, c, d};
  std::string signature(sizeof words, '\0');
  std::memcpy(signature.data(), words.data(), sizeof words);
  signature.resize(signature.find_last_not_of('\0') + 1);
  // One that hides its name is still one.
  return signature.empty() ? "hidden" : signature;
}

#else

Result<std::string> hypervisor_signature() {
  return Error(ErrorCode::kUnsupported, "only x86 processors can be asked for their hypervisor");
}

#endif

}  // namespace ibid::platform
