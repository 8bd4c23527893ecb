#include "base/ed25519.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/hex.h"

namespace ibid {
namespace {

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(*parse_hex(hex.substr(i, 2)));
  return bytes;
}

// Around a raw key, DER is a constant: RFC 8410.
std::string pem(const char* kind, const char* der_prefix, const char* key) {
  return std::string("-----BEGIN ") + kind + " KEY-----\n" +
         base64_text(bytes_of(der_prefix) + bytes_of(key)) + "\n-----END " + kind + " KEY-----\n";
}

TEST_CASE("the second example of RFC 8032") {
  const std::string secret = pem("PRIVATE", "302e020100300506032b657004220420",
                                 "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const std::string open = pem("PUBLIC", "302a300506032b6570032100",
                               "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = sign_ed25519(secret, "r").value();
  CHECK(signature == bytes_of("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
  CHECK(public_key_of(secret).value() == open);
  CHECK(is_signed_ed25519(open, "r", signature).value());
  CHECK_FALSE(is_signed_ed25519(open, "s", signature).value());
  CHECK_FALSE(is_signed_ed25519(open, "r", "").value());
}

TEST_CASE("keys are new each time, and what is none is refused") {
  const KeyPair a = make_key_pair(), b = make_key_pair();
  CHECK(a.private_pem != b.private_pem);
  const std::string signature = sign_ed25519(a.private_pem, "text").value();
  CHECK(is_signed_ed25519(a.public_pem, "text", signature).value());
  CHECK_FALSE(is_signed_ed25519(b.public_pem, "text", signature).value());
  CHECK(key_id(a.public_pem).value().size() == 64);
  CHECK(key_id(a.public_pem).value() != key_id(b.public_pem).value());
  CHECK(sign_ed25519(a.public_pem, "text").error().code() == ErrorCode::kMalformed);
  CHECK(key_id(a.private_pem).error().code() == ErrorCode::kMalformed);
  CHECK(key_id("").error().code() == ErrorCode::kMalformed);
}

}  // namespace
}  // namespace ibid
