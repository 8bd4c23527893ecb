#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "data/digit_glyphs.h"

namespace ibid::data {

inline constexpr int64_t kDigitSide = 28;

// Ink on a square of pixels: 0 where the paper shows, 1 where the pen went.
class StrokeImage {
 public:
  // The trace of a round pen from `a` to `b` (pixel coordinates), with soft edges one pixel wide.
  void draw_segment(const Point& a, const Point& b, double pen_radius);

  std::span<const double> ink() const { return ink_; }

 private:
  std::array<double, kDigitSide * kDigitSide> ink_{};
};

}  // namespace ibid::data
