#include "base/digest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <new>

#include "base/check.h"
#include "base/hex.h"

namespace ibid {
namespace {

Digest128 to_digest(XXH128_hash_t hash) { return {hash.high64, hash.low64}; }

}  // namespace

std::string Digest128::hex() const { return hex_text(high) + hex_text(low); }

std::optional<Digest128> Digest128::from_hex(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  const auto high = parse_hex(text.substr(0, 16));
  const auto low = parse_hex(text.substr(16));
  if (!high || !low) return std::nullopt;
  return Digest128{*high, *low};
}

struct DigestStream::State {
  State() : xxh(XXH3_createState()) {
    if (xxh == nullptr) throw std::bad_alloc();
    IBID_CHECK(XXH3_128bits_reset(xxh) == XXH_OK, "XXH3 refused a fresh state");
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  XXH3_state_t* xxh;
};

DigestStream::DigestStream() : state_(std::make_unique<State>()) {}
DigestStream::~DigestStream() = default;
DigestStream::DigestStream(DigestStream&&) noexcept = default;
DigestStream& DigestStream::operator=(DigestStream&&) noexcept = default;

void DigestStream::update(std::span<const std::byte> bytes) {
  IBID_CHECK(XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size()) == XXH_OK,
             "XXH3 refused an update");
}

void DigestStream::update(std::string_view bytes) { update(std::as_bytes(std::span(bytes))); }

Digest128 DigestStream::digest() const { return to_digest(XXH3_128bits_digest(state_->xxh)); }

Digest128 digest_bytes(std::span<const std::byte> bytes) {
  return to_digest(XXH3_128bits(bytes.data(), bytes.size()));
}

Digest128 digest_bytes(std::string_view bytes) { return digest_bytes(std::as_bytes(std::span(bytes))); }

}  // namespace ibid
