// Section 1 of the standard, fast.
//
// C is cut into blocks of rows x columns; a block is one task and computes its part of C alone, chunk after
// chunk of k, so there is no barrier and no shared accumulator. Inside a block a tile of A stays in the first
// cache while the panels of B stream from the second. What is packed, and by whom:
//   - B is packed when its columns are not contiguous, or when enough row tiles reuse it; where its rows are
//   contiguous and one block reads it, the first row tile packs it on the way;
//   - A is read in place unless its strides collide in the cache or suit no tile kernel;
//   - an operand that several blocks read is packed once before they start, otherwise each block packs its
//   own.

#include "engine/kernels/gemm.h"

#include "engine/kernels/cpu/gemm_few_rows.h"
#include "engine/kernels/cpu/gemm_long.h"
#include "engine/kernels/cpu/gemm_shards.h"
#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::kLanes;

enum class Source { kDirect, kShared, kPrivate };

// Rows of a packed A that is contiguous along k: 33 cache lines, so that rows of a tile never collide.
constexpr int64_t kRowSlot = kChunk + 16;
constexpr int64_t kBlockColumns = 512;       // of B: 1 MB a chunk, half of a second-level cache
constexpr int64_t kBlockTiles = 24;          // rows of a privately packed A
constexpr int64_t kParallelTerms = 1 << 20;  // products below this are one task
constexpr int64_t kUncrowdedRows = 8;
constexpr int64_t kFewTiles = 4;  // an operand reused less often is not worth packing

struct Plan {
  GemmArgs<float> g;
  int64_t n_tiles = 0;  // balanced, over the rows
  int64_t width = 0, n_panels = 0;
  int64_t row_blocks = 1, column_blocks = 1;
  Layout layout = Layout::kAlongK;
  Source a = Source::kDirect, b = Source::kDirect;
  float* shared_a = nullptr;
  float* shared_b = nullptr;

  int64_t tile_begin(int64_t tile) const { return part_begin(g.m, n_tiles, tile); }
  int64_t n_chunks() const { return max_of(1, ceil_div(g.k, kChunk)); }
  int64_t chunk_length(int64_t chunk) const { return min_of(kChunk, g.k - chunk * kChunk); }
};

void choose_sources(Plan& p) {
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
  // Rows of B that lie close together stream well in place; far apart, every one is a page of its own.
  const int64_t few = g.b_row <= 1024 ? kFewTiles + 2 : kFewTiles;
  if (g.b_col != 1 || (p.n_tiles >= few && g.k * g.n > 4096)) p.b = Source::kPrivate;
}

// How C is cut. Columns first when B is wide, rows when C is tall.
void choose_blocks(Plan& p, int64_t workers) {
  const GemmArgs<float>& g = p.g;
  p.column_blocks = ceil_div(g.n, kBlockColumns);
  if (p.column_blocks == 1 && p.a == Source::kPrivate) p.row_blocks = ceil_div(p.n_tiles, kBlockTiles);
  if (workers == 1 || g.m * g.n * g.k < kParallelTerms) return;
  // One task for each worker: with more, each reads the other operand again.
  if (g.n >= g.m && p.n_panels >= workers) {
    p.column_blocks = max_of(p.column_blocks, min_of(workers, p.n_panels));
    p.column_blocks = min_of(p.n_panels, ceil_div(p.column_blocks, workers) * workers);
  } else {
    const int64_t rows = ceil_div(workers, p.column_blocks);
    p.row_blocks = max_of(p.row_blocks, min_of(p.n_tiles, rows));
  }
}

Plan make_plan(const GemmArgs<float>& g, int64_t workers) {
  Plan p;
  p.g = g;
  const bool wide = g.m <= kWideRows && g.n > kPanel;
  p.width = wide ? kWideVectors * kLanes : kPanel;
  p.n_panels = ceil_div(g.n, p.width);
  p.n_tiles = ceil_div(g.m, kTileRows);
  choose_sources(p);
  choose_blocks(p, workers);
  if (p.a == Source::kPrivate && p.column_blocks > 1) p.a = Source::kShared;
  if (p.b == Source::kPrivate && p.row_blocks > 1) p.b = Source::kShared;
  return p;
}

// --- packing -----------------------------------------------------------------------------------------------

// Where tile `tile` of a packed A lies, counted from the first tile packed.
int64_t packed_tile(const Plan& p, int64_t first_row, int64_t row) {
  return (row - first_row) * (p.layout == Layout::kAlongRows ? kChunk : kRowSlot);
}

