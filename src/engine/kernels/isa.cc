#include "engine/kernels/isa.h"

namespace ibid::kernels {

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kNeon:
      return "neon";
  }
  return "unknown";
}

std::optional<Isa> parse_isa(std::string_view name) {
  for (Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (name == isa_name(isa)) return isa;
  }
  return std::nullopt;
}

std::vector<Isa> built_isas() {
  std::vector<Isa> isas{Isa::kScalar};
#if defined(IBID_HAVE_AVX2)
  isas.push_back(Isa::kAvx2);
#endif
#if defined(IBID_HAVE_AVX512)
  isas.push_back(Isa::kAvx512);
#endif
#if defined(IBID_HAVE_NEON)
  isas.push_back(Isa::kNeon);
#endif
  return isas;
}

namespace {

bool supported(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return true;
#if defined(__x86_64__)
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    case Isa::kNeon:
      return true;
#endif
    default:
      return false;
  }
}

}  // namespace

std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (Isa isa : built_isas()) {
    if (supported(isa)) isas.push_back(isa);
  }
  return isas;
}

bool has_hardware_fma() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

}  // namespace ibid::kernels
