#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ibid {

// 128 bits that name a content: equal contents have equal digests, and different ones practically never do.
// Not for protection against forgery: that is SHA-256 (sha256.h).
struct Digest128 {
  uint64_t high = 0;
  uint64_t low = 0;

  auto operator<=>(const Digest128&) const = default;

  // 32 lower-case hexadecimal digits, high half first, as xxh128sum prints it.
  std::string hex() const;
  static std::optional<Digest128> from_hex(std::string_view text);
};

// XXH3-128 with seed 0 over a stream of bytes; how the stream is cut into updates does not matter.
class DigestStream {
 public:
  DigestStream();
  ~DigestStream();
  DigestStream(DigestStream&&) noexcept;
  DigestStream& operator=(DigestStream&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);

  // Of everything so far; more may follow.
  Digest128 digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest128 digest_bytes(std::span<const std::byte> bytes);
Digest128 digest_bytes(std::string_view bytes);

}  // namespace ibid
