#include "data/idx.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "data/gzip.h"
#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

std::string gzip(const std::string& content) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string bytes(::deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  bytes.resize(stream.total_out);
  ::deflateEnd(&stream);
  return bytes;
}

constexpr int64_t kNoCap = int64_t{1} << 30;

ErrorCode gunzip_code(const std::string& bytes, int64_t max_bytes = kNoCap) {
  const auto result = gunzip(bytes, "file", max_bytes);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message().find("'file'") != std::string::npos);
  CHECK_FALSE(result.error().hint().empty());
  return result.error().code();
}

TEST_CASE("gzip content comes back, of one member and of several") {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{300000}}) {
    std::string content;
    for (size_t i = 0; i < size; ++i) content += static_cast<char>(i * i >> 3);
    CHECK(gunzip(gzip(content), "file", static_cast<int64_t>(size)).value() == content);
  }
  CHECK(gunzip(gzip("one ") + gzip("two"), "file", kNoCap).value() == "one two");
}

TEST_CASE("a gzip file cut anywhere is truncated") {
  const std::string whole = gzip("some content that is compressed, compressed, compressed");
  for (size_t size = 2; size < whole.size(); ++size)
    CHECK(gunzip_code(whole.substr(0, size)) == ErrorCode::kTruncated);
}

TEST_CASE("an altered gzip file is noticed") {
  const std::string whole = gzip("some content that is compressed, compressed, compressed");
  for (size_t i = 10; i < whole.size(); ++i) {  // the first ten bytes hold a time and the like
    std::string altered = whole;
    altered[i] = static_cast<char>(altered[i] ^ 0x10);
    CHECK_FALSE(gunzip(altered, "file", kNoCap).ok());
  }
  CHECK(gunzip_code("plain text") == ErrorCode::kMalformed);
  CHECK(gunzip_code(whole + "rest") == ErrorCode::kMalformed);
}

TEST_CASE("a small file that unpacks to too much is refused") {
  const std::string bomb = gzip(std::string(10 << 20, '\0'));
  CHECK(gunzip_code(bomb, 1 << 20) == ErrorCode::kMalformed);
  CHECK(gunzip_code(bomb, (10 << 20) - 1) == ErrorCode::kMalformed);
  CHECK(gunzip(bomb, "file", 10 << 20).ok());
}

IdxArray small_array() { return {{2, 3}, {0, 1, 2, 253, 254, 255}}; }

TEST_CASE("an IDX array reads back as it was written, plain and compressed") {
  const std::string bytes = encode_idx(small_array());
  CHECK(bytes == std::string("\0\0\x08\x02\0\0\0\x02\0\0\0\x03\0\x01\x02\xfd\xfe\xff", 18));
  const test::TemporaryFolder folder;
  for (const std::string& content : {bytes, gzip(bytes)}) {
    REQUIRE(platform::write_file_atomically(folder / "file", content).ok());
    const IdxArray array = read_idx(folder / "file").value();
    CHECK(array.shape == small_array().shape);
    CHECK(array.values == small_array().values);
  }
  CHECK(parse_idx(encode_idx({{0, 28, 28}, {}}), "empty").value().values.empty());
}

TEST_CASE("an IDX file with too few or too many bytes says what was expected and found") {
  const std::string bytes = encode_idx(small_array());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto result = parse_idx(std::string_view(bytes).substr(0, size), "file");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::kTruncated);
  }
  const auto longer = parse_idx(bytes + "x", "file");
  REQUIRE_FALSE(longer.ok());
  CHECK(longer.error().code() == ErrorCode::kMalformed);
  CHECK(longer.error().message() == "'file' promises 2 x 3 = 6 values and holds 7");
}

TEST_CASE("a header that lies about type, magic or size is refused before memory is taken") {
  std::string bytes = encode_idx(small_array());
  bytes[2] = '\x0d';
  CHECK(parse_idx(bytes, "file").error().code() == ErrorCode::kUnsupported);
  bytes[0] = 'P';
  CHECK(parse_idx(bytes, "file").error().code() == ErrorCode::kMalformed);
  std::string huge("\0\0\x08\x04", 4);
  huge += std::string(16, '\xff');
  CHECK(parse_idx(huge, "file").error().code() == ErrorCode::kTruncated);
}

}  // namespace
}  // namespace ibid::data
