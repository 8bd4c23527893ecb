#include "report/plot_scale.h"

#include <algorithm>
#include <cstdint>

#include "base/number_text.h"

namespace ibid::report {
namespace {

constexpr int kMostSteps = 6;
constexpr int kMostDecimals = 9;

// The least of 1, 2, 5, 10, 20, ... that cuts a width into at most kMostSteps steps.
double round_step(double width) {
  double power = 1.0;
  while (power * kMostSteps < width) power *= 10.0;
  while (power > width / kMostSteps && power > 1e-300) power /= 10.0;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor * kMostSteps >= width) return power * factor;
  }
  return power * 10.0;
}

// Whole numbers towards minus infinity, without a library function.
double whole_below(double value) {
  const auto whole = static_cast<double>(static_cast<int64_t>(value));
  return whole > value ? whole - 1.0 : whole;
}

std::string tick_text(double value, double step) {
  int decimals = 0;
  for (double unit = step; unit < 0.999 && decimals <= kMostDecimals; unit *= 10.0) ++decimals;
  const double size = value < 0.0 ? -value : value;
  return decimals > kMostDecimals || size >= 1e7 ? number_text(static_cast<float>(value))
                                                 : fixed_text(value, decimals);
}

}  // namespace

PlotScale::PlotScale(double least, double largest, double from, double to)
    : low_(least), high_(largest), from_(from), to_(to) {
  const double size = std::max(least < 0.0 ? -least : least, largest < 0.0 ? -largest : largest);
  // One number alone, or numbers that differ by less than an axis can show, still need an axis around them.
  const double least_width = size > 0.0 ? size * 1e-12 : 1.0;
  if (!(high_ - low_ > least_width)) {
    low_ -= size > 0.0 ? size * 0.01 : 0.5;
    high_ += size > 0.0 ? size * 0.01 : 0.5;
  }
  const double step = round_step(high_ - low_);
  if (size / step > 1e15) return;  // too far from zero to be counted in steps: an axis without marks
  const double first = whole_below(low_ / step);
  double last = whole_below(high_ / step);
  if (last * step < high_) last += 1.0;
  low_ = first * step;
  high_ = last * step;
  for (double i = first; i <= last; i += 1.0) ticks_.push_back({i * step, tick_text(i * step, step)});
}

double PlotScale::place(double value) const {
  return from_ + (value - low_) / (high_ - low_) * (to_ - from_);
}

}  // namespace ibid::report
