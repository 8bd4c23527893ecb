#include "base/digest.h"

#include <doctest/doctest.h>

#include <string>

#include "base/sha256.h"

namespace ibid {
namespace {

TEST_CASE("XXH3-128 gives the published digest of nothing") {
  CHECK(digest_bytes("").hex() == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("a stream's digest does not depend on how it is cut") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7);
  const Digest128 whole = digest_bytes(text);
  for (const size_t piece : {size_t{1}, size_t{63}, size_t{64}, size_t{1000}}) {
    DigestStream stream;
    for (size_t at = 0; at < text.size(); at += piece)
      stream.update(std::string_view(text).substr(at, piece));
    CHECK(stream.digest() == whole);
  }
  text[4999] ^= 1;
  CHECK(digest_bytes(text) != whole);
}

TEST_CASE("a digest reads back from its text, and nothing else does") {
  const Digest128 digest = digest_bytes("ibid");
  CHECK(Digest128::from_hex(digest.hex()) == digest);
  CHECK_FALSE(Digest128::from_hex(digest.hex().substr(1)).has_value());
  CHECK_FALSE(Digest128::from_hex(std::string(32, 'g')).has_value());
}

TEST_CASE("digests order as their text does") {
  CHECK(Digest128{1, 0} > Digest128{0, 5});
  CHECK(Digest128{1, 0}.hex() > Digest128{0, 5}.hex());
}

TEST_CASE("SHA-256 gives the published digest, whole and in pieces") {
  const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(sha256_hex("abc") == expected);
  Sha256Stream stream;
  stream.update("a");
  CHECK(stream.digest() != Sha256Digest{});
  stream.update("bc");
  Sha256Stream abc;
  abc.update("abc");
  CHECK(stream.digest() == abc.digest());
}

}  // namespace
}  // namespace ibid
