#include "engine/parallel/fp_state.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace ibid::parallel {

#if defined(__x86_64__)

namespace {
constexpr uint64_t kStickyFlags = 0x3f;
}

uint64_t fp_control() { return _mm_getcsr(); }
void set_fp_control(uint64_t word) { _mm_setcsr(static_cast<unsigned>(word)); }
uint64_t standard_fp_control() { return 0x1f80; }
bool fp_controls_differ(uint64_t a, uint64_t b) { return ((a ^ b) & ~kStickyFlags) != 0; }

#elif defined(__aarch64__)

uint64_t fp_control() {
  uint64_t word;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void set_fp_control(uint64_t word) { __asm__ volatile("msr fpcr, %0" : : "r"(word)); }
uint64_t standard_fp_control() { return 0; }
bool fp_controls_differ(uint64_t a, uint64_t b) { return a != b; }

#else
#error "the floating-point state of this processor is not known: the standard cannot be kept"
#endif

bool fp_state_deviates() { return fp_controls_differ(fp_control(), standard_fp_control()); }

namespace {
thread_local int64_t open_spans = 0;
thread_local uint64_t saved_control = 0;
}  // namespace

void begin_standard_fp_state() {
  if (open_spans++ > 0) return;
  saved_control = fp_control();
  set_fp_control(standard_fp_control());
}

void end_standard_fp_state() {
  if (--open_spans == 0) set_fp_control(saved_control);
}

}  // namespace ibid::parallel
