// How a digit comes about: one of several ways of writing it is chosen; its control points are moved a little
// (every hand is different); the strokes become polylines; an affine map (width, slant, rotation) and a
// coarse field of random displacements bend them (every writing is different); the whole is scaled to about
// 20 pixels and placed near the middle, as MNIST's are; a pen of varying width and pressure traces it; the
// paper adds specks.
//
// Rotations use the rational parameterisation of the circle instead of sine and cosine, which no two
// libraries compute alike.

#include "data/digits.h"

#include <algorithm>
#include <vector>

#include "base/number_text.h"
#include "base/random_stream.h"
#include "data/digit_glyphs.h"
#include "data/stroke_image.h"
#include "platform/signals.h"

namespace ibid::data {

namespace {

constexpr int64_t kWordsPerImage = 4096;
constexpr int64_t kMaxImages = 10'000'000;
constexpr int kPiecesPerSpan = 6;
constexpr size_t kFieldSide = 4;

// The random numbers of one image.
class Hand {
 public:
  explicit Hand(RandomStream& stream) : stream_(stream) {}

  int64_t choose(size_t count) { return stream_.draw(static_cast<uint32_t>(count)); }
  double between(double low, double high) { return low + (high - low) * stream_.next_uniform(); }
  // In (-spread, spread), small values more likely.
  double jitter(double spread) {
    const double first = stream_.next_uniform();
    return spread * (first - stream_.next_uniform());
  }

 private:
  RandomStream& stream_;
};

using Polyline = std::vector<Point>;

// The point at `t` in [0, 1] between p1 and p2 of the Catmull-Rom curve through all four.
Point curve_point(const std::array<Point, 4>& p, double t) {
  const auto mix = [t](double a, double b, double c, double d) {
    return 0.5 *
           (2.0 * b + t * ((c - a) + t * ((2.0 * a - 5.0 * b + 4.0 * c - d) + t * (3.0 * (b - c) + d - a))));
  };
  return {mix(p[0].x, p[1].x, p[2].x, p[3].x), mix(p[0].y, p[1].y, p[2].y, p[3].y)};
}

Polyline flatten(StrokeForm form, const std::vector<Point>& points) {
  const auto n = static_cast<int64_t>(points.size());
  const bool closed = form == StrokeForm::kClosed;
  const auto at = [&](int64_t i) {
    return points[static_cast<size_t>(closed ? (i + n) % n : std::clamp<int64_t>(i, 0, n - 1))];
  };
  Polyline line{points.front()};
  for (int64_t i = 0; i < (closed ? n : n - 1); ++i) {
    for (int piece = 1; piece <= kPiecesPerSpan; ++piece) {
      const double t = static_cast<double>(piece) / kPiecesPerSpan;
      if (form == StrokeForm::kStraight) {
        line.push_back({at(i).x + t * (at(i + 1).x - at(i).x), at(i).y + t * (at(i + 1).y - at(i).y)});
      } else {
        line.push_back(curve_point({at(i - 1), at(i), at(i + 1), at(i + 2)}, t));
      }
    }
  }
  return line;
}

std::vector<Polyline> write_strokes(Hand& hand, Glyph glyph) {
  constexpr double kSpread = 0.09;
  std::vector<Polyline> lines;
  for (const Stroke& stroke : glyph) {
    std::vector<Point> points;
    for (const Point& point : stroke.points) {
      const double dx = hand.jitter(kSpread);
      points.push_back({point.x + dx, point.y + hand.jitter(kSpread)});
    }
    lines.push_back(flatten(stroke.form, points));
  }
  return lines;
}

struct Affine {
  double xx, xy, yx, yy;
};

Affine draw_affine(Hand& hand) {
  const double width = hand.between(0.55, 1.05);
  const double slant = hand.between(-0.2, 0.45);
  const double half_tangent = hand.jitter(0.18);  // of half the angle: up to 20 degrees
  const double scale = 1.0 / (1.0 + half_tangent * half_tangent);
  const double cosine = (1.0 - half_tangent * half_tangent) * scale;
  const double sine = 2.0 * half_tangent * scale;
  return {cosine * width, -cosine * slant - sine, sine * width, cosine - sine * slant};
}

// Random displacements on a coarse grid over the unit square, bilinear between.
class ElasticField {
 public:
  explicit ElasticField(Hand& hand) {
    constexpr double kSpread = 0.12;
    for (Point& node : nodes_) {
      node.x = hand.jitter(kSpread);
      node.y = hand.jitter(kSpread);
    }
  }

