#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "base/hex.h"

namespace ibid {

namespace {

// Found once: EVP_sha256() makes OpenSSL search its providers, under a lock, for every stream.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

}  // namespace

struct Sha256Stream::State {
  State() : context(EVP_MD_CTX_new()) { start(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void start() const {
    IBID_CHECK(context != nullptr && EVP_DigestInit_ex(context, sha256_method(), nullptr) == 1,
               "OpenSSL gave no SHA-256");
  }

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

Sha256Digest Sha256Stream::finish() {
  Sha256Digest digest;
  IBID_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1,
             "OpenSSL could not finish SHA-256");
  state_->start();
  return digest;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256Stream stream;
  stream.update(bytes);
  return hex_text(stream.digest());
}

std::string sha256_hex(std::string_view bytes) { return sha256_hex(std::as_bytes(std::span(bytes))); }

}  // namespace ibid
