#include "base/ed25519.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "base/check.h"
#include "base/sha256.h"

namespace ibid {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

Bio reader_of(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  IBID_CHECK(bio != nullptr, "OpenSSL has no memory");
  return bio;
}

// What a function of OpenSSL writes to a BIO.
template <class Write>
std::string written_by(const Write& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  IBID_CHECK(bio != nullptr && write(bio.get()) == 1, "OpenSSL could not write a key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

Error no_key(const char* kind) {
  return {ErrorCode::kMalformed, std::string("this is no ") + kind + " Ed25519 key in PEM form",
          "make a pair of keys with 'ibid certify keygen'"};
}

// No password is asked for: OpenSSL would read it from the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

Result<Key> private_key(std::string_view pem) {
  const Bio bio = reader_of(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return no_key("private");
  return key;
}

Result<Key> public_key(std::string_view pem) {
  const Bio bio = reader_of(pem);
  Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return no_key("public");
  return key;
}

std::string public_pem(EVP_PKEY* key) {
  return written_by([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key); });
}

const unsigned char* bytes_of(std::string_view text) {
  return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

}  // namespace

KeyPair make_key_pair() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  IBID_CHECK(key != nullptr, "OpenSSL gave no Ed25519 key");
  const auto write_private = [&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return {written_by(write_private), public_pem(key.get())};
}

Result<std::string> sign_ed25519(std::string_view private_pem, std::string_view message) {
  IBID_ASSIGN(const Key key, private_key(private_pem));
  const Context context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  size_t size = signature.size();
  const bool done =
      context != nullptr && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), static_cast<unsigned char*>(static_cast<void*>(signature.data())), &size,
                     bytes_of(message), message.size()) == 1;
  IBID_CHECK(done && size == signature.size(), "OpenSSL could not sign");
  return signature;
}

Result<bool> is_signed_ed25519(std::string_view public_pem, std::string_view message,
                               std::string_view signature) {
  IBID_ASSIGN(const Key key, public_key(public_pem));
  const Context context(EVP_MD_CTX_new());
  const bool ready =
      context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1;
  IBID_CHECK(ready, "OpenSSL could not check a signature");
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

Result<std::string> public_key_of(std::string_view private_pem) {
  IBID_ASSIGN(const Key key, private_key(private_pem));
  return public_pem(key.get());
}

Result<std::string> key_id(std::string_view public_pem) {
  IBID_ASSIGN(const Key key, public_key(public_pem));
  return sha256_hex(written_by([&](BIO* bio) { return i2d_PUBKEY_bio(bio, key.get()); }));
}

}  // namespace ibid
