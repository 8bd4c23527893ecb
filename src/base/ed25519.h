#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

// Signatures by RFC 8032's Ed25519, with keys as PEM, so that other programs can read them too.
namespace ibid {

// A private key signs; the public one belongs to it and can be given to anybody.
struct KeyPair {
  std::string private_pem;  // PKCS #8
  std::string public_pem;   // SubjectPublicKeyInfo
};

KeyPair make_key_pair();

// 64 bytes. Errors (malformed): it is no private Ed25519 key.
Result<std::string> sign_ed25519(std::string_view private_pem, std::string_view message);

// Errors (malformed): it is no public Ed25519 key.
Result<bool> is_signed_ed25519(std::string_view public_pem, std::string_view message,
                               std::string_view signature);

// The public key of a private one. Errors (malformed): it is no private Ed25519 key.
Result<std::string> public_key_of(std::string_view private_pem);

// A name for a public key: SHA-256 of its DER form, in hexadecimal digits. Errors (malformed): it is no
// public Ed25519 key.
Result<std::string> key_id(std::string_view public_pem);

}  // namespace ibid
