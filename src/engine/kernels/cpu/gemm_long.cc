// Products whose only long dim is k: dot products and a few of them.
//
// There are too few outputs to fill vectors, but an output has many chunks, each a chain of its own. So lanes
// are chunks: kLanes chunks of a row are loaded and transposed in registers, and every lane runs its chunk's
// chain. The chunk sums go to memory and are folded in order at the end, by one thread.

#include "engine/kernels/cpu/gemm_long.h"

#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

constexpr int64_t kMaxOutputs = 4;  // in each direction
constexpr int64_t kShortest = 4096;

// kLanes steps of one row for the block's chunks: turned[s] holds step s of all chunks.
IBID_INLINE void load_turned(const float* row, const int64_t* chunk_offsets, int64_t step, F32* turned) {
  F32 rows[kLanes];
  for (int64_t lane = 0; lane < kLanes; ++lane) rows[lane] = simd::load(row + chunk_offsets[lane] + step);
  simd::transpose(rows);
  for (int64_t s = 0; s < kLanes; ++s) turned[s] = rows[s];
}

// The sums of chunks [first, first + kLanes) for all outputs; chunks beyond the last are computed twice and
// dropped.
void sum_chunks(const GemmArgs<float>& g, int64_t first, int64_t n_chunks, float* sums) {
  int64_t offsets[kLanes];
  for (int64_t lane = 0; lane < kLanes; ++lane) offsets[lane] = min_of(first + lane, n_chunks - 1) * kChunk;
  F32 acc[kMaxOutputs][kMaxOutputs];
  for (auto& row : acc) {
    for (F32& sum : row) sum = simd::zero_f32();
  }
  F32 a[kMaxOutputs][kLanes], b[kLanes];
  for (int64_t step = 0; step < kChunk; step += kLanes) {
    for (int64_t i = 0; i < g.m; ++i) load_turned(g.a + i * g.a_row, offsets, step, a[i]);
    for (int64_t j = 0; j < g.n; ++j) {
      load_turned(g.b + j * g.b_col, offsets, step, b);
      for (int64_t i = 0; i < g.m; ++i) {
        F32 sum = acc[i][j];
        for (int64_t s = 0; s < kLanes; ++s) sum = simd::fma(a[i][s], b[s], sum);
        acc[i][j] = sum;
      }
    }
  }
  float lanes[kLanes];
  for (int64_t i = 0; i < g.m; ++i) {
    for (int64_t j = 0; j < g.n; ++j) {
      simd::store(lanes, acc[i][j]);
      for (int64_t lane = 0; lane < min_of(kLanes, n_chunks - first); ++lane)
        sums[(i * g.n + j) * (n_chunks + 1) + first + lane] = lanes[lane];
    }
  }
}

float rest_of_row(const float* a, const float* b, int64_t n) {
  float sum = 0.0f;
  for (int64_t k = 0; k < n; ++k) sum = __builtin_fmaf(a[k], b[k], sum);
  return sum;
}

}  // namespace

bool prefers_gemm_long(const GemmArgs<float>& g) noexcept {
  return g.m <= kMaxOutputs && g.n <= kMaxOutputs && g.k >= kShortest && (g.a_col == 1) && (g.b_row == 1);
}

void gemm_long(const GemmArgs<float>& g, Executor& executor) noexcept {
  const int64_t n_chunks = g.k / kChunk, rest = g.k % kChunk;
  const int64_t blocks = ceil_div(n_chunks, kLanes);
  const int64_t stride = n_chunks + 1;
  float* sums =
      static_cast<float*>(executor.shared_scratch(g.m * g.n * stride * static_cast<int64_t>(sizeof(float))));
  parallel_for(executor, blocks,
               [&](int64_t block, int32_t) { sum_chunks(g, block * kLanes, n_chunks, sums); });
  parallel_for(executor, 1, [&](int64_t, int32_t) {
    for (int64_t i = 0; i < g.m; ++i) {
      for (int64_t j = 0; j < g.n; ++j) {
        float* of = sums + (i * g.n + j) * stride;
        const int64_t end = n_chunks * kChunk;
        if (rest > 0) of[n_chunks] = rest_of_row(g.a + i * g.a_row + end, g.b + j * g.b_col + end, rest);
        float total = of[0];
        for (int64_t c = 1; c < n_chunks + (rest > 0 ? 1 : 0); ++c) total = total + of[c];
        total = total + (g.bias != nullptr ? g.bias[j] + 0.0f : 0.0f);
        g.c[i * g.c_row + j] = g.activation == Activation::kRelu && total <= 0.0f ? 0.0f : total;
      }
    }
  });
}

}  // namespace ibid::kernels::IBID_ISA
