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
constexpr int64_t kWords = kBatch + 4 + 64;  // their words: a first block cut short, a last vector too long

// Words of the blocks block, block + 1, ..., block + kLanes64 - 1.
IBID_INLINE void philox_blocks(const PhiloxStream& s, uint64_t block, uint32_t* words) {
  int64_t low[simd::kLanes64], high[simd::kLanes64];
  for (int64_t i = 0; i < simd::kLanes64; ++i) {
    const uint64_t b = block + static_cast<uint64_t>(i);
    low[i] = static_cast<int64_t>(b & 0xffffffffu);
    high[i] = static_cast<int64_t>((b >> 32) + s.counter[1]);
  }
  const I64 mask = I64::of(0xffffffff);
  I64 c0 = simd::load(low), c1 = simd::load(high), c2 = I64::of(int64_t{s.counter[2]});
  I64 c3 = I64::of(int64_t{s.counter[3]});
  uint32_t k0 = s.key[0], k1 = s.key[1];
  for (int round = 0; round < 10; ++round) {
    const I64 p0 = multiply_low(c0, I64::of(0xD2511F53)), p1 = multiply_low(c2, I64::of(0xCD9E8D57));
    c0 = (simd::shift_right<32>(p1) ^ c1) ^ I64::of(int64_t{k0});
    c2 = (simd::shift_right<32>(p0) ^ c3) ^ I64::of(int64_t{k1});
    c1 = p1 & mask;
    c3 = p0 & mask;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  int64_t first[simd::kLanes64], second[simd::kLanes64];
  store(first, c0 | simd::shift_left<32>(c1));
  store(second, c2 | simd::shift_left<32>(c3));
  for (int64_t i = 0; i < simd::kLanes64; ++i) {
    __builtin_memcpy(words + 4 * i, first + i, 8);
    __builtin_memcpy(words + 4 * i + 2, second + i, 8);
  }
}

// The words of elements first, ..., first + n - 1 (n <= kBatch); returns where the first of them is in
// `words`.
IBID_INLINE const uint32_t* draw_words(const PhiloxStream& s, uint64_t first, int64_t n, uint32_t* words) {
  const int64_t offset = static_cast<int64_t>(first % 4);
  for (int64_t i = 0; i < offset + n; i += 4 * simd::kLanes64) {
    philox_blocks(s, first / 4 + static_cast<uint64_t>(i / 4), words + i);
  }
  return words + offset;
}

// body(words, begin, end) for parts of [0, size), element i having the number first + i.
template <class Body>
IBID_INLINE void for_each_batch(const PhiloxStream& s, uint64_t first, int64_t size, Body&& body) {
  uint32_t words[kWords];
  for (int64_t begin = 0; begin < size; begin += kBatch) {
    const int64_t n = size - begin < kBatch ? size - begin : kBatch;
    body(draw_words(s, first + static_cast<uint64_t>(begin), n, words), begin, begin + n);
  }
}

IBID_INLINE float dropped_or_scaled(uint32_t word, uint64_t threshold, float x, float scale) {
  const float scaled = x * scale;
  return word >= threshold ? scaled : 0.0f;
}

void dropout_elements(const DropoutArgs<float>& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for_each_batch(g.stream, g.first + static_cast<uint64_t>(begin), end - begin,
                   [&](const uint32_t* words, int64_t from, int64_t to) {
                     const float* x = g.x + begin + from;
                     float* y = g.y + begin + from;
                     for (int64_t i = 0; i < to - from; ++i) {
                       y[i] = dropped_or_scaled(words[i], g.threshold, x[i], g.scale);
                     }
                   });
  });
}

void dropout_channels(const DropoutArgs<float>& g, Executor& executor) noexcept {
  const int64_t sample_size = g.positions * g.channels;
  const int64_t samples = sample_size == 0 ? 0 : g.size / sample_size;
  for_each_row(executor, samples, sample_size, [&](int64_t sample) {
    const uint64_t first = g.first + static_cast<uint64_t>(sample * g.channels);
    for_each_batch(g.stream, first, g.channels, [&](const uint32_t* words, int64_t from, int64_t to) {
      for (int64_t position = 0; position < g.positions; ++position) {
        const int64_t at = sample * sample_size + position * g.channels + from;
        for (int64_t i = 0; i < to - from; ++i) {
          g.y[at + i] = dropped_or_scaled(words[i], g.threshold, g.x[at + i], g.scale);
        }
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
