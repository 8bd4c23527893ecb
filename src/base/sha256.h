#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ibid {

using Sha256Digest = std::array<uint8_t, 32>;

// SHA-256 over a stream of bytes, for what others have to be able to check: downloads, certificates.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);

  // Of everything so far; more may follow.
  Sha256Digest digest() const;

  // Of everything so far; then starts again from nothing. Costs less than a new stream.
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view bytes);

}  // namespace ibid
