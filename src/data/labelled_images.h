#pragma once

#include <cstdint>
#include <vector>

namespace ibid::data {

// Images as bytes in raster order (count, height, width, channels), channels last, with a class for each.
struct LabelledImages {
  int64_t count = 0;
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 0;
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;
};

}  // namespace ibid::data
