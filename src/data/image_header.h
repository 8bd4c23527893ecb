#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ibid::data {

// What the head of an image file says. 0: the head does not say, or it is not read for this format.
struct ImageHeader {
  std::string_view format;  // "PNG", "JPEG", "GIF", "TIFF", "BMP", "WebP", "DICOM", "NIfTI"
  int64_t width = 0;
  int64_t height = 0;
  int64_t depth = 1;  // planes of a volume
  int64_t channels = 0;
  int64_t bits = 0;  // of one channel
};

// The format by the first bytes; empty if it is none of those above.
std::string_view image_format(std::string_view bytes);

// `bytes` is the whole file, unpacked. Pixels are not decoded; that the file goes on to its end is checked as
// far as the format has an end or a length. `name` is for errors: unsupported if it is no image, truncated,
// malformed.
Result<ImageHeader> parse_image_header(std::string_view bytes, const std::string& name);

}  // namespace ibid::data
