#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "base/hex.h"

namespace ibid {

struct Sha256Stream::State {
  State() : context(EVP_MD_CTX_new()) {
    IBID_CHECK(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1,
               "OpenSSL gave no SHA-256");
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MD_CTX* context;
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(std::span<const std::byte> bytes) {
  IBID_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1,
             "OpenSSL refused bytes for SHA-256");
}

void Sha256Stream::update(std::string_view bytes) { update(std::as_bytes(std::span(bytes))); }

Sha256Digest Sha256Stream::digest() const {
  // Finishing destroys the state, so a copy is finished.
  const State copy;
  Sha256Digest digest;
  IBID_CHECK(EVP_MD_CTX_copy_ex(copy.context, state_->context) == 1 &&
                 EVP_DigestFinal_ex(copy.context, digest.data(), nullptr) == 1,
             "OpenSSL could not finish SHA-256");
  return digest;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256Stream stream;
  stream.update(bytes);
  return hex_text(stream.digest());
}

std::string sha256_hex(std::string_view bytes) { return sha256_hex(std::as_bytes(std::span(bytes))); }

}  // namespace ibid
