// The functions of section 8.1 on special values, on the arguments that are hardest to round, and on all
// instruction sets; and the float64 functions of section 8.4 within two units in the last place.

#include <doctest/doctest.h>

#include <mpfr.h>

#include <cmath>
#include <limits>

#include "exhaustive/oracle.h"
#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

using test::Array;

constexpr UnaryOp kCorrectlyRounded[] = {UnaryOp::kExp,  UnaryOp::kExpm1, UnaryOp::kLog, UnaryOp::kLog1p,
                                         UnaryOp::kTanh, UnaryOp::kErf,   UnaryOp::kSin, UnaryOp::kCos,
                                         UnaryOp::kSqrt, UnaryOp::kRsqrt};

Array<float> apply(const KernelTable& table, UnaryOp op, const Array<float>& x) {
  Array<float> y(x.size(), 2);
  table.f32.unary({.op = op, .size = x.size(), .x = x.data(), .y = y.data()}, test::pool());
  return y;
}

Array<double> apply(const KernelTable& table, UnaryOp op, const Array<double>& x) {
  Array<double> y(x.size(), 2);
  table.f64.unary({.op = op, .size = x.size(), .x = x.data(), .y = y.data()}, test::pool());
  return y;
}

// Zeros, bounds of the formats, of each function's range and of its overflow, with their neighbours.
std::vector<float> special_arguments() {
  std::vector<float> values = {0.0f,
                               0x1p-149f,
                               0x1.fffffcp-127f,
                               0x1p-126f,
                               0x1p-64f,
                               0x1p-29f,
                               0x1p-25f,
                               0x1p-24f,
                               0x1p-12f,
                               0.5f,
                               0x1.6a09e6p-1f,
                               1.0f,
                               0x1.6a09e6p+0f,
                               2.0f,
                               4.0f,
                               9.01f,
                               10.0f,
                               17.33f,
                               20.0f,
                               0x1.62e42ep+6f,
                               0x1.62e430p+6f,
                               88.0f,
                               89.0f,
                               103.0f,
                               0x1.9d1d9ep+6f,
                               104.0f,
                               0x1.921fb6p-1f,
                               0x1.921fb6p+0f,
                               0x1.921fb6p+1f,
                               0x1p17f,
                               0x1.000002p+17f,
                               0x1p24f,
                               0x1p60f,
                               0x1.fffffep+127f,
                               HUGE_VALF,
                               std::numeric_limits<float>::quiet_NaN()};
  std::vector<float> all;
  for (float value : values) {
    for (float x : {value, std::nextafter(value, -HUGE_VALF), std::nextafter(value, HUGE_VALF)}) {
      all.push_back(x);
      all.push_back(-x);
    }
  }
  return all;
}

// Arguments whose exact value lies so near the middle of two floats that binary64 rounds it wrongly (log,
// log1p), or that come nearest to a multiple of pi/2 (sin, cos).
std::vector<float> hard_arguments() {
  return {0x1.827a74p-7f,   0x1.2f1fd6p+3f,  0x1.bacb4ap+25f, 0x1.b121a6p+76f,  0x1.6351d8p+95f,
          0x1.800006p-21f,  0x1.200036p-17f, 0x1.fb035ap-2f,  0x1.0f1fd6p+3f,   -0x1.7ffffap-21f,
          -0x1.1fffcap-17f, -0x1.1d9188p-9f, 0x1.6ac5b2p+79f, -0x1.6ac5b2p+79f, 0x1.0p+127f,
          0x1.921fb4p+0f,   0x1.2d97c8p+1f,  0x1.63be06p+99f, 0x1.33333p+13f,   -0x1.33333p+13f,
          0x1.3170fp+63f,   0x1.2b9622p+67f, 0x1.fffffep+126f};
}

Array<float> interesting_arguments() {
  std::vector<float> values = special_arguments();
  for (float x : hard_arguments()) values.push_back(x);
  Array<float> x(static_cast<int64_t>(values.size()) + 30000);
  test::TestRandom random(7);
  for (int64_t i = 0; i < x.size(); ++i) {
    const bool listed = i < static_cast<int64_t>(values.size());
    x[i] =
        listed ? values[static_cast<size_t>(i)] : std::bit_cast<float>(static_cast<uint32_t>(random.next()));
  }
  return x;
}

