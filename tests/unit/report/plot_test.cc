#include "report/plot.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "report/plot_scale.h"

namespace ibid::report {
namespace {

std::vector<std::string> texts(const PlotScale& scale) {
  std::vector<std::string> all;
  for (const Tick& tick : scale.ticks()) all.push_back(tick.text);
  return all;
}

TEST_CASE("an axis has round marks around all numbers") {
  CHECK(texts({0.0, 1.0, 0.0, 100.0}) == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(texts({-3.0, 12.0, 0.0, 1.0}) == std::vector<std::string>{"-5", "0", "5", "10", "15"});
  CHECK(texts({0.951, 0.982, 0.0, 1.0}).front() == "0.95");
  CHECK(texts({1e-8, 6e-8, 0.0, 1.0}).size() >= 4);
  const PlotScale scale(0.0, 10.0, 100.0, 0.0);
  CHECK(scale.place(0.0) == 100.0);
  CHECK(scale.place(10.0) == 0.0);
  CHECK(scale.place(5.0) == 50.0);
}

TEST_CASE("numbers that cannot be told apart still have an axis") {
  for (const double value : {0.0, 7.0, -1e300, 1e-300}) {
    const PlotScale scale(value, value, 0.0, 10.0);
    CAPTURE(value);
    CHECK(std::isfinite(scale.place(value)));
    CHECK(scale.place(value) >= 0.0);
    CHECK(scale.place(value) <= 10.0);
  }
}

TEST_CASE("letter values have Tukey's depths") {
  // n = 9: the median has depth 5, the fourths 3, the eighths 2.
  const std::vector<LetterValues> letters = letter_values({1, 2, 3, 4, 5, 6, 7, 8, 9});
  REQUIRE(letters.size() == 3);
  CHECK(letters[0].low == 5.0);
  CHECK(letters[0].high == 5.0);
  CHECK(letters[1].low == 3.0);
  CHECK(letters[1].high == 7.0);
  CHECK(letters[2].low == 2.0);
  CHECK(letters[2].high == 8.0);
  // n = 4: depths 2.5 and 1.5, halves lie between two values.
  const std::vector<LetterValues> few = letter_values({1, 2, 3, 10});
  REQUIRE(few.size() == 2);
  CHECK(few[0].low == 2.5);
  CHECK(few[1].low == 1.5);
  CHECK(few[1].high == 6.5);
  CHECK(letter_values({4}).size() == 1);
  CHECK(letter_values({}).empty());
}

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST_CASE("a band plot has a line and two bands for each group, and leaves out what is no number") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg = band_plot(
      "loss & more", "step", {{"a", {{{0, 1.0}, {1, 0.5}}, {{0, 1.5}, {1, nan}}}}, {"b<", {{{0, 2.0}}}}});
  CHECK(count(svg, "<polyline") == 2);
  CHECK(count(svg, "<polygon") == 4);
  CHECK(svg.find("loss &amp; more") != std::string::npos);
  CHECK(svg.find("b&lt;") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(band_plot("empty", "step", {{"a", {{{0, nan}}}}}).empty());
}

TEST_CASE("long curves are thinned and keep their end") {
  Curve curve;
  for (int i = 0; i < 10'000; ++i) curve.emplace_back(i, i == 9'999 ? 1000.0 : 1.0);
  const std::string svg = band_plot("long", "step", {{"a", {curve}}});
  CHECK(svg.size() < 40'000);
  CHECK(svg.find("1000") != std::string::npos);
}

TEST_CASE("a distribution has its points, and boxes where there are enough") {
  ValueGroup few{"few", {1.0, 2.0, 3.0}}, many{"many", {}};
  for (int i = 0; i < 40; ++i) many.values.push_back(i);
  const std::string svg = distribution_plot("values", {few, many, {"none", {}}});
  CHECK(count(svg, "<circle") == 43);
  CHECK(count(svg, "class=\"box") == letter_values(many.values).size() - 1);
  CHECK(svg.find("many (40)") != std::string::npos);
  CHECK(svg.find("none (") == std::string::npos);
  CHECK(distribution_plot("nothing", {}).empty());
}

}  // namespace
}  // namespace ibid::report
