#include "data/byte_source.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include "base/hex.h"
#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

std::string gzipped(const std::string& content) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

// Hardly compressible, so that the packed file has several pieces too.
std::string noise(size_t n_bytes) {
  std::string text;
  uint64_t state = 1;
  while (text.size() < n_bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += hex_text(state);
  }
  return text;
}

Result<std::string> read_all(const platform::Path& path) {
  IBID_ASSIGN(ByteSource source, ByteSource::open(path));
  std::string content;
  for (;;) {
    IBID_ASSIGN(const bool found, source.next(content));
    if (!found) break;
  }
  CHECK(hex_text(source.digest()) == sha256_hex(platform::read_file(path).value()));
  return content;
}

TEST_CASE("a file in pieces, plain and gzip-compressed, in several members too") {
  const test::TemporaryFolder folder;
  const platform::Path path = folder / "f";
  const std::string content = noise(3'000'000);
  for (const std::string& bytes :
       {content, gzipped(content),
        gzipped(content.substr(0, 1'000'001)) + gzipped(content.substr(1'000'001))}) {
    REQUIRE(platform::write_file_atomically(path, bytes).ok());
    const Result<std::string> found = read_all(path);
    REQUIRE(found.ok());
    CHECK(found.value() == content);
  }
}

TEST_CASE("an empty file has no bytes, packed or not") {
  const test::TemporaryFolder folder;
  for (const std::string& bytes : {std::string(), gzipped("")}) {
    REQUIRE(platform::write_file_atomically(folder / "f", bytes).ok());
    CHECK(read_all(folder / "f").value().empty());
  }
}

TEST_CASE("gzip content that is cut or altered is an error, wherever it is cut") {
  const test::TemporaryFolder folder;
  const std::string packed = gzipped(noise(2000));
  for (size_t length = 2; length < packed.size(); length += 7) {
    REQUIRE(platform::write_file_atomically(folder / "f", packed.substr(0, length)).ok());
    const Result<std::string> found = read_all(folder / "f");
    REQUIRE(!found.ok());
    CHECK(found.error().code() == ErrorCode::kTruncated);
  }
  std::string altered = packed;
  altered[packed.size() - 6] = static_cast<char>(altered[packed.size() - 6] ^ 1);  // of the checksum
  REQUIRE(platform::write_file_atomically(folder / "f", altered).ok());
  const Result<std::string> found = read_all(folder / "f");
  REQUIRE(!found.ok());
  CHECK(found.error().code() == ErrorCode::kMalformed);
}

TEST_CASE("a link leads to its file; a folder is none") {
  const test::TemporaryFolder folder;
  REQUIRE(platform::write_file_atomically(folder / "f", "abc").ok());
  std::filesystem::create_symlink("f", folder / "l");
  CHECK(read_all(folder / "l").value() == "abc");
  CHECK(!ByteSource::open(folder.path()).ok());
  const Result<ByteSource> missing = ByteSource::open(folder / "nothing");
  REQUIRE(!missing.ok());
  CHECK(missing.error().code() == ErrorCode::kNotFound);
}

}  // namespace
}  // namespace ibid::data
