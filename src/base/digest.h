#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "ibid/base/digest128.h"

namespace ibid {

// XXH3-128 with seed 0 over a stream of bytes; how the stream is cut into updates does not matter. Not for
// protection against forgery: that is SHA-256 (sha256.h).
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
