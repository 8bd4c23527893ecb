#include "exhaustive/oracle.h"

#include <mpfr.h>

#include <bit>
#include <cmath>

#include "base/check.h"

namespace ibid::exhaustive {
namespace {

using kernels::UnaryOp;

// A binary32 variable of MPFR: 24 bits, and the exponent range in which subnormals live.
class Binary32 {
 public:
  Binary32() { mpfr_init2(value_, 24); }
  ~Binary32() { mpfr_clear(value_); }
  Binary32(const Binary32&) = delete;
  Binary32& operator=(const Binary32&) = delete;
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

int evaluate(UnaryOp op, mpfr_ptr y, mpfr_srcptr x) {
  switch (op) {
    case UnaryOp::kExp:
      return mpfr_exp(y, x, MPFR_RNDN);
    case UnaryOp::kExpm1:
      return mpfr_expm1(y, x, MPFR_RNDN);
    case UnaryOp::kLog:
      return mpfr_log(y, x, MPFR_RNDN);
    case UnaryOp::kLog1p:
      return mpfr_log1p(y, x, MPFR_RNDN);
    case UnaryOp::kTanh:
      return mpfr_tanh(y, x, MPFR_RNDN);
    case UnaryOp::kErf:
      return mpfr_erf(y, x, MPFR_RNDN);
    case UnaryOp::kSin:
      return mpfr_sin(y, x, MPFR_RNDN);
    case UnaryOp::kCos:
      return mpfr_cos(y, x, MPFR_RNDN);
    case UnaryOp::kSqrt:
      return mpfr_sqrt(y, x, MPFR_RNDN);
    case UnaryOp::kRsqrt:
      return mpfr_rec_sqrt(y, x, MPFR_RNDN);
    default:
      IBID_CHECK(false, "not a correctly rounded function");
  }
}

}  // namespace

Oracle::~Oracle() { mpfr_free_cache(); }

float Oracle::by_mpfr(float x) const {
  // MPFR takes the square root of -0 for +0 where IEEE 754 keeps the sign; 1/sqrt(-0) is -Inf there.
  if (x == 0.0f && op_ == UnaryOp::kRsqrt) return std::copysign(HUGE_VALF, x);
  Binary32 argument, result;
  mpfr_set_flt(argument.get(), x, MPFR_RNDN);
  mpfr_set_emin(-148);
  mpfr_set_emax(128);
  int ternary = evaluate(op_, result.get(), argument.get());
  ternary = mpfr_check_range(result.get(), ternary, MPFR_RNDN);
  mpfr_subnormalize(result.get(), ternary, MPFR_RNDN);
  const float y = mpfr_get_flt(result.get(), MPFR_RNDN);
  mpfr_set_emin(mpfr_get_emin_min());
  mpfr_set_emax(mpfr_get_emax_max());
  return y;
}

double Oracle::approximate(double x) const {
  switch (op_) {
    case UnaryOp::kExp:
      return std::exp(x);
    case UnaryOp::kExpm1:
      return std::expm1(x);
    case UnaryOp::kLog:
      return std::log(x);
    case UnaryOp::kLog1p:
      return std::log1p(x);
    case UnaryOp::kTanh:
      return std::tanh(x);
    case UnaryOp::kErf:
      return std::erf(x);
    case UnaryOp::kSin:
      return std::sin(x);
    case UnaryOp::kCos:
      return std::cos(x);
    case UnaryOp::kSqrt:
      return std::sqrt(x);
    case UnaryOp::kRsqrt:
      return 1.0 / std::sqrt(x);
    default:
      IBID_CHECK(false, "not a correctly rounded function");
  }
}

float Oracle::operator()(float x) {
  const double d = approximate(static_cast<double>(x));
  const float low = static_cast<float>(d * (1.0 - 0x1p-37)), high = static_cast<float>(d * (1.0 + 0x1p-37));
  const bool decided = same_value(low, high);
  const bool sampled = (std::bit_cast<uint32_t>(x) * 2654435761u) >> 20 == 0;
  if (decided && !sampled) return low;
  const float exact = by_mpfr(x);
  if (!decided) ++n_decided_by_mpfr_;
  if (decided && !same_value(low, exact)) ++n_quick_path_errors_;
  return exact;
}

bool same_value(float a, float b) {
  if (a != a || b != b) return a != a && b != b;
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

}  // namespace ibid::exhaustive
