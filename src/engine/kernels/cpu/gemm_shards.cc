// Weight gradients of linear layers: many short chains (a shard's rows), combined by the tree.
//
// A task owns columns of the result and walks the shards in order, keeping the tree as a binary counter: the
// tile of shard s absorbs one pending left sibling for each trailing 1 bit of s, nearest first. Absorbing is
// part of the tile's ending, so no stack of shards is written; at most log2(shards) tiles are pending, in the
// first cache.

#include "engine/kernels/cpu/gemm_shards.h"

#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::kLanes;

constexpr int64_t kMaxLevels = 48;
constexpr int64_t kTileFloats = kTileRows * kPanel;
constexpr int64_t kTaskPanels = 16;
constexpr int64_t kPackedFloats =
    128 * 1024;  // half a megabyte: packed panels stay in the second-level cache

struct Tile {
  int64_t row, rows, column, columns;
};

struct Work {
  const GemmShardsArgs<float>* g;
  int64_t n_shards;
  float* pending;       // kMaxLevels tiles
  const float* packed;  // the tile's panel of B
};

// One shard's product for one tile, all its chunks, into call.c; the last chunk absorbs `call.lefts`.
void run_shard(const Work& work, const Tile& tile, int64_t shard, TileCall call) {
  const GemmShardsArgs<float>& g = *work.g;
  const int64_t begin = shard * g.shard_rows, end = min_of(g.rows, begin + g.shard_rows);
  const float* const* lefts = call.lefts;
  const int64_t n_lefts = call.n_lefts;
  const TileFunction function = tile_function(tile.rows, ceil_div(tile.columns, kLanes), Layout::kAlongRows);
  for (int64_t row = begin; row < end; row += kChunk) {
    const Segment segment{0, 0, min_of(kChunk, end - row)};
    call.segments = &segment;
    call.n_segments = 1;
    call.a = g.a + row * g.a_row + tile.row;
    call.a_stride = g.a_row;
    call.b = work.packed + row * kPanel;
    call.b_step = kPanel;
    call.n_columns = tile.columns;
    call.first = row == begin;
    call.last = row + kChunk >= end;
    call.lefts = lefts;
    call.n_lefts = call.last ? n_lefts : 0;
    function(call);
  }
}

void run_unfolded(const Work& work, const Tile& tile) {
  const GemmShardsArgs<float>& g = *work.g;
  for (int64_t shard = 0; shard < work.n_shards; ++shard) {
    TileCall call;
    call.c = g.c + (shard * g.m + tile.row) * g.n + tile.column;
    call.c_row = g.n;
    run_shard(work, tile, shard, call);
  }
}

void run_folded(const Work& work, const Tile& tile) {
  const GemmShardsArgs<float>& g = *work.g;
  float* result = g.c + tile.row * g.n + tile.column;
  // The result is written only by the last shard; its lines are on the way from memory until then.
  for (int64_t i = 0; i < tile.rows; ++i) {
    for (int64_t j = 0; j < tile.columns; j += 16) __builtin_prefetch(result + i * g.n + j, 1, 2);
  }
  for (int64_t shard = 0; shard < work.n_shards; ++shard) {
    const bool final = shard == work.n_shards - 1;
    // Pending runs have the sizes of the 1 bits of `shard`; the last shard absorbs all of them, as a node
    // without right sibling passes up unchanged.
    const float* lefts[kMaxLevels];
    int64_t n_lefts = 0, level = 0;
    for (; (shard >> level) != 0; ++level) {
      const bool pending = (shard >> level & 1) != 0;
      if (!pending && !final) break;
      if (pending) lefts[n_lefts++] = work.pending + level * kTileFloats;
    }
    TileCall call;
    call.c = final ? result : work.pending + level * kTileFloats;
    call.c_row = final ? g.n : kPanel;
    call.lefts = lefts;
    call.n_lefts = n_lefts;
    call.left_row = kPanel;
    run_shard(work, tile, shard, call);
  }
}

void zero(const GemmShardsArgs<float>& g) {
  for (int64_t i = 0; i < g.m * g.n; ++i) g.c[i] = 0.0f;
}

}  // namespace

void gemm_shards(const GemmShardsArgs<float>& g, Executor& executor) noexcept {
  if (g.m <= 0 || g.n <= 0) return;
  const int64_t n_shards = ceil_div(g.rows, g.shard_rows);
  if (n_shards == 0) {
    if (g.fold) zero(g);
    return;
  }
  const int64_t n_panels = ceil_div(g.n, kPanel), n_tiles = ceil_div(g.m, kTileRows);
  const int64_t at_once = max_of(1, min_of(kTaskPanels, kPackedFloats / (g.rows * kPanel)));
  // Few columns: rows are cut too, or there would be too few tasks.
  const int64_t groups = ceil_div(n_panels, at_once);
  const int64_t row_blocks = groups >= 4 * executor.worker_count() ? 1 : min_of(n_tiles, 4);
  parallel_for(executor, groups * row_blocks, [&](int64_t task, int32_t worker) {
    const int64_t row_block = task % row_blocks, first = task / row_blocks * at_once;
    const int64_t end = min_of(n_panels, first + at_once);
    float* scratch =
        static_cast<float*>(executor.scratch(worker, (kMaxLevels * kTileFloats + g.rows * kPanel * at_once) *
                                                         static_cast<int64_t>(sizeof(float))));
    float* packed = scratch + kMaxLevels * kTileFloats;
    packing::pack_panels(
        {g.b + first * kPanel, g.b_row, 1, g.rows, min_of(g.n, end * kPanel) - first * kPanel}, kPanel,
        packed);
    // Panels inside: a tile's rows of C are then written as long stretches, each within few pages.
    for (int64_t t = part_begin(n_tiles, row_blocks, row_block);
         t < part_begin(n_tiles, row_blocks, row_block + 1); ++t) {
      const int64_t row = part_begin(g.m, n_tiles, t), rows = part_begin(g.m, n_tiles, t + 1) - row;
      for (int64_t panel = first; panel < end; ++panel) {
        const Tile tile{row, rows, panel * kPanel, min_of(kPanel, g.n - panel * kPanel)};
        const Work work{&g, n_shards, scratch, packed + (panel - first) * g.rows * kPanel};
        if (g.fold) {
          run_folded(work, tile);
        } else {
          run_unfolded(work, tile);
        }
      }
    }
  });
}

}  // namespace ibid::kernels::IBID_ISA
