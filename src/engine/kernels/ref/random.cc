// Section 7 of the standard, element by element.

#include "engine/kernels/random.h"

#include "engine/kernels/elementary/binary32.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

struct Words {
  uint32_t word[4];
};

// The four words of the block with this element: Philox4x32-10.
Words block_of(const PhiloxStream& stream, uint64_t element) {
  const uint64_t block = element / 4;
  Words c = {{static_cast<uint32_t>(block), stream.counter[1] + static_cast<uint32_t>(block >> 32),
              stream.counter[2], stream.counter[3]}};
  uint32_t key0 = stream.key[0], key1 = stream.key[1];
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{0xD2511F53} * c.word[0], product1 = uint64_t{0xCD9E8D57} * c.word[2];
    c = {{static_cast<uint32_t>(product1 >> 32) ^ c.word[1] ^ key0, static_cast<uint32_t>(product1),
          static_cast<uint32_t>(product0 >> 32) ^ c.word[3] ^ key1, static_cast<uint32_t>(product0)}};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return c;
}

uint32_t word_of(const PhiloxStream& stream, uint64_t element) {
  return block_of(stream, element).word[element % 4];
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

float normal_value(const PhiloxStream& stream, uint64_t element) {
  const Words block = block_of(stream, element);
  const uint64_t pair = element % 4 / 2;
  const uint32_t first = block.word[2 * pair], second = block.word[2 * pair + 1];
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
