// Section 7 of the standard, element by element.

#include "engine/kernels/random.h"

#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

// Philox4x32-10 of section 7.1: ten rounds over a counter of four words under a key of two.
void random_block(const RandomKey& stream, uint64_t block, uint32_t (&words)[4]) {
  uint32_t c0 = static_cast<uint32_t>(block), c1 = static_cast<uint32_t>(block >> 32) | stream.call << 16;
  uint32_t c2 = stream.step, c3 = stream.layer | static_cast<uint32_t>(stream.purpose) << 24;
  uint32_t k0 = static_cast<uint32_t>(stream.seed), k1 = static_cast<uint32_t>(stream.seed >> 32);
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

uint32_t word_of(const RandomKey& stream, uint64_t element) {
  uint32_t words[4];
  random_block(stream, element / 4, words);
  return words[element % 4];
}

template <class T>
void dropout(const DropoutArgs<T>& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t number = i;
      if (g.channels > 0) number = i / (g.positions * g.channels) * g.channels + i % g.channels;
      const bool kept = word_of(g.stream, g.first + static_cast<uint64_t>(number)) >= g.threshold;
      g.y[i] = kept ? g.x[i] * g.scale : T(0);
    }
  });
}

void uniform(const RandomFillArgs& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const uint32_t word = word_of(g.stream, g.first + static_cast<uint64_t>(i));
      g.y[i] = fused(g.scale, static_cast<float>(word >> 8) * 0x1p-24f, g.offset);
    }
  });
}

float normal_value(const RandomKey& stream, uint64_t element) {
  uint32_t words[4];
  random_block(stream, element / 4, words);
  const uint32_t first = words[element % 4 / 2 * 2], second = words[element % 4 / 2 * 2 + 1];
  const F32 u1 = F32::of(static_cast<float>(uint64_t{first} + 1) * 0x1p-32f);
  const F32 u2 = F32::of(static_cast<float>(second >> 8) * 0x1p-24f);
  const F32 r = sqrt(F32::of(-2.0f) * elementary::log(u1));
  const F32 t = F32::of(0x1.921fb6p+2f) * u2;
  return (r * (element % 2 == 0 ? elementary::cos(t) : elementary::sin(t))).v;
}

void normal(const RandomFillArgs& g, Executor& executor) noexcept {
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float z = normal_value(g.stream, g.first + static_cast<uint64_t>(i));
      g.y[i] = fused(g.scale, z, g.offset);
    }
  });
}

}  // namespace

void install_random(KernelTable& table) noexcept {
  table.f32.dropout = dropout<float>;
  table.f64.dropout = dropout<double>;
  table.uniform = uniform;
  table.normal = normal;
}

}  // namespace ibid::kernels::IBID_ISA
