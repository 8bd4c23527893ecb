#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/number_text.h"
#include "compare/content_comparison.h"

namespace ibid::compare {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr size_t kChannels = 4;

struct Pixels {
  int64_t width = 0, height = 0;
  bool wide = false;             // 16 bits a channel
  std::vector<uint16_t> values;  // red, green, blue, opacity
};

Result<Pixels> read_png(std::string_view bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const auto failed = [&](const char* what) {
    const std::string why = image.message;
    png_image_free(&image);
    return Error(ErrorCode::kMalformed, std::string("PNG image: ") + what + why, "draw the figure again");
  };
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) return failed("");
  Pixels pixels{image.width, image.height, (image.format & PNG_FORMAT_FLAG_LINEAR) != 0, {}};
  if (pixels.width * pixels.height > kMaxBytes / 8) return failed("too large to compare its pixels");
  const auto n_values = static_cast<size_t>(pixels.width * pixels.height) * kChannels;
  image.format = pixels.wide ? PNG_FORMAT_LINEAR_RGB_ALPHA : PNG_FORMAT_RGBA;
  pixels.values.resize(n_values);
  if (pixels.wide) {
    if (png_image_finish_read(&image, nullptr, pixels.values.data(), 0, nullptr) == 0) return failed("");
    return pixels;
  }
  std::vector<uint8_t> narrow(n_values);
  if (png_image_finish_read(&image, nullptr, narrow.data(), 0, nullptr) == 0) return failed("");
  std::copy(narrow.begin(), narrow.end(), pixels.values.begin());
  return pixels;
}

std::string size_text(const Pixels& pixels) {
  return number_text(pixels.width) + " x " + number_text(pixels.height) +
         (pixels.wide ? ", 16 bits" : ", 8 bits");
}

struct PixelDifferences {
  int64_t count = 0, first = 0;
  int largest = 0;
};

PixelDifferences compare_pixels(const Pixels& a, const Pixels& b) {
  PixelDifferences result;
  for (int64_t pixel = 0; pixel < a.width * a.height; ++pixel) {
    const size_t at = static_cast<size_t>(pixel) * kChannels;
    if (std::memcmp(&a.values[at], &b.values[at], kChannels * sizeof(uint16_t)) == 0) continue;
    if (++result.count == 1) result.first = pixel;
    for (size_t i = at; i < at + kChannels; ++i)
      result.largest = std::max(result.largest, std::abs(int{a.values[i]} - int{b.values[i]}));
  }
  return result;
}

}  // namespace

Result<Finding> compare_png(std::string_view a, std::string_view b) {
  IBID_ASSIGN(const Pixels x, read_png(a));
  IBID_ASSIGN(const Pixels y, read_png(b));
  Finding finding;
  finding.details = {{"a", size_text(x)}, {"b", size_text(y)}};
  if (size_text(x) != size_text(y)) {
    finding.summary = "images of other sizes: " + size_text(x) + " / " + size_text(y);
    return finding;
  }
  const PixelDifferences differences = compare_pixels(x, y);
  finding.same = differences.count == 0;
  finding.details["different_pixels"] = differences.count;
  if (finding.same) {
    finding.summary = "the same pixels, written otherwise";
    return finding;
  }
  const int64_t column = differences.first % x.width, row = differences.first / x.width;
  finding.details["largest_difference"] = differences.largest;
  finding.details["first"] = {{"x", column}, {"y", row}};
  finding.summary = number_text(differences.count) + " of " + number_text(x.width * x.height) +
                    " pixels differ, by up to " + number_text(int64_t{differences.largest}) +
                    ", first at x " + number_text(column) + ", y " + number_text(row);
  return finding;
}

}  // namespace ibid::compare
