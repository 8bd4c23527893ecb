// Section 1 of the standard, fast.
//
// C is cut into blocks of rows x columns (gemm_plan.h). A block computes its part of C alone, chunk after
// chunk of k, so there is no barrier and no shared accumulator. Inside a block a tile of A stays in the first
// cache while the panels of B stream from the second. Tiles pack B on the way where its rows are contiguous
// and one block reads it: the first row tile what it reads itself, the others what the next chunk or the next
// block of the task will read.

#include "engine/kernels/gemm.h"

#include <utility>

#include "engine/kernels/cpu/gemm_few_rows.h"
#include "engine/kernels/cpu/gemm_long.h"
#include "engine/kernels/cpu/gemm_plan.h"
#include "engine/kernels/cpu/gemm_shards.h"
#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::kLanes;

// Rows of a packed A that is contiguous along k: 33 cache lines, so that rows of a tile never collide.
constexpr int64_t kRowSlot = kChunk + 16;

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
  float* next_scratch_b;  // for what is packed ahead
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

ChunkView view_chunk(const Plan& p, const Block& block, int64_t chunk, int64_t packed_panels) {
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
      view.copied_end = block.panel + packed_panels;
      if (packed_panels == 0 && g.b_col == 1 && p.width == kPanel) {
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
  if (call.stream_steps > 0 && call.n_columns == kPanel) {
    packing_tile_function(rows, p.layout)(call);
    return;
  }
  tile_function(rows, ceil_div(call.n_columns, kLanes), p.layout)(call);
}

// The tile is to move `vectors` of its stream, spread over its steps: memory has a pace of its own.
void share_stream(int64_t vectors, TileCall& call) {
  const int64_t length = call.segments->length;
  call.stream_every = 1;
  while (2 * call.stream_every * vectors <= length) call.stream_every *= 2;
  call.stream_steps = min_of(length, call.stream_every * vectors);
}

void run_chunk(const Plan& p, const Block& block, const ChunkView& view, PackStream& ahead, TileCall& call) {
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
  call.stream = &ahead;
  for (int64_t tile = block.tile; tile < block.end_tile; ++tile) {
    for (int64_t panel = block.panel; panel < block.end_panel; ++panel) {
      // Evenly, and so that it is done before the last tiles.
      const int64_t tiles = (block.end_tile - tile) * (block.end_panel - block.panel) - panel + block.panel;
      call.stream_steps = 0;
      if (ahead.rows > 0) share_stream(ceil_div(ahead.vectors(), tiles), call);
      run_tile(p, block, view, tile, panel, call);
    }
  }
}

// The whole panels of the chunk after this one; after the last chunk, of the next block.
PackStream look_ahead(const Plan& p, const Block& block, int64_t end_panel, int64_t chunk) {
  const bool same_columns = chunk + 1 < p.n_chunks();
  const int64_t next = same_columns ? chunk + 1 : 0, panel = same_columns ? block.panel : block.end_panel;
  const int64_t end = same_columns ? block.end_panel : min_of(end_panel, panel + p.block_panels);
  const int64_t panels = min_of(end, p.g.n / p.width) - panel;
  PackStream ahead;
  if (!p.packs_ahead() || panels <= 0) return ahead;
  ahead.from = block.b + next * kChunk * p.g.b_row + panel * p.width;
  ahead.to = block.next_scratch_b;
  ahead.row_vectors = ahead.left = panels * kTileVectors;
  ahead.row_step = p.g.b_row;
  ahead.panel_step = p.chunk_length(next) * p.width;
  ahead.rows = p.chunk_length(next);
  return ahead;
}

// The blocks of a strip of columns, one after the other.
void run_strip(const Plan& p, Block block, int64_t end_panel) {
  int64_t packed_panels = 0;
  for (; block.panel < end_panel; block.panel = block.end_panel) {
    block.end_panel = min_of(end_panel, block.panel + p.block_panels);
    for (int64_t chunk = 0; chunk < p.n_chunks(); ++chunk) {
      const ChunkView view = view_chunk(p, block, chunk, packed_panels);
      PackStream ahead = look_ahead(p, block, end_panel, chunk);
      const Segment whole{0, 0, p.chunk_length(chunk)};
      TileCall call;
      call.segments = &whole;
      call.n_segments = 1;
      call.c_row = p.g.c_row;
      call.first = chunk == 0;
      call.last = chunk == p.n_chunks() - 1;
      call.relu = p.g.activation == Activation::kRelu;
      run_chunk(p, block, view, ahead, call);
      packed_panels = ahead.row_vectors / kTileVectors;
      while (ahead.rows > 0) ahead.step();
      std::swap(block.scratch_b, block.next_scratch_b);
    }
  }
}

void run_task(const Plan& p, int64_t task, int32_t worker, Executor& executor) {
  const int64_t tasks = p.row_blocks * p.strips, batch = task / tasks;
  const int64_t row_block = task % tasks / p.strips, strip = task % p.strips;
  const int64_t panel = part_begin(p.n_panels, p.strips, strip);
  const int64_t end_panel = part_begin(p.n_panels, p.strips, strip + 1);
  Block block{p.g.a + batch * p.g.a_batch,
              p.g.b + batch * p.g.b_batch,
              p.g.c + batch * p.g.c_batch,
              part_begin(p.n_tiles, p.row_blocks, row_block),
              part_begin(p.n_tiles, p.row_blocks, row_block + 1),
              panel,
              panel,
              nullptr,
              nullptr,
              nullptr};
  const int64_t depth = min_of(kChunk, p.g.k);
  const int64_t b_panels = p.b == Source::kPrivate  ? min_of(p.block_panels, end_panel - panel)
                           : p.b == Source::kDirect ? 1
                                                    : 0;
  const int64_t a_rows =
      p.a == Source::kPrivate ? p.tile_begin(block.end_tile) - p.tile_begin(block.tile) : 0;
  const int64_t b_floats = b_panels * depth * p.width, two_b = p.packs_ahead() ? 2 * b_floats : b_floats;
  float* scratch = static_cast<float*>(
      executor.scratch(worker, (two_b + a_rows * slot_rows(p)) * static_cast<int64_t>(sizeof(float)) + 64));
  block.scratch_b = scratch;
  block.next_scratch_b = scratch + two_b - b_floats;
  block.scratch_a = scratch + two_b;
  run_strip(p, block, end_panel);
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
  parallel_for(executor, p.row_blocks * p.strips,
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
  parallel_for(executor, g.batch * p.row_blocks * p.strips,
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
