#include "base/philox.h"

#include <numeric>
#include <utility>

#include "base/check.h"

namespace ibid {

void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
    const uint32_t new0 = static_cast<uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const uint32_t new2 = static_cast<uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<uint32_t>(p1);
    c3 = static_cast<uint32_t>(p0);
    c0 = new0;
    c2 = new2;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

void random_block(const RandomStream& stream, uint64_t block, uint32_t words[4]) {
  IBID_CHECK(block >> 48 == 0 && stream.call >> 16 == 0 && stream.layer >> 24 == 0,
             "a field of a random counter overflowed");
  const uint32_t counter[4] = {static_cast<uint32_t>(block),
                               static_cast<uint32_t>(block >> 32) | stream.call << 16, stream.step,
                               stream.layer | static_cast<uint32_t>(stream.purpose) << 24};
  const uint32_t key[2] = {static_cast<uint32_t>(stream.seed), static_cast<uint32_t>(stream.seed >> 32)};
  philox(counter, key, words);
}

uint32_t RandomSequence::next() {
  if (n_drawn_ % 4 == 0) random_block(stream_, n_drawn_ / 4, words_);
  return words_[n_drawn_++ % 4];
}

uint32_t RandomSequence::draw(uint32_t m) {
  IBID_CHECK(m > 0, "a draw from an empty set");
  const uint64_t uneven = (uint64_t{1} << 32) % m;
  for (;;) {
    const uint64_t q = uint64_t{next()} * m;
    if ((q & 0xffffffffu) >= uneven) return static_cast<uint32_t>(q >> 32);
  }
}

std::vector<int64_t> random_permutation(int64_t n, const RandomStream& stream) {
  IBID_CHECK(n >= 0 && n < int64_t{1} << 32, "a permutation of this size needs another rule");
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomSequence sequence(stream);
  for (int64_t i = n - 1; i >= 1; --i) {
    const uint32_t j = sequence.draw(static_cast<uint32_t>(i + 1));
    std::swap(order[static_cast<size_t>(i)], order[j]);
  }
  return order;
}

}  // namespace ibid
