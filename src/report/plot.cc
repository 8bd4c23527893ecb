#include "report/plot.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/number_text.h"
#include "report/html.h"
#include "report/plot_scale.h"

namespace ibid::report {
namespace {

constexpr double kWidth = 720.0, kHeight = 300.0;
constexpr double kLeft = 78.0, kRight = 14.0, kTop = 44.0, kBottom = 42.0;
constexpr size_t kColours = 6;
constexpr size_t kMostX = 400;
constexpr size_t kLongestName = 28;

// Without variables: programs that draw SVG outside a browser do not know them.
constexpr std::string_view kStyle = R"(<style>
.plot { font: 12px system-ui, sans-serif; } .plot text { fill: #1c2024; } .plot .axis { stroke: #d9dee4; }
.plot .title { font-weight: 600; font-size: 13px; }
.plot .c0 { color: #1f5fa8; } .plot .c1 { color: #b4531a; } .plot .c2 { color: #2b7a4b; }
.plot .c3 { color: #7a4fb5; } .plot .c4 { color: #a3232a; } .plot .c5 { color: #5f6873; }
.plot .line { fill: none; stroke: currentColor; stroke-width: 1.6; } .plot .range { fill: currentColor; opacity: .16; }
.plot .half { fill: currentColor; opacity: .26; } .plot .point { fill: currentColor; opacity: .75; }
.plot .box { fill: currentColor; fill-opacity: .2; stroke: currentColor; } .plot .key { fill: currentColor; }
@media screen and (prefers-color-scheme: dark) {
.plot text { fill: #e4e8ed; } .plot .axis { stroke: #333b45; }
.plot .c0 { color: #6db0f2; } .plot .c1 { color: #f0a36b; } .plot .c2 { color: #74c795; }
.plot .c3 { color: #bb98ec; } .plot .c4 { color: #f0797f; } .plot .c5 { color: #9aa5b1; } }
</style>
)";

std::string coordinate(double value) { return fixed_text(value, 1); }

std::string element(const std::string& name, const std::string& attributes) {
  return "<" + name + " " + attributes + "/>\n";
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor + "\">" +
         html_escaped(text) + "</text>\n";
}

std::string shortened(const std::string& name) {
  return name.size() <= kLongestName ? name : name.substr(0, kLongestName - 3) + "...";
}

std::string colour_class(size_t index) { return "c" + number_text(static_cast<int64_t>(index % kColours)); }

std::string frame(const std::string& title, const std::string& content) {
  return "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(kWidth) +
         " " + coordinate(kHeight) + "\" width=\"" + coordinate(kWidth) + "\" role=\"img\" aria-label=\"" +
         html_escaped(title) + "\">\n" + std::string(kStyle) + "<text class=\"title\" x=\"" +
         coordinate(kLeft) + "\" y=\"16\">" + html_escaped(title) + "</text>\n" + content + "</svg>\n";
}

std::string value_axis(const PlotScale& scale) {
  std::string text;
  for (const Tick& tick : scale.ticks()) {
    const std::string y = coordinate(scale.place(tick.value));
    text += element("line", "class=\"axis\" x1=\"" + coordinate(kLeft) + "\" x2=\"" +
                                coordinate(kWidth - kRight) + "\" y1=\"" + y + "\" y2=\"" + y + "\"");
    text += text_at(kLeft - 6.0, scale.place(tick.value) + 4.0, "end", tick.text);
  }
  return text;
}

std::string step_axis(const PlotScale& scale, const std::string& name) {
  std::string text;
  for (const Tick& tick : scale.ticks())
    text += text_at(scale.place(tick.value), kHeight - kBottom + 16.0, "middle", tick.text);
  return text + text_at((kLeft + kWidth - kRight) / 2.0, kHeight - 8.0, "middle", name);
}

std::string legend(const std::vector<std::string>& names) {
  constexpr double kLetter = 7.0;
  std::string text;
  double x = kLeft;
  for (size_t i = 0; i < names.size() && x < kWidth - kRight; ++i) {
    const std::string name = shortened(names[i]);
    text += element("rect", "class=\"key " + colour_class(i) + "\" x=\"" + coordinate(x) +
                                "\" y=\"24\" width=\"10\" height=\"10\"");
    text += text_at(x + 14.0, 33.0, "start", name);
    x += 30.0 + kLetter * static_cast<double>(name.size());
  }
  return text;
}

struct Extent {
  double least = 0.0, largest = 0.0;
  bool empty = true;

  void add(double value) {
    least = empty ? value : std::min(least, value);
    largest = empty ? value : std::max(largest, value);
    empty = false;
  }
};

// Depths that are no whole number lie between two values.
double at_depth(const std::vector<double>& sorted, double depth) {
  const auto below = static_cast<size_t>(depth);
  const double first = sorted[below - 1];
  return static_cast<double>(below) < depth ? (first + sorted[below]) / 2.0 : first;
}

// What is drawn at one x.
struct Slice {
  double x = 0.0, least = 0.0, low = 0.0, middle = 0.0, high = 0.0, largest = 0.0;
};

std::vector<Slice> slices_of(const CurveGroup& group) {
  std::map<double, std::vector<double>> by_x;
  for (const Curve& curve : group.curves) {
    for (const auto& [x, y] : curve) {
      if (std::isfinite(x) && std::isfinite(y)) by_x[x].push_back(y);
    }
  }
  const size_t every = (by_x.size() + kMostX - 1) / kMostX;
  std::vector<Slice> slices;
  size_t index = 0;
  for (auto& [x, values] : by_x) {
    const bool is_last = ++index == by_x.size();
    if (!is_last && (index - 1) % every != 0) continue;
    std::sort(values.begin(), values.end());
    const std::vector<LetterValues> letters = letter_values(values);
    const LetterValues fourths =
        letters.size() > 1 ? letters[1] : LetterValues{values.front(), values.back()};
    slices.push_back({x, values.front(), fourths.low, letters.front().low, fourths.high, values.back()});
  }
  return slices;
}

std::string polygon(const std::vector<Slice>& slices, const char* kind, size_t colour, const PlotScale& x,
                    const PlotScale& y, double Slice::* low, double Slice::* high) {
  std::string points;
  for (const Slice& slice : slices)
    points += coordinate(x.place(slice.x)) + "," + coordinate(y.place(slice.*high)) + " ";
  for (auto slice = slices.rbegin(); slice != slices.rend(); ++slice)
    points += coordinate(x.place(slice->x)) + "," + coordinate(y.place((*slice).*low)) + " ";
  return element("polygon", "class=\"" + std::string(kind) + " " + colour_class(colour) + "\" points=\"" +
                                points + "\"");
}

std::string median_line(const std::vector<Slice>& slices, size_t colour, const PlotScale& x,
                        const PlotScale& y) {
  std::string points;
  for (const Slice& slice : slices)
    points += coordinate(x.place(slice.x)) + "," + coordinate(y.place(slice.middle)) + " ";
  return element("polyline", "class=\"line " + colour_class(colour) + "\" points=\"" + points + "\"");
}

std::string box(const LetterValues& letter, double centre, double half_width, size_t colour,
                const PlotScale& y) {
  const double top = y.place(letter.high), bottom = y.place(letter.low);
  return element("rect", "class=\"box " + colour_class(colour) + "\" x=\"" + coordinate(centre - half_width) +
                             "\" y=\"" + coordinate(top) + "\" width=\"" + coordinate(2.0 * half_width) +
                             "\" height=\"" + coordinate(std::max(bottom - top, 0.5)) + "\"");
}

std::string distribution(const ValueGroup& group, size_t colour, double centre, double width,
                         const PlotScale& y) {
  constexpr size_t kFewestForLetters = 16;
  std::vector<double> sorted = group.values;
  std::sort(sorted.begin(), sorted.end());
  const std::vector<LetterValues> letters = letter_values(sorted);
  std::string text;
  double half_width = std::min(width * 0.3, 46.0);
  const size_t n_boxes = sorted.size() < 4 ? 0 : sorted.size() < kFewestForLetters ? 1 : letters.size() - 1;
  for (size_t i = 1; i <= n_boxes && i < letters.size(); ++i, half_width *= 0.72)
    text += box(letters[i], centre, half_width, colour, y);
  const double middle = y.place(letters.front().low), reach = std::min(width * 0.3, 46.0);
  text += element("line", "class=\"line " + colour_class(colour) + "\" x1=\"" + coordinate(centre - reach) +
                              "\" x2=\"" + coordinate(centre + reach) + "\" y1=\"" + coordinate(middle) +
                              "\" y2=\"" + coordinate(middle) + "\"");
  for (size_t i = 0; i < group.values.size(); ++i) {
    // Beside one another, always in the same places.
    const double shift = (static_cast<double>(i * 7 % 11) - 5.0) * 2.2;
    text +=
        element("circle", "class=\"point " + colour_class(colour) + "\" cx=\"" + coordinate(centre + shift) +
                              "\" cy=\"" + coordinate(y.place(group.values[i])) + "\" r=\"2.4\"");
  }
  const std::string name =
      shortened(group.name) + " (" + number_text(static_cast<int64_t>(sorted.size())) + ")";
  return text + text_at(centre, kHeight - kBottom + 18.0, "middle", name);
}

}  // namespace

std::vector<LetterValues> letter_values(const std::vector<double>& sorted) {
  std::vector<LetterValues> letters;
  if (sorted.empty()) return letters;
  double depth = (static_cast<double>(sorted.size()) + 1.0) / 2.0;
  std::vector<double> reversed(sorted.rbegin(), sorted.rend());
  // Of the further ones only those that have values beyond them.
  while (letters.size() < 2 || depth >= 2.0) {
    letters.push_back({at_depth(sorted, depth), at_depth(reversed, depth)});
    const double next = (static_cast<double>(static_cast<size_t>(depth)) + 1.0) / 2.0;
    if (next >= depth) break;
    depth = next;
  }
  return letters;
}

std::string band_plot(const std::string& title, const std::string& x_name,
                      const std::vector<CurveGroup>& groups) {
  std::vector<std::vector<Slice>> all;
  std::vector<std::string> names;
  Extent across, up;
  for (const CurveGroup& group : groups) {
    all.push_back(slices_of(group));
    names.push_back(group.name);
    for (const Slice& slice : all.back()) {
      across.add(slice.x);
      up.add(slice.least);
      up.add(slice.largest);
    }
  }
  if (across.empty) return "";
  const PlotScale x(across.least, across.largest, kLeft, kWidth - kRight);
  const PlotScale y(up.least, up.largest, kHeight - kBottom, kTop);
  std::string content = value_axis(y) + step_axis(x, x_name) + legend(names);
  for (size_t i = 0; i < all.size(); ++i) {
    content += polygon(all[i], "range", i, x, y, &Slice::least, &Slice::largest);
    content += polygon(all[i], "half", i, x, y, &Slice::low, &Slice::high);
    content += median_line(all[i], i, x, y);
  }
  return frame(title, content);
}

std::string distribution_plot(const std::string& title, const std::vector<ValueGroup>& groups) {
  std::vector<ValueGroup> drawn;
  Extent up;
  for (const ValueGroup& group : groups) {
    ValueGroup finite{group.name, {}};
    for (const double value : group.values) {
      if (!std::isfinite(value)) continue;
      finite.values.push_back(value);
      up.add(value);
    }
    if (!finite.values.empty()) drawn.push_back(std::move(finite));
  }
  if (drawn.empty()) return "";
  const PlotScale y(up.least, up.largest, kHeight - kBottom, kTop);
  const double width = (kWidth - kLeft - kRight) / static_cast<double>(drawn.size());
  std::string content = value_axis(y);
  for (size_t i = 0; i < drawn.size(); ++i)
    content += distribution(drawn[i], i, kLeft + width * (static_cast<double>(i) + 0.5), width, y);
  return frame(title, content);
}

}  // namespace ibid::report
