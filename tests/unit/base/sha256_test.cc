#include "base/sha256.h"

#include <doctest/doctest.h>

#include "base/hex.h"

namespace ibid {
namespace {

// From FIPS 180-2, appendix B, and the empty message.
constexpr std::string_view kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST_CASE("SHA-256 is that of the standard, however the bytes arrive") {
  CHECK(sha256_hex("abc") == kOfAbc);
  Sha256Stream stream;
  CHECK(hex_text(stream.digest()) == kOfNothing);
  stream.update("a");
  stream.update("bc");
  CHECK(hex_text(stream.digest()) == kOfAbc);
  CHECK(hex_text(stream.digest()) == kOfAbc);
}

TEST_CASE("a finished stream starts again from nothing") {
  Sha256Stream stream;
  stream.update("abc");
  CHECK(hex_text(stream.finish()) == kOfAbc);
  CHECK(hex_text(stream.finish()) == kOfNothing);
  stream.update("abc");
  CHECK(hex_text(stream.finish()) == kOfAbc);
}

}  // namespace
}  // namespace ibid