void pack_tile(const Plan& p, const float* a, int64_t tile, int64_t chunk, float* to) {
  const GemmArgs<float>& g = p.g;
  const int64_t row = p.tile_begin(tile), rows = p.tile_begin(tile + 1) - row, length = p.chunk_length(chunk);
  const float* from = a + row * g.a_row + chunk * kChunk * g.a_col;
  if (p.layout == Layout::kAlongRows) {
    for (int64_t k = 0; k < length; ++k) packing::copy(from + k * g.a_col, rows, to + k * rows);
    return;
  }
  for (int64_t i = 0; i < rows; ++i) {
    const float* source = from + i * g.a_row;
    if (g.a_col == 1) {
      packing::copy(source, length, to + i * kRowSlot);
    } else {
      for (int64_t k = 0; k < length; ++k) to[i * kRowSlot + k] = source[k * g.a_col];
    }
  }
}

void pack_columns(const Plan& p, const float* b, int64_t panel, int64_t end_panel, int64_t chunk, float* to) {
  const GemmArgs<float>& g = p.g;
  constexpr int64_t kAtOnce = 8;  // panels lie 64 KB apart: more would collide in the first cache
  const int64_t length = p.chunk_length(chunk);
  for (int64_t q = panel; q < end_panel; q += kAtOnce) {
    const int64_t column = q * p.width, end = min_of(g.n, min_of(end_panel, q + kAtOnce) * p.width);
    packing::pack_panels(
        {b + chunk * kChunk * g.b_row + column * g.b_col, g.b_row, g.b_col, length, end - column}, p.width,
        to + (q - panel) * length * p.width);
  }
}

int64_t slot_rows(const Plan& p) { return p.layout == Layout::kAlongRows ? kChunk : kRowSlot; }
int64_t shared_a_floats(const Plan& p) {
  return p.a == Source::kShared ? p.n_chunks() * p.g.m * slot_rows(p) : 0;
}
int64_t shared_b_floats(const Plan& p) { return p.b == Source::kShared ? p.g.k * p.n_panels * p.width : 0; }

// Both operands that several blocks read, in one parallel pass.
void pack_shared(const Plan& p, Executor& executor) {
  const int64_t n_a = p.a == Source::kShared ? p.n_chunks() * p.n_tiles : 0;
  const int64_t groups = ceil_div(p.n_panels, 4), n_b = p.b == Source::kShared ? p.n_chunks() * groups : 0;
  if (n_a + n_b == 0 || p.g.k == 0) return;
  constexpr int64_t kTilesPerTask = 4;
  const int64_t a_tasks = ceil_div(n_a, kTilesPerTask);
  parallel_for(executor, a_tasks + n_b, [&](int64_t task, int32_t) {
    if (task >= a_tasks) {
      const int64_t chunk = (task - a_tasks) / groups, panel = (task - a_tasks) % groups * 4;
      pack_columns(p, p.g.b, panel, min_of(p.n_panels, panel + 4), chunk,
                   p.shared_b + (chunk * kChunk * p.n_panels + panel * p.chunk_length(chunk)) * p.width);
      return;
    }
    for (int64_t i = task * kTilesPerTask; i < min_of(n_a, (task + 1) * kTilesPerTask); ++i) {
      const int64_t chunk = i / p.n_tiles, tile = i % p.n_tiles;
      pack_tile(p, p.g.a, tile, chunk,
                p.shared_a + chunk * p.g.m * slot_rows(p) + packed_tile(p, 0, p.tile_begin(tile)));
    }
  });
}

// --- one block ---------------------------------------------------------------------------------------------

struct Block {
  const float* a;
  const float* b;
  float* c;
  int64_t tile, end_tile, panel, end_panel;
  float* scratch_a;
  float* scratch_b;
};

// Where the chunk's rows of A and columns of B are to be read.
struct ChunkView {
  const float* a;  // of the block's first tile
  const float* b;  // of the block's first panel
  int64_t b_step, panel_step;
  const float* tail;  // the last panel, when B is read in place and the panel is ragged
  // What the first row tile packs on the way: panels [block.panel, copied_end), to be read from here.
  const float* to_copy;
  int64_t copied_end;
};

