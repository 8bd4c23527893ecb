#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

// A signed text by DSSE, the Dead Simple Signing Envelope, version 1: one payload, one Ed25519 signature over
// its type and content, as JSON (docs/formats/certificate.md).
namespace ibid::verify {

// Errors: the key is none.
Result<std::string> sign_envelope(std::string_view payload_type, std::string_view payload,
                                  std::string_view private_pem);

struct Envelope {
  std::string payload_type, payload;
  std::string key_id, signature;  // the signature's 64 bytes
};

// Errors (malformed): it is none, or not written exactly as sign_envelope() does, so that no byte of it is
// free.
Result<Envelope> parse_envelope(std::string_view text, const std::string& name);

// Whether it was signed with this key's private half, and names it. Errors: the key is none.
Result<bool> is_signed_by(const Envelope& envelope, std::string_view public_pem);

}  // namespace ibid::verify
