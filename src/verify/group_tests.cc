#include "verify/group_tests.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "base/random_stream.h"

namespace ibid::verify {
namespace {

constexpr int64_t kMostExact = 50'000;
constexpr int64_t kDrawn = 9999;

// In binary64 and nothing wider: long double is another type on other processors.
using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

struct Two {
  Summary a, b;
  double variance_a = 0.0, variance_b = 0.0;
  double n_a() const { return static_cast<double>(a.n); }
  double n_b() const { return static_cast<double>(b.n); }
};

// Two groups with a spread.
std::optional<Two> summarise_both(const Values& a, const Values& b) {
  const auto x = summarise(a), y = summarise(b);
  if (!x || !y || !x->deviation || !y->deviation) return std::nullopt;
  Two two{*x, *y, *x->deviation * *x->deviation, *y->deviation * *y->deviation};
  if (two.variance_a + two.variance_b == 0.0) return std::nullopt;
  return two;
}

// How many ways there are to choose k of n; more than `most` is most + 1.
int64_t n_choices(int64_t n, int64_t k, int64_t most) {
  int64_t count = 1;
  for (int64_t i = 1; i <= k; ++i) {
    count = count * (n - k + i) / i;
    if (count > most) return most + 1;
  }
  return count;
}

// The next of all increasing lists of k numbers below n; false after the last.
bool next_choice(std::vector<size_t>& chosen, size_t n) {
  const size_t k = chosen.size();
  for (size_t i = k; i-- > 0;) {
    if (chosen[i] == n - k + i) continue;
    ++chosen[i];
    for (size_t j = i + 1; j < k; ++j) chosen[j] = chosen[j - 1] + 1;
    return true;
  }
  return false;
}

class Assignments {
 public:
  Assignments(const Values& a, const Values& b) : n_a_(a.size()), all_(a) {
    all_.insert(all_.end(), b.begin(), b.end());
    std::sort(all_.begin(), all_.end());
    total_ = stable_sum(all_);
    observed_ = difference_of(stable_sum(a));
  }

  double observed() const { return observed_; }

  // Whether a group of these members differs from the rest by at least as much as was observed. The tolerance
  // is for sums that are equal but for their rounding.
  bool as_extreme(std::span<const size_t> chosen) const {
    Values members;
    for (const size_t i : chosen) members.push_back(all_[i]);
    constexpr double kTolerance = 1e-12;
    double scale = 0.0;
    for (const double value : {all_.front(), all_.back()}) scale = std::max(scale, std::fabs(value));
    return std::fabs(difference_of(stable_sum(members))) >= std::fabs(observed_) - kTolerance * scale;
  }

 private:
  double difference_of(double sum_a) const {
    return sum_a / static_cast<double>(n_a_) - (total_ - sum_a) / static_cast<double>(all_.size() - n_a_);
  }

  size_t n_a_;
  Values all_;
  double total_ = 0.0, observed_ = 0.0;
};

int64_t count_all(const Assignments& assignments, size_t n_a, size_t n) {
  std::vector<size_t> chosen(n_a);
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  int64_t n_extreme = 0;
  do n_extreme += assignments.as_extreme(chosen) ? 1 : 0;
  while (next_choice(chosen, n));
  return n_extreme;
}

// The first n_a places of a shuffle, by Fisher and Yates.
int64_t count_drawn(const Assignments& assignments, size_t n_a, size_t n, uint64_t seed) {
  RandomStream random =
      RandomStream::create(seed, {.purpose = RandomPurpose::kUserTensor, .layer = 1}).value();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  int64_t n_extreme = 0;
  for (int64_t draw = 0; draw < kDrawn; ++draw) {
    for (size_t i = 0; i < n_a; ++i)
      std::swap(order[i], order[i + random.draw(static_cast<uint32_t>(n - i))]);
    n_extreme += assignments.as_extreme(std::span(order).first(n_a)) ? 1 : 0;
  }
  return n_extreme;
}

}  // namespace

std::optional<WelchTest> welch_test(const Values& a, const Values& b) {
  const auto two = summarise_both(a, b);
  if (!two) return std::nullopt;
  const double from_a = two->variance_a / two->n_a(), from_b = two->variance_b / two->n_b();
  WelchTest test;
  test.t = (two->a.mean - two->b.mean) / std::sqrt(from_a + from_b);
  test.degrees = (from_a + from_b) * (from_a + from_b) /
                 (from_a * from_a / (two->n_a() - 1.0) + from_b * from_b / (two->n_b() - 1.0));
  // Both tails of Student's distribution; precise for small p, unlike 1 minus something near 1.
  const double x = test.degrees / (test.degrees + test.t * test.t);
  test.p = boost::math::ibeta(test.degrees / 2.0, 0.5, x, Policy());
  return test;
}

std::optional<PermutationTest> permutation_test(const Values& a, const Values& b, uint64_t seed) {
  if (!summarise(a) || !summarise(b)) return std::nullopt;
  const Assignments assignments(a, b);
  const size_t n = a.size() + b.size();
  const int64_t n_all =
      n_choices(static_cast<int64_t>(n), static_cast<int64_t>(std::min(a.size(), b.size())), kMostExact);
  PermutationTest test{.difference = assignments.observed(), .exact = n_all <= kMostExact};
  // Among the drawn ones the observed one counts too: p is never 0 (Phipson and Smyth 2010).
  test.n_assignments = test.exact ? n_all : kDrawn + 1;
  const int64_t n_extreme =
      test.exact ? count_all(assignments, a.size(), n) : count_drawn(assignments, a.size(), n, seed) + 1;
  test.p = static_cast<double>(n_extreme) / static_cast<double>(test.n_assignments);
  return test;
}

std::optional<double> hedges_g(const Values& a, const Values& b) {
  const auto two = summarise_both(a, b);
  if (!two) return std::nullopt;
  const double degrees = two->n_a() + two->n_b() - 2.0;
  const double pooled =
      std::sqrt(((two->n_a() - 1.0) * two->variance_a + (two->n_b() - 1.0) * two->variance_b) / degrees);
  const double correction =
      boost::math::tgamma_ratio(degrees / 2.0, (degrees - 1.0) / 2.0, Policy()) / std::sqrt(degrees / 2.0);
  return correction * (two->a.mean - two->b.mean) / pooled;
}

Values holm_adjusted(const Values& p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t i, size_t j) { return p[i] != p[j] ? p[i] < p[j] : i < j; });
  Values adjusted(p.size());
  double largest = 0.0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, static_cast<double>(order.size() - rank) * p[order[rank]]);
    adjusted[order[rank]] = std::min(largest, 1.0);
  }
  return adjusted;
}

}  // namespace ibid::verify
