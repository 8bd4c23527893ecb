#include "data/stroke_image.h"

#include <cmath>

namespace ibid::data {
namespace {

// The pixels whose centres lie in [low - reach, high + reach], as [first, last).
struct Range {
  int64_t first;
  int64_t last;
};

Range touched(double a, double b, double reach) {
  const double low = (a < b ? a : b) - reach;
  const double high = (a < b ? b : a) + reach;
  const auto side = static_cast<double>(kDigitSide);
  if (!(high > 0.0) || !(low < side)) return {0, 0};
  return {low > 0.0 ? static_cast<int64_t>(low) : 0,
          high < side ? static_cast<int64_t>(high) + 1 : kDigitSide};
}

double distance_to_segment(const Point& p, const Point& a, const Point& b) {
  const Point along{b.x - a.x, b.y - a.y};
  const double length_squared = along.x * along.x + along.y * along.y;
  double where = 0.0;
  if (length_squared > 0.0) where = ((p.x - a.x) * along.x + (p.y - a.y) * along.y) / length_squared;
  where = where < 0.0 ? 0.0 : where > 1.0 ? 1.0 : where;
  const double dx = p.x - (a.x + where * along.x);
  const double dy = p.y - (a.y + where * along.y);
  return std::sqrt(dx * dx + dy * dy);
}

}  // namespace

void StrokeImage::draw_segment(const Point& a, const Point& b, double pen_radius) {
  const double reach = pen_radius + 0.5;
  const Range columns = touched(a.x, b.x, reach);
  const Range rows = touched(a.y, b.y, reach);
  for (int64_t row = rows.first; row < rows.last; ++row) {
    for (int64_t column = columns.first; column < columns.last; ++column) {
      const Point centre{static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5};
      double cover = reach - distance_to_segment(centre, a, b);
      cover = cover > 1.0 ? 1.0 : cover;
      double& ink = ink_[static_cast<size_t>(row * kDigitSide + column)];
      if (cover > ink) ink = cover;
    }
  }
}

}  // namespace ibid::data
