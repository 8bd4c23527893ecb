#pragma once
// How a product is cut into tasks, and which operands are packed by whom:
//   - B is packed when its columns are not contiguous, or when enough row tiles reuse it;
//   - A is read in place unless its strides collide in the cache or suit no tile kernel;
//   - an operand that several blocks read is packed once before they start, otherwise each block packs its
//   own.
// Only the schedule is decided here: no value of C depends on it.

#include <cstdint>

#include "engine/kernels/cpu/tile.h"
#include "engine/kernels/gemm.h"

namespace ibid::kernels::IBID_ISA {
namespace {

enum class Source { kDirect, kShared, kPrivate };

constexpr int64_t kBlockColumns = 512;       // of B: 1 MB a chunk, half of a second-level cache
constexpr int64_t kAheadColumns = 320;       // the same where the next block is packed ahead, of few tiles
constexpr int64_t kAheadTiles = 10;          // so few; with more, what a block costs is spread over more work
constexpr int64_t kStripBlocks = 8;          // a task runs through so many; its first is not packed ahead
constexpr int64_t kBlockTiles = 24;          // rows of a privately packed A
constexpr int64_t kParallelTerms = 1 << 20;  // products below this are one task
constexpr int64_t kUncrowdedRows = 8;
constexpr int64_t kFewTiles = 4;  // an operand reused less often is not worth packing

struct Plan {
  GemmArgs<float> g;
  int64_t n_tiles = 0;                // balanced, over the rows:
  int64_t tile_rows = 0, taller = 0;  // the first `taller` have a row more
  int64_t width = 0, n_panels = 0;
  int64_t row_blocks = 1, strips = 1;  // a task is a strip of column blocks in a row block
  int64_t block_panels = 1;
  Layout layout = Layout::kAlongK;
  Source a = Source::kDirect, b = Source::kDirect;
  float* shared_a = nullptr;
  float* shared_b = nullptr;

  int64_t tile_begin(int64_t tile) const { return tile * tile_rows + min_of(tile, taller); }
  int64_t n_chunks() const { return max_of(1, ceil_div(g.k, kChunk)); }
  int64_t chunk_length(int64_t chunk) const { return min_of(kChunk, g.k - chunk * kChunk); }
  int64_t column_blocks() const { return max_of(strips, ceil_div(n_panels, block_panels)); }
  bool packs_ahead() const { return kPacksAhead && b == Source::kPrivate && g.b_col == 1 && width == kPanel; }
};

inline void choose_sources(Plan& p) {
  const GemmArgs<float>& g = p.g;
  p.layout = g.a_row == 1 && g.a_col != 1 ? Layout::kAlongRows : Layout::kAlongK;
  const bool reused = p.n_panels >= kFewTiles;
  if (p.layout == Layout::kAlongRows) {
    if ((reused && p.n_tiles > 1) || (g.a_col > 1024 && g.k > 32)) p.a = Source::kPrivate;
  } else if (g.a_col != 1) {
    p.a = Source::kPrivate;
  } else if (g.a_row % 1024 == 0 && g.m > kUncrowdedRows) {
    // Rows 4 KB apart share a set of the first cache. Either copy them, or take few at a time.
    if (p.n_panels >= 16) {
      p.a = Source::kPrivate;
    } else if (kTileRows > kUncrowdedRows) {
      p.n_tiles = ceil_div(g.m, kUncrowdedRows);
    }
  }
  // Rows of B that lie close together stream well in place, unless they can be packed ahead; far apart, every
  // one is a page of its own.
  const int64_t few = g.b_row <= 1024 && g.k <= kChunk ? kFewTiles + 2 : kFewTiles;
  if (g.b_col != 1 || (p.n_tiles >= few && g.k * g.n > 4096)) p.b = Source::kPrivate;
}

// How C is cut. Columns first when B is wide, rows when C is tall.
inline void choose_blocks(Plan& p, int64_t workers) {
  const GemmArgs<float>& g = p.g;
  const int64_t most =
      (p.packs_ahead() && p.n_tiles <= kAheadTiles ? kAheadColumns : kBlockColumns) / p.width;
  const int64_t column_blocks = ceil_div(p.n_panels, most);
  p.block_panels = ceil_div(p.n_panels, column_blocks);
  if (column_blocks == 1 && p.a == Source::kPrivate) p.row_blocks = ceil_div(p.n_tiles, kBlockTiles);
  if (workers == 1 || g.m * g.n * g.k < kParallelTerms) return;
  // One task for each worker: with more, each reads the other operand again.
  if (g.n >= g.m && p.n_panels >= workers) {
    p.strips = min_of(p.n_panels, ceil_div(column_blocks, workers * kStripBlocks) * workers);
  } else {
    const int64_t rows = ceil_div(workers, column_blocks);
    p.strips = column_blocks;
    p.row_blocks = max_of(p.row_blocks, min_of(p.n_tiles, rows));
  }
}

inline Plan make_plan(const GemmArgs<float>& g, int64_t workers) {
  Plan p;
  p.g = g;
  const bool wide = g.m <= kWideRows && g.n > kPanel;
  p.width = wide ? kWideVectors * simd::kLanes : kPanel;
  p.n_panels = ceil_div(g.n, p.width);
  p.n_tiles = ceil_div(g.m, kTileRows);
  choose_sources(p);
  p.tile_rows = g.m / p.n_tiles;
  p.taller = g.m % p.n_tiles;
  choose_blocks(p, workers);
  if (p.a == Source::kPrivate && p.column_blocks() > 1) p.a = Source::kShared;
  if (p.b == Source::kPrivate && p.row_blocks > 1) p.b = Source::kShared;
  return p;
}

}  // namespace
}  // namespace ibid::kernels::IBID_ISA
