#pragma once

#include <string>
#include <vector>

namespace ibid::report {

// A mark on an axis and what stands beside it.
struct Tick {
  double value = 0.0;
  std::string text;
};

// A linear scale from numbers to places on a page. Its ends are multiples of a round step (1, 2 or 5 times a
// power of ten) around all numbers.
class PlotScale {
 public:
  // `least` and `largest` are finite and may be equal; `from` and `to` are the places of the ends.
  PlotScale(double least, double largest, double from, double to);

  double place(double value) const;
  const std::vector<Tick>& ticks() const { return ticks_; }

 private:
  double low_, high_, from_, to_;
  std::vector<Tick> ticks_;
};

}  // namespace ibid::report