TEST_CASE("every function is correctly rounded on special, hard and random arguments") {
  const Array<float> x = interesting_arguments();
  for (UnaryOp op : kCorrectlyRounded) {
    exhaustive::Oracle oracle(op);
    const Array<float> y = apply(test::tested(), op, x);
    int64_t wrong = 0;
    for (int64_t i = 0; i < x.size(); ++i) {
      const float exact = oracle.by_mpfr(x[i]);
      if (test::same(y[i], exact)) continue;
      if (wrong++ == 0) {
        MESSAGE("function " << static_cast<int>(op) << " at " << x[i] << ": " << y[i] << ", exact " << exact);
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the path without FMA instructions has the same bits") {
  const Array<float> x = interesting_arguments();
  Array<double> x64(x.size());
  test::TestRandom random(9);
  for (int64_t i = 0; i < x.size(); ++i) x64[i] = std::bit_cast<double>(random.next());
  for (UnaryOp op : kCorrectlyRounded) {
    CHECK(test::first_difference(apply(test::tested(), op, x), apply(software_fma_table(), op, x)) == -1);
    CHECK(test::first_difference(apply(test::tested(), op, x64), apply(software_fma_table(), op, x64)) == -1);
  }
}

// --- float64 ---

void evaluate(UnaryOp op, mpfr_ptr y, mpfr_srcptr x) {
  switch (op) {
    case UnaryOp::kExp:
      mpfr_exp(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kExpm1:
      mpfr_expm1(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kLog:
      mpfr_log(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kLog1p:
      mpfr_log1p(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kTanh:
      mpfr_tanh(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kErf:
      mpfr_erf(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kSin:
      mpfr_sin(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kCos:
      mpfr_cos(y, x, MPFR_RNDN);
      break;
    case UnaryOp::kSqrt:
      mpfr_sqrt(y, x, MPFR_RNDN);
      break;
    default:
      mpfr_rec_sqrt(y, x, MPFR_RNDN);
      break;
  }
}

// |got - f(x)| in units in the last place of f(x); 0 for matching infinities, zeros and NaN.
double error_in_ulps(UnaryOp op, double x, double got) {
  // MPFR's reciprocal square root of -0 is +Inf, IEEE 754's is -Inf.
  if (op == UnaryOp::kRsqrt && x == 0.0) return test::same(got, std::copysign(HUGE_VAL, x)) ? 0.0 : 1e9;
  mpfr_t argument, exact, error;
  mpfr_inits2(160, argument, exact, error, static_cast<mpfr_ptr>(nullptr));
  mpfr_set_d(argument, x, MPFR_RNDN);
  evaluate(op, exact, argument);
  const double nearest = mpfr_get_d(exact, MPFR_RNDN);
  double ulps = 0;
  if (nearest - nearest == 0.0 && got - got == 0.0) {
    const double magnitude = std::max(std::fabs(nearest), 0x1p-1022);
    const double ulp = std::ldexp(1.0, std::ilogb(magnitude) - 52);
    mpfr_sub_d(error, exact, got, MPFR_RNDN);
    mpfr_div_d(error, error, ulp, MPFR_RNDN);
    ulps = std::fabs(mpfr_get_d(error, MPFR_RNDN));
    if (got == 0.0 && nearest == 0.0 && x == 0.0 && !test::same(got, nearest)) ulps = 1e9;
  } else if (!test::same(got, nearest)) {
    ulps = 1e9;
  }
  mpfr_clears(argument, exact, error, static_cast<mpfr_ptr>(nullptr));
  return ulps;
}

Array<double> interesting_arguments64() {
  std::vector<double> values;
  for (float x : special_arguments()) values.push_back(static_cast<double>(x));
  for (double x :
       {709.78, 709.79, 710.0, -708.5, -745.13, -745.2, -746.0, 5.9, 6.0, 22.0, 1e300, 0x1p-1074, 0x1p-1022,
        0x1.921fb54442d18p+0, 0x1.6ac5b262ca1ffp+849, 0x1p-54, -0.9999999999999999, 1e-300}) {
    values.push_back(x);
    values.push_back(-x);
  }
  const int64_t listed = static_cast<int64_t>(values.size());
  Array<double> x(listed + 40000);
  test::TestRandom random(11);
  for (int64_t i = 0; i < x.size(); ++i) {
    if (i < listed) {
      x[i] = values[static_cast<size_t>(i)];
    } else if (i % 4 == 0) {
      x[i] = std::bit_cast<double>(random.next());
    } else {
      x[i] = random.uniform(-1, 1) * std::ldexp(1.0, static_cast<int>(random.below(16)) - 6);
    }
  }
  return x;
}

TEST_CASE("the float64 functions are within two units in the last place") {
  const Array<double> x = interesting_arguments64();
  for (UnaryOp op : kCorrectlyRounded) {
    const Array<double> y = apply(test::tested(), op, x);
    double worst = 0, at = 0;
    for (int64_t i = 0; i < x.size(); ++i) {
      const double ulps = error_in_ulps(op, x[i], y[i]);
      if (ulps > worst) {
        worst = ulps;
        at = x[i];
      }
    }
    INFO("function " << static_cast<int>(op) << ", worst at " << at);
    CHECK(worst <= 2.0);
  }
}

}  // namespace
}  // namespace ibid::kernels
