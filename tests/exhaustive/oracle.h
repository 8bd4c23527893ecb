#pragma once

#include <cstdint>

#include "engine/kernels/elementwise.h"

namespace ibid::exhaustive {

// The correctly rounded binary32 value of a function of section 8.1, for tests.
//
// MPFR gives it for any argument in some microseconds, too slow for 2^32 of them, so it is asked only where
// it matters. Let d be the C library's binary64 result and f the exact value. If |d - f| <= 2^-38 |d|, then f
// lies between d (1 - 2^-37) and d (1 + 2^-37), both computed with a relative error of 2^-52 at most, which
// the factor 2 covers. Rounding is monotone: when both ends round to the same binary32 number, so does f.
// Otherwise, for one argument in 2^12 or fewer, MPFR decides. The premise asks of the C library an error
// below 2^15 units in the last place, where its manual states one or two for these functions; besides, one
// argument in 2^12, taken by a hash of its bits, is compared with MPFR in any case, and glibc has no part in
// what is tested: the kernels call no library.
class Oracle {
 public:
  // An oracle serves the thread that made it: it leaves with what MPFR keeps for that thread.
  explicit Oracle(kernels::UnaryOp op) : op_(op) {}
  ~Oracle();
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  float operator()(float x);
  float by_mpfr(float x) const;

  int64_t n_decided_by_mpfr() const { return n_decided_by_mpfr_; }
  // How often the quick path, checked on the sample, was wrong: must stay 0.
  int64_t n_quick_path_errors() const { return n_quick_path_errors_; }

 private:
  double approximate(double x) const;

  kernels::UnaryOp op_;
  int64_t n_decided_by_mpfr_ = 0;
  int64_t n_quick_path_errors_ = 0;
};

// Equal as the standard sees it: NaN is NaN, zeros of different sign differ.
bool same_value(float a, float b);

}  // namespace ibid::exhaustive
