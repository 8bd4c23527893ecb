// Section 7 with vectors: kLanes64 Philox blocks at a time, each word in a 64-bit lane of its own, so that
// the 32 x 32 -> 64 bit products are one instruction.

#include "engine/kernels/random.h"

#include "engine/kernels/cpu/for_each.h"
#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/fused.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::I64;

constexpr int64_t kBatch = 512;              // elements drawn at a time
constexpr int64_t kWords = kBatch + 4 + 64;  // their words: a first block cut short, a last step too long

constexpr int64_t kGroups = 2;  // vectors of blocks side by side: one alone waits for its multiplications
constexpr int64_t kBlocksPerStep = kGroups * simd::kLanes64;

// The words of the blocks block, block + 1, ..., block + kBlocksPerStep - 1, two to an int64_t. The high
// halves of the lanes hold rubbish between the rounds: products read the low halves only.
IBID_INLINE void philox_blocks(const PhiloxStream& s, uint64_t block, int64_t* word_pairs) {
  constexpr int64_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
  I64 c0[kGroups], c1[kGroups], c2[kGroups], c3[kGroups];
  for (int64_t g = 0; g < kGroups; ++g) {
    c0[g] = simd::load(kNumbers) + I64::of(static_cast<int64_t>(block) + g * simd::kLanes64);
    c1[g] = simd::shift_right<32>(c0[g]) + I64::of(int64_t{s.counter[1]});
    c2[g] = I64::of(int64_t{s.counter[2]});
    c3[g] = I64::of(int64_t{s.counter[3]});
  }
  uint32_t k0 = s.key[0], k1 = s.key[1];
  for (int round = 0; round < 10; ++round) {
    for (int64_t g = 0; g < kGroups; ++g) {
      const I64 p0 = multiply_low(c0[g], I64::of(0xD2511F53)), p1 = multiply_low(c2[g], I64::of(0xCD9E8D57));
      c0[g] = (simd::shift_right<32>(p1) ^ c1[g]) ^ I64::of(int64_t{k0});
      c2[g] = (simd::shift_right<32>(p0) ^ c3[g]) ^ I64::of(int64_t{k1});
      c1[g] = p1;
      c3[g] = p0;
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  const I64 mask = I64::of(0xffffffff);
  for (int64_t g = 0; g < kGroups; ++g) {
    store_interleaved(word_pairs + 2 * g * simd::kLanes64, (c0[g] & mask) | simd::shift_left<32>(c1[g]),
                      (c2[g] & mask) | simd::shift_left<32>(c3[g]));
  }
}

// The words of elements first, ..., first + n - 1 (n <= kBatch); returns where the first of them is in
// `words`. meanwhile(i) is called as the words up to i are drawn.
template <class Meanwhile>
IBID_INLINE const uint32_t* draw_words(const PhiloxStream& s, uint64_t first, int64_t n, uint32_t* words,
                                       Meanwhile&& meanwhile) {
  const int64_t offset = static_cast<int64_t>(first % 4);
  for (int64_t i = 0; i < offset + n; i += 4 * kBlocksPerStep) {
    meanwhile(i);
    int64_t pairs[2 * kBlocksPerStep];
    philox_blocks(s, first / 4 + static_cast<uint64_t>(i / 4), pairs);
    __builtin_memcpy(words + i, pairs, sizeof pairs);
  }
  return words + offset;
}

// body(words, begin, end) for parts of [0, size), element i having the number first + i. soon(i) is called
// some time before the kPerStep elements from i on are wanted.
constexpr int64_t kPerStep = 4 * kBlocksPerStep;
template <class Soon, class Body>
IBID_INLINE void for_each_batch(const PhiloxStream& s, uint64_t first, int64_t size, Soon&& soon,
                                Body&& body) {
  uint32_t words[kWords];
  for (int64_t begin = 0; begin < size; begin += kBatch) {
    const int64_t n = size - begin < kBatch ? size - begin : kBatch;
    const auto meanwhile = [&](int64_t i) __attribute__((always_inline)) { soon(begin + i); };
    body(draw_words(s, first + static_cast<uint64_t>(begin), n, words, meanwhile), begin, begin + n);
  }
}

template <class Body>
IBID_INLINE void for_each_batch(const PhiloxStream& s, uint64_t first, int64_t size, Body&& body) {
  for_each_batch(s, first, size, [](int64_t) {}, body);
}

// y[i] for n elements with these words, of which whole vectors may be read. A word is kept when it exceeds
// last_dropped, the threshold less 1: so 32-bit comparisons do, also at the threshold 2^32.
IBID_INLINE void drop(const DropoutArgs<float>& g, const uint32_t* words, int64_t at, int64_t n) {
  const float* x = g.x + at;
  float* y = g.y + at;
  const float scale = g.scale;
  if (g.threshold == 0) {
    for (int64_t i = 0; i < n; ++i) y[i] = x[i] * scale;
    return;
  }
  const uint32_t last_dropped = static_cast<uint32_t>(g.threshold - 1);
  for_each_vector(0, n, [&](auto access, int64_t i) __attribute__((always_inline)) {
    const F32 scaled = access.load(x + i) * simd::broadcast(scale);
    access.store(y + i, select(simd::words_above(words + i, last_dropped), scaled, simd::zero_f32()));
  });
}

void dropout_elements(const DropoutArgs<float>& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    // Drawing waits for no memory: meanwhile the elements arrive.
    const auto fetch = [&](int64_t i) __attribute__((always_inline)) {
      for (int64_t line = 0; line < kPerStep; line += 16) {
        __builtin_prefetch(g.x + begin + i + line);
        __builtin_prefetch(g.y + begin + i + line, 1);
      }
    };
    for_each_batch(
        g.stream, g.first + static_cast<uint64_t>(begin), end - begin, fetch,
        [&](const uint32_t* words, int64_t from, int64_t to) { drop(g, words, begin + from, to - from); });
  });
}

