// Makes the kernels confess the order in which they add.
//
// All terms of a sum are 1 but two, +M and -M with M so large that M + 1 = M. Every 1 that is added while
// only one of the two is in the partial sum vanishes, so the result counts the terms that are combined after
// the two have met: the size of the sum less the leaves below their lowest common ancestor in the summation
// tree. Those counts over pairs determine the tree. Comparing values on random data would find most wrong
// orders; this finds the order itself.

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "kernels/kernel_testing.h"

namespace ibid::kernels::testing {
namespace {

constexpr float kHuge = 0x1p80f;

struct Probe {
  int64_t first, second;  // positions of +M and -M, first < second
};

std::vector<Probe> make_probes(int64_t n_terms, int64_t n_probes, uint64_t seed) {
  Random random(seed);
  std::vector<Probe> probes;
  for (int64_t edge : {1, 2, 510, 511, 512, 513, 1023, 1024}) {
    if (edge < n_terms) probes.push_back({0, edge});
    if (edge + 1 < n_terms) probes.push_back({edge, edge + 1});
  }
  while (static_cast<int64_t>(probes.size()) < n_probes) {
    const int64_t i = random.below(n_terms), j = random.below(n_terms);
    if (i != j) probes.push_back({std::min(i, j), std::max(i, j)});
  }
  probes.resize(static_cast<size_t>(n_probes));
  return probes;
}

float probe_value(const Probe& probe, int64_t term) {
  return term == probe.first ? kHuge : term == probe.second ? -kHuge : 1.0f;
}

// Section 1: leaves below the meeting point of two terms of one chunked chain.
int64_t leaves_in_chain(const Probe& p, int64_t n_terms) {
  const int64_t chunk = p.second / 512;
  return p.first / 512 == chunk ? p.second - chunk * 512 + 1 : std::min(n_terms, (chunk + 1) * 512);
}

// Section 6.2 above section 1: shards of `shard` terms.
int64_t leaves_in_shards(const Probe& p, int64_t n_terms, int64_t shard) {
  int64_t a = p.first / shard, b = p.second / shard, level = 0;
  const int64_t begin = a * shard;
  if (a == b) return leaves_in_chain({p.first - begin, p.second - begin}, std::min(shard, n_terms - begin));
  for (; a != b; ++level) a /= 2, b /= 2;
  const int64_t width = shard << level;
  return std::min(n_terms, (a + 1) * width) - a * width;
}

float expected(int64_t n_terms, int64_t leaves) { return static_cast<float>(n_terms - leaves); }

std::vector<float> ones(int64_t n) { return std::vector<float>(static_cast<size_t>(n), 1.0f); }

void check_product(int64_t n, int64_t k, bool b_transposed) {
  const std::vector<Probe> probes = make_probes(k, 40, static_cast<uint64_t>(k + n));
  const int64_t m = static_cast<int64_t>(probes.size());
  std::vector<float> a, c = ones(m * n), b = ones(k * n);
  for (const Probe& probe : probes)
    for (int64_t term = 0; term < k; ++term) a.push_back(probe_value(probe, term));
  GemmArgs<float> g;
  g.m = m, g.n = n, g.k = k;
  g.a = a.data(), g.a_row = k, g.a_col = 1;
  g.b = b.data(), g.b_row = b_transposed ? 1 : n, g.b_col = b_transposed ? k : 1;
  g.c = c.data(), g.c_row = n;
  table_under_test().f32.gemm(g, pool_under_test());
  int64_t wrong = 0;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      wrong += c[static_cast<size_t>(i * n + j)] !=
               expected(k, leaves_in_chain(probes[static_cast<size_t>(i)], k));
  INFO(n << " columns, " << k << " terms" << (b_transposed ? ", B transposed" : ""));
  CHECK(wrong == 0);
}

TEST_CASE("a product adds in chains of 512, folded in order") {
  for (int64_t k : {2, 100, 511, 512, 513, 1024, 1025, 1700}) {
    for (int64_t n : {1, 17, 70}) {
      check_product(n, k, false);
      check_product(n, k, true);
    }
  }
}

// One row at a time and very long: the paths for vectors and for chunks in lanes.
TEST_CASE("a long product of few outputs adds in the same order") {
  constexpr int64_t kTerms = 9000;
  for (const Probe& probe : make_probes(kTerms, 30, 7)) {
    for (int64_t n : {1, 3}) {
      std::vector<float> a, b = ones(kTerms * n), c = ones(n);
      for (int64_t term = 0; term < kTerms; ++term) a.push_back(probe_value(probe, term));
      GemmArgs<float> g;
      g.m = 1, g.n = n, g.k = kTerms;
      g.a = a.data(), g.a_row = kTerms, g.a_col = 1;
      g.b = b.data(), g.b_row = 1, g.b_col = kTerms;
      g.c = c.data(), g.c_row = n;
      table_under_test().f32.gemm(g, pool_under_test());
      for (float value : c) CHECK(value == expected(kTerms, leaves_in_chain(probe, kTerms)));
    }
  }
}

TEST_CASE("gradient shards of a product are folded by the aligned tree") {
  for (int64_t shard : {1, 4, 16, 600}) {
    for (int64_t rows : {9 * shard, 7 * shard + 1, 64 * (shard % 599)}) {
      if (rows < 2) continue;
      const std::vector<Probe> probes = make_probes(rows, 33, static_cast<uint64_t>(rows));
      const int64_t m = static_cast<int64_t>(probes.size()), n = 35;
      std::vector<float> a, b = ones(rows * n), c = ones(m * n);
      for (int64_t row = 0; row < rows; ++row)
        for (const Probe& probe : probes) a.push_back(probe_value(probe, row));
      GemmShardsArgs<float> g{m, n, rows, shard, true, a.data(), m, b.data(), n, c.data()};
      table_under_test().f32.gemm_shards(g, pool_under_test());
      int64_t wrong = 0;
      for (int64_t i = 0; i < m * n; ++i) {
        const Probe& probe = probes[static_cast<size_t>(i / n)];
        wrong += c[static_cast<size_t>(i)] != expected(rows, leaves_in_shards(probe, rows, shard));
      }
      INFO(rows << " rows in shards of " << shard);
      CHECK(wrong == 0);
    }
  }
}

constexpr int64_t kProbes = 34;

// A square layer without padding; 70 channels times nine taps are more than one chunk.
ConvShape layer(int64_t in_channels, int64_t out_channels, int64_t kernel, int64_t stride, int64_t size) {
  ConvShape s;
  s.batch = 2;
  s.in_channels = in_channels;
  s.out_channels = out_channels;
  for (int d = 1; d < 3; ++d) {
    s.in_size[d] = size;
    s.kernel[d] = kernel;
    s.stride[d] = stride;
    s.out_size[d] = (size - kernel) / stride + 1;
  }
  return s;
}

TEST_CASE("a forward convolution adds over (kh, kw, ci) in chunks") {
  constexpr int64_t kTerms = 9 * 70;
  const ConvShape s = layer(70, kProbes, 3, 2, 9);
  const std::vector<Probe> probes = make_probes(kTerms, kProbes, 21);
  std::vector<float> weight;
  for (const Probe& probe : probes)
    for (int64_t term = 0; term < kTerms; ++term) weight.push_back(probe_value(probe, term));
  const std::vector<float> x = ones(2 * 81 * 70);
  std::vector<float> y = ones(2 * 16 * kProbes);
  table_under_test().f32.conv_forward({s, x.data(), weight.data(), nullptr, Activation::kNone, y.data()},
                                      pool_under_test());
  int64_t wrong = 0;
  for (size_t i = 0; i < y.size(); ++i)
    wrong += y[i] != expected(kTerms, leaves_in_chain(probes[i % kProbes], kTerms));
  CHECK(wrong == 0);
}

// Taps in descending order; an input position of a stride-2 layer with kernel 5 has the taps of its residue.
void check_backward_data(int64_t kernel, int64_t stride, int64_t size, int64_t position) {
  const ConvShape s = layer(kProbes, 70, kernel, stride, size);
  std::vector<int64_t> taps;  // of one dim, in the order of the chain
  for (int64_t k = kernel - 1; k >= 0; --k)
    if ((position - k) % stride == 0) taps.push_back(k);
  const int64_t n_taps = static_cast<int64_t>(taps.size()), n_terms = n_taps * n_taps * 70;
  const std::vector<Probe> probes = make_probes(n_terms, kProbes, 22);
  std::vector<float> weight = ones(70 * kernel * kernel * kProbes);
  for (int64_t term = 0; term < n_terms; ++term) {
    const int64_t co = term % 70, kh = taps[static_cast<size_t>(term / 70 / n_taps)];
    const int64_t kw = taps[static_cast<size_t>(term / 70 % n_taps)];
    for (int64_t ci = 0; ci < kProbes; ++ci)
      weight[static_cast<size_t>(((co * kernel + kh) * kernel + kw) * kProbes + ci)] =
          probe_value(probes[static_cast<size_t>(ci)], term);
  }
  const std::vector<float> dy = ones(2 * s.out_size[1] * s.out_size[2] * 70);
  std::vector<float> dx = ones(2 * size * size * kProbes);
  table_under_test().f32.conv_backward_data(
      {s, dy.data(), nullptr, weight.data(), nullptr, Activation::kNone, dx.data()}, pool_under_test());
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t ci = 0; ci < kProbes; ++ci) {
      const float value = dx[static_cast<size_t>(((n * size + position) * size + position) * kProbes + ci)];
      CHECK(value == expected(n_terms, leaves_in_chain(probes[static_cast<size_t>(ci)], n_terms)));
    }
  }
}

