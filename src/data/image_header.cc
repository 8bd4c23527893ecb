// The heads of image files, as far as a card needs them: a few fixed places in each format. Decoding pixels
// would need a library for each, and would tell nothing more about sizes.

#include "data/image_header.h"

#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "data/quoted_name.h"

namespace ibid::data {
namespace {

using namespace std::string_view_literals;

// Numbers of either byte order at any place; nothing outside of the file.
class Bytes {
 public:
  Bytes(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::optional<int64_t> u8(size_t at) const { return number(at, 1); }
  std::optional<int64_t> u16(size_t at) const { return number(at, 2); }
  std::optional<int64_t> u32(size_t at) const { return number(at, 4); }
  std::optional<int64_t> i16(size_t at) const {
    const auto value = u16(at);
    return value ? std::optional<int64_t>(static_cast<int16_t>(*value)) : std::nullopt;
  }
  std::optional<int64_t> i32(size_t at) const {
    const auto value = u32(at);
    return value ? std::optional<int64_t>(static_cast<int32_t>(*value)) : std::nullopt;
  }
  size_t size() const { return bytes_.size(); }

 private:
  std::optional<int64_t> number(size_t at, size_t n) const {
    if (at > bytes_.size() || bytes_.size() - at < n) return std::nullopt;
    int64_t value = 0;
    for (size_t i = 0; i < n; ++i)
      value = value << 8 | static_cast<uint8_t>(bytes_[big_endian_ ? at + i : at + n - 1 - i]);
    return value;
  }

  std::string_view bytes_;
  bool big_endian_;
};

enum class Fault { kTruncated, kMalformed };
struct Outcome {
  std::optional<ImageHeader> header;
  Fault fault = Fault::kTruncated;
};

Outcome truncated() { return {std::nullopt, Fault::kTruncated}; }
Outcome malformed() { return {std::nullopt, Fault::kMalformed}; }

Outcome checked(ImageHeader header) {
  const bool plausible = header.width > 0 && header.height > 0 && header.depth > 0;
  return plausible ? Outcome{header} : malformed();
}

Outcome png(std::string_view bytes) {
  const Bytes file(bytes, true);
  const auto width = file.u32(16), height = file.u32(20), bits = file.u8(24), colour = file.u8(25);
  if (!colour) return truncated();
  if (bytes.substr(12, 4) != "IHDR") return malformed();
  constexpr std::array<int64_t, 7> kChannels = {1, 0, 3, 1, 2, 0, 4};  // a palette counts as one
  if (*colour > 6 || kChannels[static_cast<size_t>(*colour)] == 0) return malformed();
  // Chunk by chunk to the one that ends the file.
  for (size_t at = 8;;) {
    const auto length = file.u32(at);
    if (!length || bytes.size() - at < 12 + static_cast<size_t>(*length)) return truncated();
    if (bytes.substr(at + 4, 4) == "IEND") break;
    at += 12 + static_cast<size_t>(*length);
  }
  return checked({.format = "PNG",
                  .width = *width,
                  .height = *height,
                  .channels = kChannels[static_cast<size_t>(*colour)],
                  .bits = *bits});
}

bool starts_frame(int64_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Outcome jpeg(std::string_view bytes) {
  const Bytes file(bytes, true);
  constexpr std::string_view kEnd = "\xFF\xD9"sv;
  for (size_t at = 2;;) {
    const auto fill = file.u8(at), marker = file.u8(at + 1);
    if (!marker) return truncated();
    if (*fill != 0xFF) return malformed();
    if (*marker == 0xFF) {  // filling before a marker
      ++at;
      continue;
    }
    const auto length = file.u16(at + 2);
    if (!length) return truncated();
    if (*length < 2) return malformed();
    if (starts_frame(*marker)) {
      const auto bits = file.u8(at + 4), height = file.u16(at + 5), width = file.u16(at + 7),
                 n = file.u8(at + 9);
      if (!n || bytes.find(kEnd, at) == std::string_view::npos) return truncated();
      return checked({.format = "JPEG", .width = *width, .height = *height, .channels = *n, .bits = *bits});
    }
    at += 2 + static_cast<size_t>(*length);
  }
}

Outcome gif(std::string_view bytes) {
  const Bytes file(bytes, false);
  const auto width = file.u16(6), height = file.u16(8), flags = file.u8(10);
  if (!flags || bytes.find(';', 13) == std::string_view::npos) return truncated();
  return checked({.format = "GIF", .width = *width, .height = *height, .channels = 3, .bits = 8});
}

Outcome bmp(std::string_view bytes) {
  const Bytes file(bytes, false);
  const auto size = file.u32(2), head = file.u32(14);
  if (!head) return truncated();
  const bool old = *head == 12;
  const auto width = old ? file.u16(18) : file.i32(18), height = old ? file.u16(20) : file.i32(22);
  const auto pixel_bits = file.u16(old ? 24 : 28);
  if (!pixel_bits || *size > static_cast<int64_t>(file.size())) return truncated();
  const bool palette = *pixel_bits <= 8;
  return checked({.format = "BMP",
                  .width = *width,
                  .height = std::abs(*height),
                  .channels = palette             ? 1
                              : *pixel_bits == 32 ? 4
                                                  : 3,
                  .bits = palette ? *pixel_bits : 8});
}

// One entry of a TIFF directory: its value, or of several the first.
std::optional<int64_t> tiff_value(const Bytes& file, size_t entry) {
  const auto type = file.u16(entry + 2), count = file.u32(entry + 4);
  if (!count) return std::nullopt;
  if (*type == 4) return file.u32(entry + 8);
  if (*type != 3) return std::nullopt;
  if (*count <= 2) return file.u16(entry + 8);
  const auto place = file.u32(entry + 8);
  // All of them have to be there.
  if (!place || !file.u16(static_cast<size_t>(*place + 2 * (*count - 1)))) return std::nullopt;
  return file.u16(static_cast<size_t>(*place));
}

Outcome tiff(std::string_view bytes) {
  const Bytes file(bytes, bytes[0] == 'M');
  const auto directory = file.u32(4);
  const auto n_entries = directory ? file.u16(static_cast<size_t>(*directory)) : std::nullopt;
  if (!n_entries) return truncated();
  ImageHeader header{.format = "TIFF", .channels = 1, .bits = 1};  // what the standard says of absent tags
  for (int64_t i = 0; i < *n_entries; ++i) {
    const size_t entry = static_cast<size_t>(*directory + 2 + 12 * i);
    const auto tag = file.u16(entry);
    if (!tag) return truncated();
    const bool wanted = *tag == 256 || *tag == 257 || *tag == 258 || *tag == 277;
    const auto value = wanted ? tiff_value(file, entry) : std::nullopt;
    if (wanted && !value) return truncated();
    if (*tag == 256) header.width = *value;
    if (*tag == 257) header.height = *value;
    if (*tag == 258) header.bits = *value;
    if (*tag == 277) header.channels = *value;
  }
  return checked(header);
}

// The whole content of a volume must be there: a file of header and values in one says where they begin.
bool has_all_values(const Bytes& file, const ImageHeader& header, int64_t other_dimensions) {
  const auto offset = file.u32(108);
  if (!offset) return false;
  const float begin = std::bit_cast<float>(static_cast<uint32_t>(*offset));
  if (!(begin >= 0 && begin < 1e9F)) return false;
  const double bytes = static_cast<double>(header.width) * static_cast<double>(header.height) *
                       static_cast<double>(header.depth) * static_cast<double>(other_dimensions) *
                       static_cast<double>(header.bits * header.channels) / 8;
  return static_cast<double>(file.size()) >= std::floor(static_cast<double>(begin)) + bytes;
}

Outcome nifti(std::string_view bytes) {
  const Bytes little(bytes, false), big(bytes, true);
  const Bytes& file = little.u32(0) == 348 ? little : big;
  const auto n = file.i16(40), type = file.i16(70), bits = file.i16(72);
  if (!bits || bytes.size() < 348) return truncated();
  if (*n < 1 || *n > 7 || *bits < 1) return malformed();
  const auto size = [&](int64_t dimension) {
    return dimension <= *n ? *file.i16(40 + 2 * static_cast<size_t>(dimension)) : 1;
  };
  int64_t others = 1;
  for (int64_t dimension = 4; dimension <= *n; ++dimension) {
    if (size(dimension) < 1) return malformed();
    others *= size(dimension);
    if (others > int64_t{1} << 40) return malformed();
  }
  constexpr int64_t kRgb = 128, kRgba = 2304;
  const int64_t channels = *type == kRgb ? 3 : *type == kRgba ? 4 : 1;
  const ImageHeader header = {.format = "NIfTI",
                              .width = size(1),
                              .height = size(2),
                              .depth = size(3),
                              .channels = channels,
                              .bits = *bits / channels};
  const bool in_one_file = bytes.substr(344, 3) == "n+1";
  if (in_one_file && !has_all_values(file, header, others)) return truncated();
  return checked(header);
}

Outcome parsed(std::string_view format, std::string_view bytes) {
  if (format == "PNG") return png(bytes);
  if (format == "JPEG") return jpeg(bytes);
  if (format == "GIF") return gif(bytes);
  if (format == "BMP") return bmp(bytes);
  if (format == "TIFF") return tiff(bytes);
  if (format == "NIfTI") return nifti(bytes);
  return {ImageHeader{.format = format}};
}

}  // namespace

std::string_view image_format(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return "PNG";
  if (bytes.starts_with("\xFF\xD8\xFF")) return "JPEG";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "GIF";
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return "TIFF";
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP") && bytes.size() >= 12) return "WebP";
  if (bytes.size() >= 132 && bytes.substr(128, 4) == "DICM") return "DICOM";
  if (bytes.size() >= 348 && (bytes.substr(344, 4) == "n+1\0"sv || bytes.substr(344, 4) == "ni1\0"sv))
    return "NIfTI";
  // Two letters only: the size of the head that follows has to be one of those there are.
  const auto head = Bytes(bytes, false).u32(14);
  if (bytes.starts_with("BM") && head && (*head == 12 || (*head >= 40 && *head <= 124))) return "BMP";
  return {};
}

Result<ImageHeader> parse_image_header(std::string_view bytes, const std::string& name) {
  const std::string_view format = image_format(bytes);
  if (format.empty())
    return Error(ErrorCode::kUnsupported, quoted_name(name) + " is no image of a known format",
                 "known are PNG, JPEG, GIF, TIFF, BMP, WebP, DICOM and NIfTI");
  const Outcome outcome = parsed(format, bytes);
  if (outcome.header) return *outcome.header;
  if (outcome.fault == Fault::kTruncated)
    return Error(ErrorCode::kTruncated,
                 quoted_name(name) + " ends before the " + std::string(format) + " image does",
                 "the copy was cut short: get the file again");
  return Error(ErrorCode::kMalformed, quoted_name(name) + " is no intact " + std::string(format) + " image",
               "get the file again");
}

}  // namespace ibid::data
