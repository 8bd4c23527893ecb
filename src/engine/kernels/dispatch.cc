// The one file that knows every kernel: it builds a table per instruction set from the reference and whatever
// that set overrides, and chooses the set for this machine.

#include <cstdlib>

#include "base/check.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels {

#define IBID_DECLARE_INSTALLERS(isa)             \
  namespace isa {                                \
  void install_gemm(KernelTable&) noexcept;      \
  void install_unary(KernelTable&) noexcept;     \
  void install_binary(KernelTable&) noexcept;    \
  void install_reduce(KernelTable&) noexcept;    \
  void install_softmax(KernelTable&) noexcept;   \
  void install_optimizer(KernelTable&) noexcept; \
  void install_random(KernelTable&) noexcept;    \
  }

IBID_DECLARE_INSTALLERS(scalar)
#if defined(IBID_HAVE_SCALAR_FMA)
IBID_DECLARE_INSTALLERS(scalar_fma)
#endif
#if defined(IBID_HAVE_AVX2)
IBID_DECLARE_INSTALLERS(avx2)
#endif
#if defined(IBID_HAVE_AVX512)
IBID_DECLARE_INSTALLERS(avx512)
#endif
#if defined(IBID_HAVE_NEON)
IBID_DECLARE_INSTALLERS(neon)
#endif

namespace {

#define IBID_INSTALL_REFERENCE(isa, table) \
  isa::install_gemm(table);                \
  isa::install_unary(table);               \
  isa::install_binary(table);              \
  isa::install_reduce(table);              \
  isa::install_softmax(table);             \
  isa::install_optimizer(table);           \
  isa::install_random(table)
// Only what the fast kernels cover; the rest of the table stays with the reference.
#define IBID_INSTALL_FAST(isa, table) \
  isa::install_gemm(table);           \
  isa::install_unary(table);          \
  isa::install_binary(table);         \
  isa::install_reduce(table);         \
  isa::install_softmax(table);        \
  isa::install_optimizer(table);      \
  isa::install_random(table)

KernelTable reference_table(bool hardware_fma) {
  KernelTable table{};
#if defined(IBID_HAVE_SCALAR_FMA)
  if (hardware_fma) {
    IBID_INSTALL_REFERENCE(scalar_fma, table);
    return table;
  }
#else
  static_cast<void>(hardware_fma);
#endif
  IBID_INSTALL_REFERENCE(scalar, table);
  return table;
}

KernelTable build_table(Isa isa) {
  KernelTable table = reference_table(has_hardware_fma());
  switch (isa) {
    case Isa::kScalar:
      break;
#if defined(IBID_HAVE_AVX2)
    case Isa::kAvx2:
      IBID_INSTALL_FAST(avx2, table);
      break;
#endif
#if defined(IBID_HAVE_AVX512)
    case Isa::kAvx512:
      IBID_INSTALL_FAST(avx512, table);
      break;
#endif
#if defined(IBID_HAVE_NEON)
    case Isa::kNeon:
      IBID_INSTALL_FAST(neon, table);
      break;
#endif
    default:
      IBID_CHECK(false, "an instruction set this build does not have");
  }
  return table;
}

}  // namespace

const KernelTable& kernel_table(Isa isa) {
  switch (isa) {
    case Isa::kAvx2: {
      static const KernelTable table = build_table(Isa::kAvx2);
      return table;
    }
    case Isa::kAvx512: {
      static const KernelTable table = build_table(Isa::kAvx512);
      return table;
    }
    case Isa::kNeon: {
      static const KernelTable table = build_table(Isa::kNeon);
      return table;
    }
    case Isa::kScalar:
      break;
  }
  static const KernelTable table = build_table(Isa::kScalar);
  return table;
}

const KernelTable& software_fma_table() {
  static const KernelTable table = reference_table(false);
  return table;
}

Isa default_isa() {
  const std::vector<Isa> isas = available_isas();
  if (const char* forced = std::getenv("IBID_FORCE_ISA")) {
    for (Isa isa : isas) {
      if (forced == isa_name(isa)) return isa;
    }
  }
  return isas.back();
}

std::optional<std::string> forced_isa_problem() {
  const char* forced = std::getenv("IBID_FORCE_ISA");
  if (forced == nullptr) return std::nullopt;
  std::string names;
  for (Isa isa : available_isas()) {
    if (forced == isa_name(isa)) return std::nullopt;
    names += names.empty() ? "" : ", ";
    names += isa_name(isa);
  }
  return "IBID_FORCE_ISA is '" + std::string(forced) + "', which this machine cannot run; it can run " +
         names;
}

}  // namespace ibid::kernels
