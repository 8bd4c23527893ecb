#include "describe/labels.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/digest.h"
#include "base/number_text.h"

namespace ibid::describe {
namespace {

constexpr size_t kMaxClasses = 10'000;
constexpr uint32_t kHashed = 0x80000000;

int64_t sum(const std::vector<int64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

// Logarithms may differ in their last bit from one C library to the next; what is printed must not.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

}  // namespace

void Labels::start_split() { splits_.emplace_back(); }

uint32_t Labels::add(std::string_view text) {
  uint32_t number = 0;
  if (const auto found = numbers_.find(text); found != numbers_.end()) {
    number = found->second;
  } else if (names_.size() < kMaxClasses) {
    number = static_cast<uint32_t>(names_.size());
    names_.emplace_back(text);
    numbers_.emplace(text, number);
  } else {
    too_many_ = true;
    number = (static_cast<uint32_t>(digest_bytes(text).low) | kHashed) - 1;  // never kNoLabel
  }
  Split& split = splits_.back();
  if (number < names_.size()) {
    split.counts.resize(names_.size());
    ++split.counts[number];
  }
  if (split.empty || split.last != number) ++split.n_runs;
  split.last = number;
  split.empty = false;
  return number;
}

std::vector<uint32_t> Labels::order() const {
  std::vector<std::optional<int64_t>> values;
  for (const std::string& name : names_) values.push_back(parse_int64(name));
  const bool integers = std::ranges::all_of(values, [](const auto& value) { return value.has_value(); });
  std::vector<uint32_t> order(names_.size());
  std::iota(order.begin(), order.end(), uint32_t{0});
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    return integers && *values[a] != *values[b] ? *values[a] < *values[b] : names_[a] < names_[b];
  });
  return order;
}

std::vector<std::string> Labels::names() const {
  std::vector<std::string> names;
  for (const uint32_t label : order()) names.push_back(names_[label]);
  return names;
}

std::vector<int64_t> Labels::counts(size_t split) const {
  std::vector<int64_t> counts;
  const std::vector<int64_t>& known = splits_[split].counts;
  for (const uint32_t label : order()) counts.push_back(label < known.size() ? known[label] : 0);
  return counts;
}

std::vector<int64_t> Labels::counts() const {
  std::vector<int64_t> total(names_.size());
  for (size_t split = 0; split < splits_.size(); ++split) {
    const std::vector<int64_t> part = counts(split);
    for (size_t i = 0; i < part.size(); ++i) total[i] += part[i];
  }
  return total;
}

Balance balance(const std::vector<int64_t>& counts) {
  const auto n = static_cast<double>(sum(counts));
  int64_t largest = 0, smallest = 0, n_classes = 0;
  Balance result;
  for (const int64_t count : counts) {
    if (count == 0) continue;
    ++n_classes;
    largest = std::max(largest, count);
    smallest = smallest == 0 ? count : std::min(smallest, count);
    const double share = static_cast<double>(count) / n;
    result.entropy -= share * std::log2(share);
  }
  if (n_classes < 2) return {};
  result.ratio = static_cast<double>(largest) / static_cast<double>(smallest);
  result.evenness = rounded(result.entropy / std::log2(static_cast<double>(n_classes)));
  result.entropy = rounded(result.entropy);
  return result;
}

LabelShift label_shift(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  const auto n_a = static_cast<double>(sum(a)), n_b = static_cast<double>(sum(b));
  LabelShift shift;
  if (n_a == 0 || n_b == 0) return shift;
  for (size_t i = 0; i < a.size(); ++i) {
    const auto in_a = static_cast<double>(a[i]), in_b = static_cast<double>(b[i]);
    if (in_a + in_b == 0) continue;
    ++shift.degrees;
    shift.total_variation += std::abs(in_a / n_a - in_b / n_b) / 2;
    const double share = (in_a + in_b) / (n_a + n_b);
    const double miss_a = in_a - share * n_a, miss_b = in_b - share * n_b;
    shift.chi_square += miss_a * miss_a / (share * n_a) + miss_b * miss_b / (share * n_b);
  }
  --shift.degrees;
  return shift;
}

}  // namespace ibid::describe
