#pragma once

#include <string>
#include <utility>
#include <vector>

// Plots as SVG texts that need nothing else and follow the reader's light or dark setting.
namespace ibid::report {

// Points in order of x; what is not finite is left out.
using Curve = std::vector<std::pair<double, double>>;

struct CurveGroup {
  std::string name;
  std::vector<Curve> curves;  // of one thing in several runs
};

// For each group the median over its curves, and as bands the middle half and all of them. At most 400 values
// of x are drawn, evenly chosen, the last among them. Empty if there is nothing to draw.
std::string band_plot(const std::string& title, const std::string& x_name,
                      const std::vector<CurveGroup>& groups);

struct ValueGroup {
  std::string name;
  std::vector<double> values;
};

// For each group every value as a point, the median as a line, the middle half as a box, and for 16 values
// and more narrower boxes to the further letter values (eighths, sixteenths, ...) as long as at least two
// values lie beyond. Empty if there is nothing to draw.
std::string distribution_plot(const std::string& title, const std::vector<ValueGroup>& groups);

// The values at a depth from both ends of a sorted sample, 1 for its least and largest; half depths lie in
// the middle of two values. By Tukey: the median has the depth (n + 1) / 2, each further letter (whole part
// of the depth + 1) / 2.
struct LetterValues {
  double low = 0.0, high = 0.0;
};
std::vector<LetterValues> letter_values(const std::vector<double>& sorted);

}  // namespace ibid::report