TEST_CASE("a data gradient adds over descending taps, in chunks") {
  check_backward_data(3, 1, 9, 4);
  check_backward_data(5, 2, 13, 6);
  check_backward_data(6, 2, 14, 7);
}

void check_backward_weights(int64_t batch, int64_t shard_samples) {
  ConvShape s = layer(5, kProbes, 3, 1, 19);
  s.batch = batch;
  const int64_t image = 17 * 17, n_terms = batch * image;
  const std::vector<Probe> probes = make_probes(n_terms, kProbes, 23);
  std::vector<float> dy;
  for (int64_t term = 0; term < n_terms; ++term)
    for (const Probe& probe : probes) dy.push_back(probe_value(probe, term));
  const std::vector<float> x = ones(batch * 19 * 19 * 5);
  std::vector<float> dweight = ones(kProbes * 9 * 5);
  table_under_test().f32.conv_backward_weights(
      {s, x.data(), dy.data(), nullptr, shard_samples, true, dweight.data()}, pool_under_test());
  int64_t wrong = 0;
  for (size_t i = 0; i < dweight.size(); ++i)
    wrong +=
        dweight[i] != expected(n_terms, leaves_in_shards(probes[i / 45], n_terms, shard_samples * image));
  INFO(batch << " samples in shards of " << shard_samples);
  CHECK(wrong == 0);
}

TEST_CASE("a weight gradient adds over positions in chunks, and over shards by the tree") {
  check_backward_weights(4, 4);
  check_backward_weights(5, 1);
  check_backward_weights(13, 2);
}

}  // namespace
}  // namespace ibid::kernels::testing
