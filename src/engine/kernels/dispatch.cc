// The one file that knows every kernel: it builds a table per instruction set from the reference and whatever
// that set overrides, and chooses the set for this machine.

#include <cstdlib>

#include "base/check.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels {

// The groups of kernels, each with an installer in every instruction set's namespace.
#define IBID_KERNEL_GROUPS(X) \
  X(binary)                   \
  X(conv)                     \
  X(gemm)                     \
  X(norm)                     \
  X(optimizer)                \
  X(pool)                     \
  X(random)                   \
  X(reduce)                   \
  X(resample)                 \
  X(scatter)                  \
  X(softmax)                  \
  X(unary)

#define IBID_DECLARE_INSTALLER(group) void install_##group(KernelTable&) noexcept;
#define IBID_CALL_INSTALLER(group) install_##group(table);
#define IBID_DECLARE_ISA(isa)                                                             \
  namespace isa {                                                                         \
  IBID_KERNEL_GROUPS(IBID_DECLARE_INSTALLER)                                              \
  static void install_all(KernelTable& table) { IBID_KERNEL_GROUPS(IBID_CALL_INSTALLER) } \
  }

IBID_DECLARE_ISA(scalar)
#if defined(IBID_HAVE_SCALAR_FMA)
IBID_DECLARE_ISA(scalar_fma)
#endif
#if defined(IBID_HAVE_AVX2)
IBID_DECLARE_ISA(avx2)
#endif
#if defined(IBID_HAVE_AVX512)
IBID_DECLARE_ISA(avx512)
#endif
#if defined(IBID_HAVE_NEON)
IBID_DECLARE_ISA(neon)
#endif

namespace {

KernelTable reference_table(bool hardware_fma) {
  KernelTable table{};
#if defined(IBID_HAVE_SCALAR_FMA)
  if (hardware_fma) {
    scalar_fma::install_all(table);
    return table;
  }
#else
  static_cast<void>(hardware_fma);
#endif
  scalar::install_all(table);
  return table;
}

KernelTable build_table(Isa isa) {
  KernelTable table = reference_table(has_hardware_fma());
  switch (isa) {
    case Isa::kScalar:
      break;
#if defined(IBID_HAVE_AVX2)
    case Isa::kAvx2:
      avx2::install_all(table);
      break;
#endif
#if defined(IBID_HAVE_AVX512)
    case Isa::kAvx512:
      avx512::install_all(table);
      break;
#endif
#if defined(IBID_HAVE_NEON)
    case Isa::kNeon:
      neon::install_all(table);
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

bool has_software_fma_table() { return software_fma_table().f32.gemm != kernel_table(Isa::kScalar).f32.gemm; }

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
