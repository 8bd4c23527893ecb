#pragma once
// The one inner loop of matrix products and convolutions: a tile of C, rows x (vectors x kLanes) columns,
// over one chunk of k.
//
// Problem: an output is a chain over k in a fixed order, so vectors can only run across outputs. Idea: hold a
// tile of outputs in registers; each k step loads one row of B and broadcasts one element of A per tile row.
// What differs between a product, a convolution and its gradients is only where A's element (i, k) lies, and
// that is described by segments: k runs through a list of stretches, and inside a stretch A is affine. A
// convolution is then a product without im2col, its taps being the segments.
//
// Rejected: lanes along k (another order), and one loop per caller (four copies of what must be fast).

#include <cstdint>

#include "engine/kernels/cpu/simd.h"

namespace ibid::kernels::IBID_ISA {

// A stretch of k: element (i, s) of A at a + i * a_row + s * a_step past `a`, row s of B at b + s * b_step.
struct Segment {
  int64_t a, b, length;
};

// Whole panels of B, packed one vector at a time for a later block: tiles do it on the way, so that memory
// works while they multiply.
struct PackStream {
  const float* from = nullptr;
  float* to = nullptr;
  int64_t row_vectors = 0;  // in a row of all panels
  int64_t row_step = 0, panel_step = 0;
  int64_t rows = 0, left = 0;  // to go: rows, vectors of the first of them

  int64_t vectors() const { return rows == 0 ? 0 : (rows - 1) * row_vectors + left; }

  IBID_MEMBER void step() {
    constexpr int64_t kAhead = 2;  // rows: memory's latency in steps of a tile
    simd::store(to, simd::load(from));
    __builtin_prefetch(from + kAhead * row_step, 0, 2);
    from += simd::kLanes;
    to += left % 2 == 0 ? simd::kLanes : panel_step - simd::kLanes;
    if (--left > 0) return;
    from += row_step - row_vectors * simd::kLanes;
    to += 2 * simd::kLanes - row_vectors / 2 * panel_step;
    left = row_vectors;
    --rows;
  }
};

struct TileCall {
  const float* a = nullptr;
  int64_t a_stride = 0;  // kAlongK: between tile rows, a_step is 1; otherwise: between k, a_row is 1
  int64_t a_group = 0;   // kAlongTriples: rows 3 g to 3 g + 2 begin at a + g * a_group
  const float* b = nullptr;
  int64_t b_step = 0;
  int64_t b_ahead = 0;           // how far beyond the current row of B to prefetch
  float* b_copy = nullptr;       // copying tiles: the rows of B read go here, a panel's width each
  PackStream* stream = nullptr;  // packing tiles: of their first stream_steps steps every
  int64_t stream_steps = 0;      // stream_every-th, a power of two, moves it
  int64_t stream_every = 1;
  const Segment* segments = nullptr;
  int64_t n_segments = 0;

  float* c = nullptr;
  int64_t c_row = 0;
  int64_t n_columns = 0;  // stored columns; B must be readable for all lanes of the tile
  // The chunk is added to what C holds unless it is the first. The last one closes: + bias (null: +0), then
  // the activation.
  bool first = true, last = true, relu = false;
  const float* bias = nullptr;
  // After closing: left siblings of section 6.2, nearest first, each a dense tile with rows of `left_row`;
  // the tile becomes left + tile.
  const float* const* lefts = nullptr;
  int64_t n_lefts = 0, left_row = 0;
};

// Which index of A is contiguous in memory; with kAlongTriples only three rows at a time are (the first layer
// of a network on grey images: three taps of one channel).
enum class Layout { kAlongK, kAlongRows, kAlongTriples };

using TileFunction = void (*)(const TileCall&) noexcept;

#if defined(IBID_SIMD_AVX512)
constexpr int64_t kTileRows = 14, kTileVectors = 2, kWideRows = 6;
#elif defined(IBID_SIMD_AVX2)
constexpr int64_t kTileRows = 6, kTileVectors = 2, kWideRows = 2;
#else
constexpr int64_t kTileRows = 8, kTileVectors = 3, kWideRows = 6;
#endif
// Few rows leave registers for more columns; without them a chain's latency would be the limit.
constexpr int64_t kWideVectors = 4;
constexpr int64_t kPanel = kTileVectors * simd::kLanes;  // columns of a packed panel of B
constexpr int64_t kRowsAhead = 8;                        // of a packed panel, to be prefetched
constexpr int64_t kChunk = 512;                          // section 1

// The kernel for a tile of `rows` x `vectors`: rows <= kTileRows and vectors <= kTileVectors, or rows <=
// kWideRows and vectors <= kWideVectors. kAlongTriples: rows is a multiple of 3.
TileFunction tile_function(int64_t rows, int64_t vectors, Layout layout) noexcept;

// The kernel for a tile of rows <= kTileRows and kTileVectors that packs the panel of B it reads on the way,
// and prefetches into the second-level cache. One segment; not for kAlongTriples.
TileFunction copying_tile_function(int64_t rows, Layout layout) noexcept;

// The same for a tile that moves a PackStream, whose panels have two vectors.
constexpr bool kPacksAhead = kTileVectors == 2;
TileFunction packing_tile_function(int64_t rows, Layout layout) noexcept;

}  // namespace ibid::kernels::IBID_ISA

namespace ibid::kernels {
namespace {

IBID_INLINE int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
IBID_INLINE int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
IBID_INLINE int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// n things cut into `parts` nearly equal runs: where run `part` begins.
IBID_INLINE int64_t part_begin(int64_t n, int64_t parts, int64_t part) {
  return n / parts * part + min_of(part, n % parts);
}

}  // namespace
}  // namespace ibid::kernels