ChunkView view_chunk(const Plan& p, const Block& block, int64_t chunk) {
  const GemmArgs<float>& g = p.g;
  const int64_t first_row = p.tile_begin(block.tile), k0 = chunk * kChunk, length = p.chunk_length(chunk);
  ChunkView view{};
  switch (p.a) {
    case Source::kDirect:
      view.a = block.a + first_row * g.a_row + k0 * g.a_col;
      break;
    case Source::kShared:
      view.a = p.shared_a + chunk * g.m * slot_rows(p) + packed_tile(p, 0, first_row);
      break;
    case Source::kPrivate:
      for (int64_t tile = block.tile; tile < block.end_tile; ++tile)
        pack_tile(p, block.a, tile, chunk, block.scratch_a + packed_tile(p, first_row, p.tile_begin(tile)));
      view.a = block.scratch_a;
      break;
  }
  view.b_step = p.width;
  view.panel_step = length * p.width;
  switch (p.b) {
    case Source::kDirect:
      view.b = block.b + k0 * g.b_row + block.panel * p.width;
      view.b_step = g.b_row;
      view.panel_step = p.width;
      if (block.end_panel == p.n_panels && g.n % kLanes != 0) {
        pack_columns(p, block.b, p.n_panels - 1, p.n_panels, chunk, block.scratch_b);
        view.tail = block.scratch_b;
      }
      break;
    case Source::kShared:
      view.b = p.shared_b + (k0 * p.n_panels + block.panel * length) * p.width;
      break;
    case Source::kPrivate:
      view.copied_end = block.panel;
      if (g.b_col == 1 && p.width == kPanel) {
        view.copied_end = min_of(block.end_panel, g.n / p.width);
        view.to_copy = block.b + k0 * g.b_row;
      }
      pack_columns(p, block.b, view.copied_end, block.end_panel, chunk,
                   block.scratch_b + (view.copied_end - block.panel) * view.panel_step);
      view.b = block.scratch_b;
      break;
  }
  return view;
}

void run_tile(const Plan& p, const Block& block, const ChunkView& view, int64_t tile, int64_t panel,
              TileCall& call) {
  const GemmArgs<float>& g = p.g;
  const int64_t row = p.tile_begin(tile), rows = p.tile_begin(tile + 1) - row;
  const int64_t from_first = row - p.tile_begin(block.tile);
  call.a = view.a + (p.a == Source::kDirect ? from_first * g.a_row : packed_tile(p, 0, from_first));
  if (p.layout == Layout::kAlongRows) {
    call.a_stride = p.a == Source::kDirect ? g.a_col : rows;
  } else {
    call.a_stride = p.a == Source::kDirect ? g.a_row : kRowSlot;
  }
  const int64_t column = panel * p.width;
  call.n_columns = min_of(p.width, g.n - column);
  const bool tail = view.tail != nullptr && panel == p.n_panels - 1;
  call.b = tail ? view.tail : view.b + (panel - block.panel) * view.panel_step;
  call.b_step = tail ? p.width : view.b_step;
  call.bias = g.bias != nullptr ? g.bias + column : nullptr;
  call.c = block.c + row * g.c_row + column;
  if (tile == block.tile && view.to_copy != nullptr && panel < view.copied_end) {
    call.b_copy = block.scratch_b + (panel - block.panel) * view.panel_step;
    call.b = view.to_copy + column;
    call.b_step = g.b_row;
    call.b_ahead = p.width;  // the next panel
    copying_tile_function(rows, p.layout)(call);
    call.b_ahead = kRowsAhead * p.width;
    return;
  }
  tile_function(rows, ceil_div(call.n_columns, kLanes), p.layout)(call);
}

void run_chunk(const Plan& p, const Block& block, const ChunkView& view, TileCall& call) {
  if (p.b == Source::kDirect) {
    // Panels outside: all row tiles use a panel while it is near. The first of them fetches it.
    for (int64_t panel = block.panel; panel < block.end_panel; ++panel) {
      for (int64_t tile = block.tile; tile < block.end_tile; ++tile) {
        call.b_ahead = tile == block.tile ? kRowsAhead * p.g.b_row : 0;
        run_tile(p, block, view, tile, panel, call);
      }
    }
    return;
  }
  call.b_ahead = kRowsAhead * p.width;
  for (int64_t tile = block.tile; tile < block.end_tile; ++tile) {
    for (int64_t panel = block.panel; panel < block.end_panel; ++panel)
      run_tile(p, block, view, tile, panel, call);
  }
}

