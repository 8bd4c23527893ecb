#include "data/npy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "base/checked_int.h"
#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"

namespace ibid::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeaderBytes = size_t{1} << 16;
constexpr const char* kConvert = "convert the array to float64 or int64 first";

Error malformed(const std::string& name, const std::string& what) {
  return Error(ErrorCode::kMalformed, quoted_name(name) + " is no intact .npy file: " + what,
               "write it again with numpy.save");
}

Error unsupported(const std::string& name, const std::string& what, const char* hint) {
  return Error(ErrorCode::kUnsupported, quoted_name(name) + " holds " + what, hint);
}

// What follows "'key':" in the header's dictionary, up to the comma or bracket that ends it.
std::optional<std::string_view> member(std::string_view text, const std::string& key) {
  const size_t at = text.find("'" + key + "':");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = trim(text.substr(at + key.size() + 3));
  const bool tuple = rest.starts_with('(');
  const size_t end = rest.find_first_of(tuple ? ")" : ",}");
  if (end == std::string_view::npos) return std::nullopt;
  return trim(tuple ? rest.substr(1, end - 1) : rest.substr(0, end));
}

Result<void> read_type(std::string_view descr, const std::string& name, NpyHeader& header) {
  const auto as_text = [&] { return "elements of type " + std::string(descr); };
  if (descr.size() < 5 || descr.front() != '\'' || descr.back() != '\'')
    return unsupported(name, as_text(), kConvert);
  header.big_endian = descr[1] == '>';
  header.kind = descr[2];
  const auto bytes = parse_int64(descr.substr(3, descr.size() - 4));
  if (!bytes) return unsupported(name, as_text(), kConvert);
  header.item_bytes = *bytes;
  return {};
}

Result<void> read_shape(std::string_view text, const std::string& name, NpyHeader& header) {
  for (const std::string& part : split(text, ',')) {
    if (trim(part).empty()) continue;
    const auto size = parse_int64(trim(part));
    if (!size || *size < 0) return malformed(name, "its shape is (" + std::string(text) + ")");
    header.shape.push_back(*size);
  }
  std::vector<int64_t> sizes = header.shape;
  sizes.push_back(header.item_bytes);
  if (!checked_product(sizes)) return malformed(name, "its shape is (" + std::string(text) + ")");
  return {};
}

Result<void> check_rows_and_columns(const std::string& name, const NpyHeader& header) {
  const int64_t bytes = header.item_bytes;
  const bool integer = header.kind == 'i' || header.kind == 'u';
  const bool fits = (header.kind == 'f' && (bytes == 4 || bytes == 8)) ||
                    (header.kind == 'b' && bytes == 1) ||
                    (integer && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8));
  if (!fits)
    return unsupported(name, std::string("elements of type ") + header.kind + number_text(bytes), kConvert);
  if (header.shape.size() > 2) {
    return unsupported(
        name, "an array of " + number_text(static_cast<int64_t>(header.shape.size())) + " dimensions",
        "describe arrays of rows and columns; reshape it to two dimensions");
  }
  if (header.columns_first && header.shape.size() == 2)
    return unsupported(name, "an array in Fortran's order", "save numpy.ascontiguousarray(array) instead");
  return {};
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

Result<NpyHeader> parse_npy_layout(std::string_view bytes, const std::string& name) {
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(bytes[i])); };
  if (!is_npy(bytes)) return malformed(name, "it does not begin as one");
  constexpr size_t kFixedBytes = 12;
  const Error cut_short(ErrorCode::kTruncated, quoted_name(name) + " ends inside its header",
                        "the copy was cut short: fetch the file again");
  if (bytes.size() < kFixedBytes) return cut_short;
  const size_t version = byte(6);
  if (version < 1 || version > 3)
    return malformed(name, "its version is " + number_text(static_cast<int64_t>(version)));
  size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  NpyHeader header;
  header.header_bytes = (version > 1 ? 12 : 10) + length;
  if (header.header_bytes > kMaxHeaderBytes) return malformed(name, "its header is too long");
  if (bytes.size() < header.header_bytes) return cut_short;
  const std::string_view text = bytes.substr(header.header_bytes - length, length);
  const auto descr = member(text, "descr"), order = member(text, "fortran_order"),
             shape = member(text, "shape");
  if (!descr || !order || !shape) return malformed(name, "its header has not descr, fortran_order and shape");
  IBID_TRY(read_type(*descr, name, header));
  IBID_TRY(read_shape(*shape, name, header));
  header.columns_first = *order == "True";
  return header;
}

Result<NpyHeader> parse_npy_header(std::string_view bytes, const std::string& name) {
  IBID_ASSIGN(NpyHeader header, parse_npy_layout(bytes, name));
  IBID_TRY(check_rows_and_columns(name, header));
  return header;
}

std::string npy_value_text(const NpyHeader& header, std::string_view bytes) {
  const auto n = static_cast<size_t>(header.item_bytes);
  uint64_t bits = 0;
  for (size_t i = 0; i < n; ++i)
    bits = bits << 8 | static_cast<uint8_t>(bytes[header.big_endian ? i : n - 1 - i]);
  if (header.kind == 'f' && n == 4) return number_text(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  if (header.kind == 'f') return number_text(std::bit_cast<double>(bits));
  if (header.kind == 'u') return number_text(bits);
  if (header.kind == 'b') return bits != 0 ? "true" : "false";
  const auto unused = static_cast<int>(64 - 8 * n);
  return number_text(static_cast<int64_t>(bits << unused) >> unused);
}

}  // namespace ibid::data
