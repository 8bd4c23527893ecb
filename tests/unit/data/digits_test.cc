#include "data/digits.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "data/dataset.h"
#include "data/mnist.h"
#include "data/stroke_image.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

TEST_CASE("the default set has its pinned bytes") {
  const test::TemporaryFolder folder;
  REQUIRE(make_digits(folder.path(), {}).ok());
  const DigitImages images = load_digit_images(folder.path()).value();
  for (const FileCheck& file : check_dataset(*find_dataset("digits").value(), folder.path()).value()) {
    CHECK(file.state == FileState::kIntact);
    CHECK(file.size_bytes == file.expected->size_bytes);
  }
  CHECK(images.train.count == 60000);
  CHECK(images.test.count == 10000);
  CHECK(std::set(images.train.labels.begin(), images.train.labels.end()).size() == 10);
}

TEST_CASE("image n depends on seed and part, not on how many are drawn") {
  const LabelledImages few = draw_digits(DigitsPart::kTrain, 5, 4).value();
  const LabelledImages more = draw_digits(DigitsPart::kTrain, 9, 4).value();
  CHECK(std::equal(few.pixels.begin(), few.pixels.end(), more.pixels.begin()));
  CHECK(std::equal(few.labels.begin(), few.labels.end(), more.labels.begin()));
  CHECK(draw_digits(DigitsPart::kTest, 5, 4).value().pixels != few.pixels);
  CHECK(draw_digits(DigitsPart::kTrain, 5, 5).value().pixels != few.pixels);
}

TEST_CASE("digits stand in the middle and have ink") {
  const LabelledImages images = draw_digits(DigitsPart::kTrain, 200, 1).value();
  for (int64_t i = 0; i < images.count; ++i) {
    const uint8_t* pixels = images.pixels.data() + i * 784;
    int64_t inner = 0;
    int64_t border = 0;
    for (int64_t at = 0; at < 784; ++at) {
      const int64_t row = at / 28;
      const int64_t column = at % 28;
      const bool outside = row < 2 || row > 25 || column < 2 || column > 25;
      (outside ? border : inner) += pixels[at];
    }
    CHECK(inner > 3000);
    CHECK(border * 10 < inner);
  }
}

TEST_CASE("numbers of images out of range are errors") {
  CHECK_FALSE(draw_digits(DigitsPart::kTrain, 0, 1).ok());
  CHECK_FALSE(draw_digits(DigitsPart::kTrain, 10'000'001, 1).ok());
}

TEST_CASE("the pen leaves full ink on its line, none far away, and clips at the edges") {
  StrokeImage image;
  image.draw_segment({5.5, 14.5}, {20.5, 14.5}, 1.0);
  image.draw_segment({-30, -30}, {-5, -5}, 1.0);
  image.draw_segment({27.5, 20}, {400, 20}, 1.0);
  const auto ink = [&](int64_t row, int64_t column) {
    return image.ink()[static_cast<size_t>(row * 28 + column)];
  };
  CHECK(ink(14, 10) == 1.0);
  CHECK(ink(15, 10) == 0.5);
  CHECK(ink(16, 10) == 0.0);
  CHECK(ink(14, 4) == 0.5);
  CHECK(ink(0, 0) == 0.0);
  CHECK(ink(20, 27) == 1.0);
}

}  // namespace
}  // namespace ibid::data
