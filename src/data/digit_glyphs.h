#pragma once

#include <cstdint>
#include <span>

namespace ibid::data {

struct Point {
  double x = 0;
  double y = 0;
};

// How the points of a stroke are joined.
enum class StrokeForm { kStraight, kSmooth, kClosed };

struct Stroke {
  StrokeForm form;
  std::span<const Point> points;
};

using Glyph = std::span<const Stroke>;

// The ways of writing a digit (0 to 9), as strokes in the unit square, x to the right and y down.
std::span<const Glyph> digit_glyphs(int64_t digit);

}  // namespace ibid::data