void dropout_channels(const DropoutArgs<float>& g, Executor& executor) noexcept {
  const int64_t sample_size = g.positions * g.channels;
  const int64_t samples = sample_size == 0 ? 0 : g.size / sample_size;
  for_each_row(executor, samples, sample_size, [&](int64_t sample) {
    const uint64_t first = g.first + static_cast<uint64_t>(sample * g.channels);
    for_each_batch(g.stream, first, g.channels, [&](const uint32_t* words, int64_t from, int64_t to) {
      for (int64_t position = 0; position < g.positions; ++position) {
        drop(g, words, sample * sample_size + position * g.channels + from, to - from);
      }
    });
  });
}

void dropout(const DropoutArgs<float>& g, Executor& executor) noexcept {
  g.channels > 0 ? dropout_channels(g, executor) : dropout_elements(g, executor);
}

void uniform(const RandomFillArgs& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for_each_batch(g.stream, g.first + static_cast<uint64_t>(begin), end - begin,
                   [&](const uint32_t* words, int64_t from, int64_t to) {
                     float* y = g.y + begin + from;
                     for (int64_t i = 0; i < to - from; ++i) {
                       const float u = static_cast<float>(static_cast<int32_t>(words[i] >> 8)) * 0x1p-24f;
                       y[i] = fused(g.scale, u, g.offset);
                     }
                   });
  });
}

// Two normals from each pair of words: r cos t, r sin t (section 7.3). `words` starts with a whole pair.
IBID_INLINE void box_muller(const uint32_t* words, int64_t n_pairs, float* z) {
  float u1[kBatch / 2 + 2 + simd::kLanes], u2[kBatch / 2 + 2 + simd::kLanes];
  for (int64_t i = 0; i < n_pairs; ++i) {
    const double integer = static_cast<double>(words[2 * i]) + 1.0;
    u1[i] = static_cast<float>(integer) * 0x1p-32f;
    u2[i] = static_cast<float>(static_cast<int32_t>(words[2 * i + 1] >> 8)) * 0x1p-24f;
  }
  for_each_vector(0, n_pairs, [&](auto access, int64_t i) __attribute__((always_inline)) {
    const F32 r = sqrt(F32::of(-2.0f) * elementary::log(access.load(u1 + i)));
    const F32 t = F32::of(0x1.921fb6p+2f) * access.load(u2 + i);
    access.store(u1 + i, r * elementary::cos(t));
    access.store(u2 + i, r * elementary::sin(t));
  });
  for (int64_t i = 0; i < n_pairs; ++i) {
    z[2 * i] = u1[i];
    z[2 * i + 1] = u2[i];
  }
}

void normal(const RandomFillArgs& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    const uint64_t first = g.first + static_cast<uint64_t>(begin);
    for_each_batch(g.stream, first, end - begin, [&](const uint32_t* words, int64_t from, int64_t to) {
      // An odd first element is the second of its pair.
      const int64_t odd = static_cast<int64_t>((first + static_cast<uint64_t>(from)) % 2);
      float z[kBatch + 4];
      box_muller(words - odd, (to - from + odd + 1) / 2, z);
      for (int64_t i = 0; i < to - from; ++i) g.y[begin + from + i] = fused(g.scale, z[odd + i], g.offset);
    });
  });
}

}  // namespace

void install_random(KernelTable& table) noexcept {
  table.f32.dropout = dropout;
  table.uniform = uniform;
  table.normal = normal;
}

}  // namespace ibid::kernels::IBID_ISA
