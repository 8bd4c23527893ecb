// Expected values were computed with SciPy 1.17.1 (ttest_ind without equal variances, permutation_test with
// all assignments, the survival function of t), or stand in the publication that a case names.

#include "verify/statistics.h"

#include <doctest/doctest.h>

#include <cmath>

#include "verify/churn.h"
#include "verify/group_tests.h"
#include "verify/variance_components.h"

namespace ibid::verify {
namespace {

const Values kA = {0.912, 0.905, 0.921, 0.918, 0.909}, kB = {0.934, 0.929, 0.941, 0.925};
const Values kC = {30.02, 29.99, 30.11, 29.97, 30.01, 29.99}, kD = {29.89, 29.93, 29.72, 29.98, 30.02, 29.98};

bool close(double a, double b, double relative = 1e-10) {
  return std::fabs(a - b) <= relative * std::fabs(b);
}

TEST_CASE("a sample in a few numbers") {
  const Summary summary = summarise(kA).value();
  CHECK(summary.n == 5);
  CHECK(summary.least == 0.905);
  CHECK(summary.largest == 0.921);
  CHECK(close(summary.mean, 0.913, 1e-15));
  CHECK(summary.median == 0.912);
  CHECK(close(*summary.deviation, 0.006519202405202654));
  CHECK(close(summarise(kB)->median, 0.9315, 1e-15));
  CHECK(summarise({2.0, 2.0, -0.0, 0.0})->n_distinct == 3);
  CHECK_FALSE(summarise({1.0})->deviation.has_value());
  CHECK_FALSE(summarise({}).has_value());
  CHECK_FALSE(summarise({1.0, std::nan("")}).has_value());
}

TEST_CASE("sums lose nothing to large terms and do not depend on the order") {
  CHECK(stable_sum(Values{1.0, 1e100, 1.0, -1e100}) == 2.0);
  CHECK(stable_sum(Values{1e100, -1e100, 1.0, 1.0}) == 2.0);
  const Values forward = {0.1, 0.2, 0.3, 1e-9, 7e5}, backward = {7e5, 1e-9, 0.3, 0.2, 0.1};
  CHECK(stable_sum(forward) == stable_sum(backward));
}

TEST_CASE("the bootstrap gives the same interval every time, near SciPy's with 99,999 resamples") {
  const Interval interval = bootstrap_interval(kA).value();
  CHECK(std::fabs(interval.lower - 0.908) < 0.0005);
  CHECK(std::fabs(interval.upper - 0.918) < 0.0005);
  Values shuffled = {kA[3], kA[0], kA[4], kA[1], kA[2]};
  CHECK(bootstrap_interval(shuffled)->lower == interval.lower);
  CHECK(bootstrap_interval(shuffled)->upper == interval.upper);
  const Interval narrower = bootstrap_interval(kA, 0.5).value();
  CHECK(narrower.lower > interval.lower);
  CHECK(narrower.upper < interval.upper);
  CHECK_FALSE(bootstrap_interval({1.0, 2.0}).has_value());
}

TEST_CASE("Welch's test agrees with SciPy") {
  const WelchTest test = welch_test(kA, kB).value();
  CHECK(close(test.t, -4.262456958825835));
  CHECK(close(test.degrees, 6.377008532033409));
  CHECK(close(test.p, 0.004620529281877431));
  const WelchTest other = welch_test(kC, kD).value();
  CHECK(close(other.t, 1.9590058081081434));
  CHECK(close(other.degrees, 7.030559959884322));
  CHECK(close(other.p, 0.09077332428566112));
  const WelchTest far = welch_test({1, 1.0001, 0.9999}, {1000., 1000.5, 1001, 1002}).value();
  CHECK(close(far.p, 1.7170511808112518e-10));
  CHECK_FALSE(welch_test({1.0}, kB).has_value());
  CHECK_FALSE(welch_test({1.0, 1.0}, {2.0, 2.0}).has_value());
}

TEST_CASE("all assignments, as counted with rational numbers") {
  const PermutationTest test = permutation_test(kA, kB).value();
  CHECK(test.exact);
  CHECK(test.n_assignments == 126);
  CHECK(close(test.p, 1.0 / 126.0));
  CHECK(close(test.difference, -0.01925, 1e-12));
  CHECK(close(permutation_test(kC, kD)->p, 58.0 / 924.0));
  CHECK(permutation_test({1.0, 1.0}, {1.0, 1.0})->p == 1.0);
}

TEST_CASE("too many assignments are drawn: near the exact one, never 0, the same every time") {
  Values a, b;
  for (int i = 0; i < 20; ++i) a.push_back(i), b.push_back(i + 0.5);
  const PermutationTest same = permutation_test(a, b).value();
  CHECK_FALSE(same.exact);
  CHECK(same.p > 0.7);
  CHECK(same.p == permutation_test(a, b)->p);
  for (double& value : b) value += 1000;
  CHECK(permutation_test(a, b)->p == 1.0 / 10000.0);
}

TEST_CASE("effect sizes") {
  CHECK(close(hedges_g(kA, kB).value(), -2.5579572688920544));
  CHECK(close(hedges_g(kC, kD).value(), 1.0436553002273254));
}

TEST_CASE("Holm's correction") {
  // By hand: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1 but not below the one before.
  const Values adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  const Values expected = {0.03, 0.06, 0.06, 0.02};
  for (size_t i = 0; i < expected.size(); ++i) CHECK(close(adjusted[i], expected[i], 1e-15));
  CHECK(holm_adjusted({0.9, 0.8}) == Values{1.0, 1.0});
  CHECK(holm_adjusted({}).empty());
}

TEST_CASE("components of a one-way layout") {
  // By hand: means 2, 4, 9; between squares 2 x (9 + 1 + 16) = 52, mean square 26; within 3 x 2 = 6, mean
  // square 2.
  const OneWayComponents balanced = one_way_components({{1, 3}, {3, 5}, {8, 10}}).value();
  CHECK(close(balanced.within, 2.0));
  CHECK(close(balanced.between, 12.0));
  CHECK(close(balanced.share_between(), 12.0 / 14.0));
  // Unequal: sizes 2 and 4, means 2 and 5, whole 4; between 2 x 4 + 4 x 1 = 12; within 2 + 10 = 12 over 4 =
  // 3; runs per level (6 - 20 / 6) / 1 = 8 / 3.
  const OneWayComponents unequal = one_way_components({{1, 3}, {3, 4, 6, 7}}).value();
  CHECK(close(unequal.within, 3.0));
  CHECK(close(unequal.between, (12.0 - 3.0) / (8.0 / 3.0)));
  CHECK(one_way_components({{1, 9}, {2, 8}})->between == 0.0);
  CHECK_FALSE(one_way_components({{1, 2}}).has_value());
  CHECK_FALSE(one_way_components({{1}, {2}}).has_value());
}

TEST_CASE("components of a two-way layout") {
  // Cells 10 i + j + (-1, 1): a has means 0.5 (of 0, 1), 10.5; by hand: squares of a 2 x 2 x 50 = 200,
  // of b 2 x 2 x 0.5 = 2, of the interaction 0, within 8 over 4 = 2.
  const TwoWayComponents sum = two_way_components({{{-1, 1}, {0, 2}}, {{9, 11}, {10, 12}}}).value();
  CHECK(sum.interaction_known);
  CHECK(close(sum.residual, 2.0));
  CHECK(sum.interaction == 0.0);
  CHECK(close(sum.a, 50.0));
  CHECK(close(sum.b, 0.5));
  // Without repetition the interaction is the residual: 0, 0, 0, 4 around its margins is 1, -1, -1, 1.
  const TwoWayComponents single = two_way_components({{{0}, {0}}, {{0}, {4}}}).value();
  CHECK_FALSE(single.interaction_known);
  CHECK(close(single.residual, 4.0));
  CHECK_FALSE(two_way_components({{{1}, {2}}, {{3}, {4, 5}}}).has_value());
  CHECK_FALSE(two_way_components({{{1}, {2}}}).has_value());
}

TEST_CASE("churn of predictions") {
  // Samples: all agree, one of three differs, all differ, all agree.
  const Churn result = churn({{0, 0, 1, 1}, {0, 0, 2, 1}, {0, 1, 0, 1}}).value();
  CHECK(result.n_samples == 4);
  CHECK(close(result.pairwise, (2.0 + 3.0) / (4.0 * 3.0)));
  CHECK(result.unstable == 0.5);
  REQUIRE(result.classes.size() == 2);
  CHECK(result.classes[0].label == 0);
  CHECK(result.classes[0].unstable == 0.5);
  CHECK(result.classes[1].n_samples == 2);
  CHECK_FALSE(churn({{1, 2}}).has_value());
  CHECK_FALSE(churn({{1, 2}, {1}}).has_value());
}

}  // namespace
}  // namespace ibid::verify
