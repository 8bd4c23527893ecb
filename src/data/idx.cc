#include "data/idx.h"

#include "base/checked_int.h"
#include "base/number_text.h"
#include "base/text.h"
#include "data/gzip.h"

namespace ibid::data {
namespace {

// Nothing this format is used for comes near; what claims more is not what it says it is.
constexpr int64_t kMaxFileBytes = int64_t{4} << 30;
constexpr uint8_t kUnsignedByte = 0x08;

constexpr const char* kFetchAgain = "fetch the file again, or check that it is the right one";

uint8_t byte_at(std::string_view bytes, size_t i) { return static_cast<uint8_t>(bytes[i]); }

std::string shape_text(const std::vector<int64_t>& shape) {
  std::vector<std::string> parts;
  for (const int64_t dimension : shape) parts.push_back(number_text(dimension));
  return join(parts, " x ");
}

Result<std::vector<int64_t>> parse_header(std::string_view bytes, const std::string& name) {
  if (bytes.size() < 4) {
    return Error(ErrorCode::kTruncated,
                 "'" + name + "' has " + number_text(static_cast<int64_t>(bytes.size())) +
                     " bytes; an IDX file begins with four",
                 kFetchAgain);
  }
  if (bytes[0] != 0 || bytes[1] != 0) {
    return Error(ErrorCode::kMalformed, "'" + name + "' is not an IDX file: its first two bytes are not zero",
                 kFetchAgain);
  }
  if (byte_at(bytes, 2) != kUnsignedByte) {
    return Error(ErrorCode::kUnsupported,
                 "'" + name + "' holds elements of IDX type " + number_text(int{byte_at(bytes, 2)}) +
                     "; only unsigned bytes (type 8) are read",
                 "convert the file to unsigned bytes");
  }
  const size_t rank = byte_at(bytes, 3);
  if (bytes.size() < 4 + 4 * rank) {
    return Error(ErrorCode::kTruncated, "'" + name + "' ends inside its header", kFetchAgain);
  }
  std::vector<int64_t> shape;
  for (size_t dimension = 0; dimension < rank; ++dimension) {
    int64_t size = 0;
    for (size_t i = 0; i < 4; ++i) size = size << 8 | byte_at(bytes, 4 + 4 * dimension + i);
    shape.push_back(size);
  }
  return shape;
}

}  // namespace

Result<IdxArray> parse_idx(std::string_view bytes, const std::string& name) {
  IBID_ASSIGN(std::vector<int64_t> shape, parse_header(bytes, name));
  const std::string_view payload = bytes.substr(4 + 4 * shape.size());
  const std::optional<int64_t> expected = checked_product(shape);
  const auto found = static_cast<int64_t>(payload.size());
  if (expected != found) {
    const bool fewer = !expected || *expected > found;
    return Error(fewer ? ErrorCode::kTruncated : ErrorCode::kMalformed,
                 "'" + name + "' promises " + shape_text(shape) + " = " +
                     (expected ? number_text(*expected) : "more than 2^63") + " values and holds " +
                     number_text(found),
                 kFetchAgain);
  }
  return IdxArray{std::move(shape), {payload.begin(), payload.end()}};
}

Result<IdxArray> read_idx(const platform::Path& path) {
  IBID_ASSIGN(std::string bytes, platform::read_file(path, kMaxFileBytes));
  if (is_gzip(bytes)) {
    IBID_ASSIGN(bytes, gunzip(bytes, path.string(), kMaxFileBytes));
  }
  return parse_idx(bytes, path.string());
}

std::string encode_idx(const IdxArray& array) {
  IBID_CHECK(
      checked_product(array.shape) == static_cast<int64_t>(array.values.size()) && array.shape.size() < 256,
      "an array's values do not fit its shape");
  std::string bytes{'\0', '\0', static_cast<char>(kUnsignedByte), static_cast<char>(array.shape.size())};
  for (const int64_t dimension : array.shape) {
    IBID_CHECK(dimension < int64_t{1} << 32, "an IDX dimension has 32 bits");
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(dimension >> shift & 0xff);
  }
  bytes.append(array.values.begin(), array.values.end());
  return bytes;
}

}  // namespace ibid::data
