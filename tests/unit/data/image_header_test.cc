#include "data/image_header.h"

#include <doctest/doctest.h>

#include <bit>

namespace ibid::data {
namespace {

using namespace std::string_literals;

std::string number(uint32_t value, size_t n_bytes, bool big_endian) {
  std::string text;
  for (size_t i = 0; i < n_bytes; ++i)
    text += static_cast<char>(value >> 8 * (big_endian ? n_bytes - 1 - i : i) & 0xFF);
  return text;
}
std::string big(uint32_t value, size_t n_bytes) { return number(value, n_bytes, true); }
std::string little(uint32_t value, size_t n_bytes) { return number(value, n_bytes, false); }

std::string chunk(const std::string& name, const std::string& content) {
  return big(static_cast<uint32_t>(content.size()), 4) + name + content + "crc.";
}
std::string png(char bits, char colour) {
  return "\x89PNG\r\n\x1A\n"s + chunk("IHDR", big(31, 4) + big(17, 4) + bits + colour + "\0\0\0"s) +
         chunk("IDAT", "xyz") + chunk("IEND", "");
}
std::string jpeg() {
  return "\xFF\xD8"s + "\xFF\xE0" + big(6, 2) + "JFIF" + "\xFF\xFF\xC2" + big(11, 2) + "\x08" + big(17, 2) +
         big(31, 2) + "\x03" + "abc" + "\xFF\xDA" + big(4, 2) + "zzzz" + "\xFF\xD9";
}
std::string gif() { return "GIF89a"s + little(31, 2) + little(17, 2) + "\0\0\0,data;"s; }
std::string bmp() {
  const std::string head = little(40, 4) + little(31, 4) + little(static_cast<uint32_t>(-17), 4) +
                           little(1, 2) + little(24, 2) + std::string(24, '\0');
  return "BM" + little(static_cast<uint32_t>(14 + head.size() + 5), 4) + little(0, 4) + little(54, 4) + head +
         "pixel";
}
std::string tiff(bool big_endian) {
  const auto n = [=](uint32_t value, size_t n_bytes) { return number(value, n_bytes, big_endian); };
  const auto entry = [&](uint32_t tag, uint32_t type, uint32_t count, const std::string& value) {
    return n(tag, 2) + n(type, 2) + n(count, 4) + value;
  };
  std::string text = (big_endian ? "MM\0*"s : "II*\0"s) + n(8, 4) + n(4, 2);
  text += entry(256, 4, 1, n(31, 4)) + entry(257, 3, 1, n(17, 2) + "\0\0"s) + entry(258, 3, 3, n(62, 4)) +
          entry(277, 3, 1, n(3, 2) + "\0\0"s) + n(0, 4);
  REQUIRE(text.size() == 62);
  return text + n(16, 2) + n(16, 2) + n(16, 2);
}
std::string nifti(bool big_endian) {
  std::string text(352, '\0');
  const auto put = [&](size_t at, uint32_t value, size_t n_bytes) {
    text.replace(at, n_bytes, number(value, n_bytes, big_endian));
  };
  put(0, 348, 4);
  const uint32_t sizes[] = {3, 31, 17, 5};
  for (size_t i = 0; i < 4; ++i) put(40 + 2 * i, sizes[i], 2);
  put(70, 4, 2);
  put(72, 16, 2);
  put(108, std::bit_cast<uint32_t>(352.0F), 4);
  text.replace(344, 4, "n+1\0"s);
  return text + std::string(31 * 17 * 5 * 2, 'v');
}

ImageHeader read(const std::string& bytes) {
  const Result<ImageHeader> header = parse_image_header(bytes, "t");
  if (!header.ok()) FAIL(header.error().to_string());
  return header.value();
}

void check(const ImageHeader& header, std::string_view format, int64_t channels, int64_t bits) {
  CHECK(header.format == format);
  CHECK(header.width == 31);
  CHECK(header.height == 17);
  CHECK(header.channels == channels);
  CHECK(header.bits == bits);
}

TEST_CASE("sizes, channels and bits of every format") {
  check(read(png(8, 2)), "PNG", 3, 8);
  check(read(png(16, 0)), "PNG", 1, 16);
  check(read(png(4, 3)), "PNG", 1, 4);
  check(read(png(8, 6)), "PNG", 4, 8);
  check(read(jpeg()), "JPEG", 3, 8);
  check(read(gif()), "GIF", 3, 8);
  check(read(bmp()), "BMP", 3, 8);
  check(read(tiff(false)), "TIFF", 3, 16);
  check(read(tiff(true)), "TIFF", 3, 16);
  check(read(nifti(false)), "NIfTI", 1, 16);
  check(read(nifti(true)), "NIfTI", 1, 16);
  CHECK(read(nifti(false)).depth == 5);
}

TEST_CASE("formats that are only recognised") {
  CHECK(read(std::string(128, '\0') + "DICM").format == "DICOM");
  CHECK(read("RIFF1234WEBPVP8 ").format == "WebP");
  CHECK(read("RIFF1234WEBPVP8 ").width == 0);
}

TEST_CASE("an image cut anywhere is truncated, or no longer an image at all") {
  for (const std::string& whole :
       {png(8, 2), jpeg(), gif(), bmp(), tiff(false), tiff(true), nifti(false), nifti(true)}) {
    for (size_t length = 0; length < whole.size(); ++length) {
      const Result<ImageHeader> header = parse_image_header(whole.substr(0, length), "t");
      REQUIRE(!header.ok());
      const bool known = !image_format(whole.substr(0, length)).empty();
      CHECK(header.error().code() == (known ? ErrorCode::kTruncated : ErrorCode::kUnsupported));
    }
  }
}

TEST_CASE("heads that cannot be are malformed") {
  std::string no_width = png(8, 2);
  no_width.replace(16, 4, "\0\0\0\0"s);
  std::string no_dimensions = nifti(false);
  no_dimensions[40] = 9;
  for (const std::string& bytes : {no_width, png(8, 5), png(8, 9), no_dimensions}) {
    const Result<ImageHeader> header = parse_image_header(bytes, "t");
    REQUIRE(!header.ok());
    CHECK(header.error().code() == ErrorCode::kMalformed);
  }
}

TEST_CASE("what is no image") {
  for (const std::string& bytes :
       {""s, "BM"s, "BMW is a car, not a picture"s, "GIF"s, "x,y\n1,2\n"s, std::string(400, '\0')})
    CHECK(parse_image_header(bytes, "t").error().code() == ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace ibid::data
