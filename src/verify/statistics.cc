#include "verify/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/random_stream.h"

namespace ibid::verify {
namespace {

constexpr int64_t kResamples = 9999;
constexpr int64_t kLeastForInterval = 3;

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

double mean_of(std::span<const double> values) {
  return stable_sum(values) / static_cast<double>(values.size());
}

double median_of(const Values& sorted) {
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
}

double resampled_mean(const Values& sorted, RandomStream& random, Values& sample) {
  for (double& value : sample) value = sorted[random.draw(static_cast<uint32_t>(sorted.size()))];
  return mean_of(sample);
}

}  // namespace

double stable_sum(std::span<const double> values) {
  Values sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  double sum = 0.0, lost = 0.0;
  for (const double value : sorted) {
    const double next = sum + value;
    lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  return sum + lost;
}

std::optional<Summary> summarise(const Values& values) {
  if (values.empty() || !all_finite(values)) return std::nullopt;
  Values sorted = values;
  std::sort(sorted.begin(), sorted.end());
  Summary summary{.n = static_cast<int64_t>(sorted.size()),
                  .least = sorted.front(),
                  .largest = sorted.back(),
                  .mean = mean_of(sorted),
                  .median = median_of(sorted),
                  .deviation = std::nullopt};
  std::vector<uint64_t> bits;
  for (const double value : sorted) bits.push_back(std::bit_cast<uint64_t>(value));
  std::sort(bits.begin(), bits.end());
  summary.n_distinct = std::unique(bits.begin(), bits.end()) - bits.begin();
  if (summary.n < 2) return summary;
  Values squares;
  for (const double value : sorted) squares.push_back((value - summary.mean) * (value - summary.mean));
  summary.deviation = std::sqrt(stable_sum(squares) / static_cast<double>(summary.n - 1));
  return summary;
}

std::optional<Interval> bootstrap_interval(const Values& values, double level, uint64_t seed) {
  const auto n = static_cast<int64_t>(values.size());
  if (n < kLeastForInterval || !all_finite(values)) return std::nullopt;
  Values sorted = values;
  std::sort(sorted.begin(), sorted.end());
  RandomStream random = RandomStream::create(seed, {.purpose = RandomPurpose::kUserTensor}).value();
  Values means, sample(sorted.size());
  for (int64_t i = 0; i < kResamples; ++i) means.push_back(resampled_mean(sorted, random, sample));
  std::sort(means.begin(), means.end());
  // The k-th smallest and the k-th largest of 9999: k = (9999 + 1) * (1 - level) / 2.
  const double share = (static_cast<double>(kResamples) + 1.0) * (1.0 - level) / 2.0;
  const auto k = std::clamp(static_cast<int64_t>(std::llround(share)), int64_t{1}, kResamples);
  return Interval{level, means[static_cast<size_t>(k - 1)], means[static_cast<size_t>(kResamples - k)]};
}

Json sample_json(const Values& values) {
  Json json = {{"values", values}};
  const auto summary = summarise(values);
  if (!summary) {
    json["unknown"] = values.empty() ? "there are no values" : "a value is not finite";
    return json;
  }
  json["n"] = summary->n;
  json["distinct"] = summary->n_distinct;
  json["least"] = summary->least;
  json["largest"] = summary->largest;
  json["range"] = summary->largest - summary->least;
  json["mean"] = summary->mean;
  json["median"] = summary->median;
  if (summary->deviation) json["standard_deviation"] = *summary->deviation;
  if (const auto interval = bootstrap_interval(values))
    json["mean_interval_95"] = {interval->lower, interval->upper};
  return json;
}

}  // namespace ibid::verify
