#pragma once

#include <cstdint>

namespace ibid::parallel {

// The control word of the floating-point unit: MXCSR on x86-64, FPCR on AArch64.
uint64_t fp_control();
void set_fp_control(uint64_t word);

// What the standard demands (section 0.1): round to nearest even, subnormals kept, no traps.
uint64_t standard_fp_control();

// Whether two control words ask for different results; flags of exceptions seen so far do not count.
bool fp_controls_differ(uint64_t a, uint64_t b);

// Whether this thread's state differs from the standard's in a way that changes results.
bool fp_state_deviates();

// Puts the standard's floating-point state in force for its lifetime and restores what was there before. A
// library linked with fast-math may have set flush-to-zero for the whole process; results must not depend on
// it.
class FpStateGuard {
 public:
  FpStateGuard() : saved_(fp_control()) {
    if (fp_state_deviates()) set_fp_control(standard_fp_control());
  }
  // Writing the control word costs as much as some hundred additions, so only where it has to change.
  ~FpStateGuard() {
    if (fp_controls_differ(fp_control(), saved_)) set_fp_control(saved_);
  }
  FpStateGuard(const FpStateGuard&) = delete;
  FpStateGuard& operator=(const FpStateGuard&) = delete;

 private:
  uint64_t saved_;
};

// The same for spans that need not nest, such as the lives of two tapes: the first to begin on a thread saves
// and sets the state, the last to end restores it. Begin and end belong on one thread.
void begin_standard_fp_state();
void end_standard_fp_state();

}  // namespace ibid::parallel