  Point at(const Point& p) const {
    constexpr double kLast = static_cast<double>(kFieldSide - 1);
    const double x = std::clamp(p.x, 0.0, 1.0) * kLast;
    const double y = std::clamp(p.y, 0.0, 1.0) * kLast;
    const auto column = std::min(static_cast<size_t>(x), kFieldSide - 2);
    const auto row = std::min(static_cast<size_t>(y), kFieldSide - 2);
    const double u = x - static_cast<double>(column);
    const double v = y - static_cast<double>(row);
    const size_t corner = row * kFieldSide + column;
    const auto mix = [&](double Point::* part) {
      const double top = nodes_[corner].*part + u * (nodes_[corner + 1].*part - nodes_[corner].*part);
      const double low = nodes_[corner + kFieldSide].*part +
                         u * (nodes_[corner + kFieldSide + 1].*part - nodes_[corner + kFieldSide].*part);
      return top + v * (low - top);
    };
    return {mix(&Point::x), mix(&Point::y)};
  }

 private:
  std::array<Point, kFieldSide * kFieldSide> nodes_;
};

void bend(Hand& hand, std::vector<Polyline>& lines) {
  const ElasticField field(hand);
  const Affine map = draw_affine(hand);
  for (Polyline& line : lines) {
    for (Point& point : line) {
      const Point move = field.at(point);
      const Point p{point.x + move.x - 0.5, point.y + move.y - 0.5};
      point = {map.xx * p.x + map.xy * p.y, map.yx * p.x + map.yy * p.y};
    }
  }
}

// Scales the longer side to about 20 pixels and puts the middle near that of the image.
void place(Hand& hand, std::vector<Polyline>& lines) {
  Point low{1e9, 1e9};
  Point high{-1e9, -1e9};
  for (const Polyline& line : lines) {
    for (const Point& p : line) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  const double extent = std::max(high.x - low.x, high.y - low.y);
  const double scale = hand.between(16.0, 20.0) / extent;
  const double side = static_cast<double>(kDigitSide);
  const double x = 0.5 * side + hand.jitter(2.0) - scale * 0.5 * (low.x + high.x);
  const double y = 0.5 * side + hand.jitter(2.0) - scale * 0.5 * (low.y + high.y);
  for (Polyline& line : lines) {
    for (Point& p : line) p = {scale * p.x + x, scale * p.y + y};
  }
}

StrokeImage trace(Hand& hand, const std::vector<Polyline>& lines) {
  StrokeImage image;
  const double radius = hand.between(0.7, 1.9);
  for (const Polyline& line : lines) {
    const double start = radius * hand.between(0.75, 1.15);
    const double end = radius * hand.between(0.75, 1.15);
    const auto last = static_cast<double>(line.size() - 1);
    for (size_t i = 0; i + 1 < line.size(); ++i) {
      const double where = static_cast<double>(i) / last;
      image.draw_segment(line[i], line[i + 1], start + where * (end - start));
    }
  }
  return image;
}

void develop(Hand& hand, const StrokeImage& image, uint8_t* pixels) {
  constexpr double kSpeckShare = 0.004;
  const double darkness = hand.between(0.8, 1.0);
  for (const double ink : image.ink()) {
    const double grain = hand.between(0.0, 1.0);
    double value = ink * darkness * (1.0 - 0.15 * grain);
    if (ink == 0.0 && grain < kSpeckShare) value = grain / kSpeckShare * 0.6;
    *pixels++ = static_cast<uint8_t>(255.0 * value + 0.5);
  }
}

// Returns the digit drawn.
uint8_t draw_image(Hand hand, uint8_t* pixels) {
  const int64_t digit = hand.choose(10);
  const std::span<const Glyph> glyphs = digit_glyphs(digit);
  std::vector<Polyline> lines = write_strokes(hand, glyphs[static_cast<size_t>(hand.choose(glyphs.size()))]);
  bend(hand, lines);
  place(hand, lines);
  develop(hand, trace(hand, lines), pixels);
  return static_cast<uint8_t>(digit);
}

}  // namespace

Result<LabelledImages> draw_digits(DigitsPart part, int64_t n, uint64_t seed) {
  if (n < 1 || n > kMaxImages) {
    return Error(ErrorCode::kConfig, "cannot draw " + number_text(n) + " images",
                 "choose from 1 to " + number_text(kMaxImages));
  }
  const StreamName name{.purpose = RandomPurpose::kSyntheticData, .layer = static_cast<int64_t>(part)};
  IBID_ASSIGN(RandomStream stream, RandomStream::create(seed, name));
  constexpr int64_t kPixels = kDigitSide * kDigitSide;
  LabelledImages images{
      .count = n, .height = kDigitSide, .width = kDigitSide, .channels = 1, .pixels = {}, .labels = {}};
  images.pixels.resize(static_cast<size_t>(n * kPixels));
  images.labels.resize(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    if (i % 1024 == 0) IBID_TRY(platform::check_not_stopped());
    stream.seek(i * kWordsPerImage);
    images.labels[static_cast<size_t>(i)] = draw_image(Hand(stream), images.pixels.data() + i * kPixels);
    IBID_CHECK(stream.position() <= (i + 1) * kWordsPerImage, "an image took the next one's random numbers");
  }
  return images;
}

}  // namespace ibid::data