void run_block(const Plan& p, const Block& block) {
  for (int64_t chunk = 0; chunk < p.n_chunks(); ++chunk) {
    const ChunkView view = view_chunk(p, block, chunk);
    const Segment whole{0, 0, p.chunk_length(chunk)};
    TileCall call;
    call.segments = &whole;
    call.n_segments = 1;
    call.c_row = p.g.c_row;
    call.first = chunk == 0;
    call.last = chunk == p.n_chunks() - 1;
    call.relu = p.g.activation == Activation::kRelu;
    run_chunk(p, block, view, call);
  }
}

void run_task(const Plan& p, int64_t task, int32_t worker, Executor& executor) {
  const int64_t blocks = p.row_blocks * p.column_blocks, batch = task / blocks;
  const int64_t row_block = task % blocks / p.column_blocks, column_block = task % p.column_blocks;
  Block block{p.g.a + batch * p.g.a_batch,
              p.g.b + batch * p.g.b_batch,
              p.g.c + batch * p.g.c_batch,
              part_begin(p.n_tiles, p.row_blocks, row_block),
              part_begin(p.n_tiles, p.row_blocks, row_block + 1),
              part_begin(p.n_panels, p.column_blocks, column_block),
              part_begin(p.n_panels, p.column_blocks, column_block + 1),
              nullptr,
              nullptr};
  const int64_t depth = min_of(kChunk, p.g.k);
  const int64_t b_panels = p.b == Source::kPrivate  ? block.end_panel - block.panel
                           : p.b == Source::kDirect ? 1
                                                    : 0;
  const int64_t a_rows =
      p.a == Source::kPrivate ? p.tile_begin(block.end_tile) - p.tile_begin(block.tile) : 0;
  const int64_t b_floats = b_panels * depth * p.width;
  float* scratch = static_cast<float*>(executor.scratch(
      worker, (b_floats + a_rows * slot_rows(p)) * static_cast<int64_t>(sizeof(float)) + 64));
  block.scratch_b = scratch;
  block.scratch_a = scratch + b_floats;
  run_block(p, block);
}

void run_one(const GemmArgs<float>& g, Executor& executor) {
  Plan p = make_plan(g, executor.worker_count());
  const int64_t a_floats = shared_a_floats(p), b_floats = shared_b_floats(p);
  if (a_floats + b_floats > 0) {
    p.shared_a = static_cast<float*>(
        executor.shared_scratch((a_floats + b_floats) * static_cast<int64_t>(sizeof(float))));
    p.shared_b = p.shared_a + a_floats;
    pack_shared(p, executor);
  }
  parallel_for(executor, p.row_blocks * p.column_blocks,
               [&](int64_t task, int32_t worker) { run_task(p, task, worker, executor); });
}

// Many small products: one task each, nothing shared.
void run_batch(const GemmArgs<float>& g, Executor& executor) {
  const Plan p = [&] {
    Plan plan = make_plan(g, 1);
    if (plan.a == Source::kShared) plan.a = Source::kPrivate;
    if (plan.b == Source::kShared) plan.b = Source::kPrivate;
    return plan;
  }();
  parallel_for(executor, g.batch * p.row_blocks * p.column_blocks,
               [&](int64_t task, int32_t worker) { run_task(p, task, worker, executor); });
}

void gemm(const GemmArgs<float>& g, Executor& executor) noexcept {
  if (g.batch <= 0 || g.m <= 0 || g.n <= 0) return;
  const bool is_long = prefers_gemm_long(g);
  if (!is_long && prefers_few_rows(g)) {
    gemm_few_rows(g, executor);
    return;
  }
  const bool small = g.m * g.n * g.k < kParallelTerms;
  if (!is_long && (small || g.batch >= 2 * executor.worker_count())) {
    run_batch(g, executor);
    return;
  }
  for (int64_t batch = 0; batch < g.batch; ++batch) {
    GemmArgs<float> one = g;
    one.batch = 1;
    one.a += batch * g.a_batch;
    one.b += batch * g.b_batch;
    one.c += batch * g.c_batch;
    if (is_long) {
      gemm_long(one, executor);
    } else {
      run_one(one, executor);
    }
  }
}

}  // namespace

void install_gemm(KernelTable& table) noexcept {
  table.f32.gemm = gemm;
  table.f32.gemm_shards = gemm_shards;
}

}  // namespace ibid::kernels::IBID_ISA
