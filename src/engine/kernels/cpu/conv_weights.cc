// Weight gradients of convolutions: for every gradient shard a product whose k is the raster of the shard's
// output positions.
//
// The tile's rows are entries (tap, ci) of the weight, its columns output channels: x is then contiguous
// along the rows (a run of (kw, ci)) and dy along the columns, and the positions of an output row are one
// segment. A chunk is 512 positions counted from the shard's start, across rows and images. dy is packed
// chunk by chunk into panels, which applies the mask of a fused ReLU; x is copied only when it needs padding.
//
// A task computes some rows of the weight for a run of shards, aligned and a power of two long, and folds
// them by the tree on the way; the runs, few, are folded at the end. Everything is transposed ([tap, ci][co])
// until then. Rejected: one stack of all shards, whose size grows with the batch.

#include "engine/kernels/cpu/conv_weights.h"

#include "engine/kernels/cpu/conv_depthwise.h"
#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

int64_t volume(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

struct Work {
  const ConvBackwardWeightsArgs<float>* c;
  ConvShape s;
  const float* x;     // padded where the shape asks for it
  int64_t x_size[3];  // its spatial size
  int64_t group_in, group_out, n_taps, depth;
  int64_t n_panels, columns;   // of a group's output channels, in whole panels
  int64_t run_length, n_runs;  // rows of the weight that are contiguous in x, or triples of them
  int64_t unit;                // tiles are cut at multiples of it
  int64_t run_tiles;           // tiles of a run
  Layout layout;
  int64_t n_shards, shard_run, n_shard_runs, splits;
  float* stack;  // [shard run][group][tap, ci][columns]

  int64_t n_tiles() const { return n_runs * run_tiles; }
  // The first row of the weight in tile `tile`.
  int64_t tile_row(int64_t tile) const {
    const int64_t units = part_begin(run_length / unit, run_tiles, tile % run_tiles);
    return tile / run_tiles * run_length + units * unit;
  }
};

// --- one chunk ---------------------------------------------------------------------------------------------

struct Chunk {
  int64_t begin, length;  // positions, over the whole batch
  Segment* segments;
  int64_t n_segments;
  const float* dy;  // packed
};

// Where output position (n, d, h, w) reads x through tap 0 of the group's channel 0.
int64_t x_offset(const Work& work, int64_t row, int64_t w) {
  const ConvShape& s = work.s;
  const int64_t h = row % s.out_size[1], d = row / s.out_size[1] % s.out_size[0];
  const int64_t n = row / (s.out_size[1] * s.out_size[0]);
  const int64_t in_row = (n * work.x_size[0] + d * s.stride[0]) * work.x_size[1] + h * s.stride[1];
  return (in_row * work.x_size[2] + w * s.stride[2]) * s.in_channels;
}

void collect_segments(const Work& work, Chunk& chunk) {
  const int64_t width = work.s.out_size[2], step = work.s.stride[2] * work.s.in_channels;
  chunk.n_segments = 0;
  int64_t position = chunk.begin;
  const int64_t end = chunk.begin + chunk.length;
  while (position < end) {
    const int64_t w = position % width, length = min_of(width - w, end - position);
    const int64_t a = x_offset(work, position / width, w);
    Segment* last = chunk.segments + chunk.n_segments - 1;
    if (chunk.n_segments > 0 && last->a + last->length * step == a) {
      last->length += length;
    } else {
      chunk.segments[chunk.n_segments++] = {a, (position - chunk.begin) * kPanel, length};
    }
    position += length;
  }
}

// kLanes channels of one position, +0 where the mask is <= 0.
template <bool kMasked>
IBID_INLINE F32 load_dy(const float* dy, const float* mask, int64_t n) {
  const F32 zero = simd::zero_f32();
  const F32 value = n >= kLanes ? simd::load(dy) : simd::load_partial(dy, n);
  if constexpr (!kMasked) return value;
  return simd::select((n >= kLanes ? simd::load(mask) : simd::load_partial(mask, n)) <= zero, zero, value);
}

template <bool kMasked>
void pack_dy(const Work& work, const Chunk& chunk, int64_t group, float* to) {
  constexpr int64_t kAhead = 1024;  // floats: a page further, where the hardware prefetcher stops
  const int64_t channels = work.s.out_channels;
  const float* dy = work.c->dy + chunk.begin * channels + group * work.group_out;
  const float* mask = kMasked ? work.c->relu_output + (dy - work.c->dy) : dy;
  for (int64_t p = 0; p < chunk.length; ++p) {
    for (int64_t j = 0; j < work.columns; j += kLanes) {
      const int64_t n = max_of(0, work.group_out - j);
      if (j % 16 == 0) {
        __builtin_prefetch(dy + kAhead + j);
        if constexpr (kMasked) __builtin_prefetch(mask + kAhead + j);
      }
      float* place = to + (j / kPanel * chunk.length + p) * kPanel + j % kPanel;
      simd::store(place, load_dy<kMasked>(dy + j, mask + j, n));
    }
    dy += channels;
    mask += channels;
  }
}

// --- one task ----------------------------------------------------------------------------------------------

struct Task {
  int64_t group, shard_run, tile, end_tile;
  int64_t row, n_rows;  // of the weight
};

// Adds one chunk of the group's shard to sums[row - task.row][columns].
void run_chunk(const Work& work, const Task& task, const Chunk& chunk, TileCall call, float* sums) {
  const ConvShape& s = work.s;
  call.segments = chunk.segments;
  call.n_segments = chunk.n_segments;
  call.a_stride = s.stride[2] * s.in_channels;
  call.a_group = s.dilation[1] * work.x_size[2] * s.in_channels;
  call.b_step = kPanel;
  call.b_ahead = kRowsAhead * kPanel;
  call.c_row = work.columns;
  for (int64_t panel = 0; panel < work.n_panels; ++panel) {
    call.b = chunk.dy + panel * chunk.length * kPanel;
    const int64_t vectors = ceil_div(min_of(kPanel, work.group_out - panel * kPanel), kLanes);
    call.n_columns = vectors * kLanes;
    for (int64_t tile = task.tile; tile < task.end_tile; ++tile) {
      const int64_t row = work.tile_row(tile), rows = work.tile_row(tile + 1) - row;
      const int64_t tap = row / work.group_in, ci = row % work.group_in;
      const int64_t kd = tap / (s.kernel[1] * s.kernel[2]), kh = tap / s.kernel[2] % s.kernel[1];
      const int64_t kw = tap % s.kernel[2];
      const int64_t in_row = kd * s.dilation[0] * work.x_size[1] + kh * s.dilation[1];
      call.a = work.x + (in_row * work.x_size[2] + kw * s.dilation[2]) * s.in_channels +
               task.group * work.group_in + ci;
      call.c = sums + (row - task.row) * work.columns + panel * kPanel;
      tile_function(rows, vectors, work.layout)(call);
    }
  }
}

struct Buffers {
  float* dy;
  Segment* segments;
  float* pending;  // one result for each level of the shard run's tree
};

void run_shard(const Work& work, const Task& task, int64_t shard, const Buffers& buffers, float* sums) {
  const int64_t image = volume(work.s.out_size), first = shard * work.c->shard_samples;
  const int64_t begin = first * image, end = min_of(work.s.batch, first + work.c->shard_samples) * image;
  if (begin == end) {
    for (int64_t i = 0; i < task.n_rows * work.columns; ++i) sums[i] = 0.0f;
  }
  for (int64_t position = begin; position < end; position += kChunk) {
    Chunk chunk{position, min_of(kChunk, end - position), buffers.segments, 0, buffers.dy};
    collect_segments(work, chunk);
    if (work.c->relu_output != nullptr) {
      pack_dy<true>(work, chunk, task.group, buffers.dy);
    } else {
      pack_dy<false>(work, chunk, task.group, buffers.dy);
    }
    TileCall call;
    call.first = position == begin;
    call.last = position + kChunk >= end;
    run_chunk(work, task, chunk, call, sums);
  }
}

void add_left(const float* left, int64_t n, float* right) {
  for (int64_t i = 0; i < n; i += kLanes)
    simd::store(right + i, simd::load(left + i) + simd::load(right + i));
}

void run_task(const Work& work, const Task& task, const Buffers& buffers) {
  const int64_t n = task.n_rows * work.columns, first = task.shard_run * work.shard_run;
  const int64_t n_shards = min_of(work.n_shards - first, work.shard_run);
  float* result =
      work.stack + ((task.shard_run * work.s.groups + task.group) * work.depth + task.row) * work.columns;
  for (int64_t shard = 0; shard < n_shards; ++shard) {
    const bool final = shard == n_shards - 1;
    int64_t level = 0;
    while (shard >> level & 1) ++level;
    float* sums = final ? result : buffers.pending + level * n;
    run_shard(work, task, first + shard, buffers, sums);
    for (int64_t i = 0; (shard >> i) != 0; ++i) {
      const bool pending = (shard >> i & 1) != 0;
      if (!pending && !final) break;
      if (pending) add_left(buffers.pending + i * n, n, sums);
    }
  }
}

// --- the whole ---------------------------------------------------------------------------------------------

bool has_padding(const ConvShape& s) { return s.padding[0] + s.padding[1] + s.padding[2] > 0; }

Work make_work(const ConvBackwardWeightsArgs<float>& c, int64_t workers) {
  Work w{};
  w.c = &c;
  w.s = c.shape;
  const ConvShape& s = w.s;
  w.x = c.x;
  for (int d = 0; d < 3; ++d) w.x_size[d] = s.in_size[d] + 2 * s.padding[d];
  w.group_in = s.in_channels / s.groups;
  w.group_out = s.out_channels / s.groups;
  w.n_taps = volume(s.kernel);
  w.depth = w.n_taps * w.group_in;
  w.n_panels = ceil_div(w.group_out, kPanel);
  w.columns = w.n_panels * kPanel;
  w.unit = 1;
  w.layout = Layout::kAlongRows;
  if (s.groups > 1 || s.dilation[2] > 1) {
    w.run_length = w.group_in;
  } else if (s.kernel[2] * w.group_in == 3) {
    // A run too short for a tile: all rows of the kernel form one.
    w.unit = 3;
    w.layout = Layout::kAlongTriples;
    w.run_length = 3 * s.kernel[1];
  } else {
    w.run_length = s.kernel[2] * w.group_in;
  }
  w.n_runs = w.depth / w.run_length;
  w.run_tiles = ceil_div(w.run_length / w.unit, kTileRows / w.unit);
  w.n_shards = ceil_div(s.batch, c.shard_samples);
  constexpr int64_t kTaskFloats = 128 * 1024;  // of sums: they stay in the second-level cache
  const int64_t wanted = workers > 1 ? 4 * workers : 1;
  w.splits =
      max_of(ceil_div(wanted, max_of(1, w.n_shards * s.groups)), ceil_div(w.depth * w.columns, kTaskFloats));
  w.splits = max_of(1, min_of(w.splits, w.n_tiles()));
  w.shard_run = 1;
  while (c.fold && w.shard_run < w.n_shards &&
         ceil_div(w.n_shards, 2 * w.shard_run) * w.splits * s.groups >= wanted) {
    w.shard_run *= 2;
  }
  w.n_shard_runs = ceil_div(w.n_shards, w.shard_run);
  return w;
}

// x with its padding, as the definition has it: a padding tap is a factor of +0.
void pad(const Work& work, float* to, Executor& executor) {
  const ConvShape& s = work.s;
  const int64_t rows = s.batch * work.x_size[0] * work.x_size[1], channels = s.in_channels;
  const int64_t row_floats = work.x_size[2] * channels;
  parallel_for(executor, rows, [&](int64_t row, int32_t) {
    const int64_t h = row % work.x_size[1] - s.padding[1];
    const int64_t d = row / work.x_size[1] % work.x_size[0] - s.padding[0];
    const int64_t n = row / (work.x_size[1] * work.x_size[0]);
    float* out = to + row * row_floats;
    const bool inside = h >= 0 && h < s.in_size[1] && d >= 0 && d < s.in_size[0];
    const int64_t margin = inside ? s.padding[2] * channels : row_floats;
    for (int64_t i = 0; i < margin; ++i) out[i] = 0.0f;
    if (!inside) return;
    const int64_t in_row = (n * s.in_size[0] + d) * s.in_size[1] + h, inner = s.in_size[2] * channels;
    packing::copy(work.c->x + in_row * inner, inner, out + margin);
    for (int64_t i = margin + inner; i < row_floats; ++i) out[i] = 0.0f;
  });
}

// Folds the shard runs (or takes each shard for itself) and turns [tap, ci][co] into [co][tap, ci].
void finish(const Work& work, Executor& executor) {
  const int64_t rows = work.s.groups * work.depth, stride = rows * work.columns;
  const int64_t n_weights = work.s.out_channels * work.depth, blocks = ceil_div(work.depth, kLanes);
  parallel_for(executor, work.s.groups * blocks, [&](int64_t task, int32_t) {
    const int64_t group = task / blocks, row = task % blocks * kLanes;
    const int64_t n_rows = min_of(kLanes, work.depth - row);
    float* block = work.stack + (group * work.depth + row) * work.columns;
    for (int64_t step = 1; work.c->fold && step < work.n_shard_runs; step *= 2) {
      for (int64_t left = 0; left + step < work.n_shard_runs; left += 2 * step) {
        float* a = block + left * stride;
        const float* b = a + step * stride;
        for (int64_t i = 0; i < n_rows * work.columns; i += kLanes)
          simd::store(a + i, simd::load(a + i) + simd::load(b + i));
      }
    }
    for (int64_t shard = 0; shard < (work.c->fold ? 1 : work.n_shards); ++shard) {
      for (int64_t co = 0; co < work.group_out; ++co) {
        float* to = work.c->dweight + shard * n_weights + (group * work.group_out + co) * work.depth + row;
        for (int64_t i = 0; i < n_rows; ++i) to[i] = block[shard * stride + i * work.columns + co];
      }
    }
  });
}

void run_tasks(const Work& work, Executor& executor) {
  const int64_t per_group = work.n_shard_runs * work.splits;
  parallel_for(executor, work.s.groups * per_group, [&](int64_t index, int32_t worker) {
    const int64_t split = index % work.splits;
    Task task{};
    task.group = index / per_group;
    task.shard_run = index / work.splits % work.n_shard_runs;
    task.tile = part_begin(work.n_tiles(), work.splits, split);
    task.end_tile = part_begin(work.n_tiles(), work.splits, split + 1);
    task.row = work.tile_row(task.tile);
    task.n_rows = work.tile_row(task.end_tile) - task.row;
    int64_t levels = 0;
    while ((work.shard_run >> levels) > 1) ++levels;
    const int64_t dy_floats = kChunk * work.columns;
    const int64_t segment_floats = (kChunk + 1) * static_cast<int64_t>(sizeof(Segment) / sizeof(float));
    const int64_t pending_floats = (levels + 1) * task.n_rows * work.columns;
    float* scratch = static_cast<float*>(executor.scratch(
        worker, (dy_floats + segment_floats + pending_floats) * static_cast<int64_t>(sizeof(float))));
    const Buffers buffers{scratch, reinterpret_cast<Segment*>(scratch + dy_floats),
                          scratch + dy_floats + segment_floats};
    run_task(work, task, buffers);
  });
}

void depthwise(const ConvBackwardWeightsArgs<float>& c, Executor& executor) {
  const int64_t n_shards = ceil_div(c.shape.batch, c.shard_samples);
  const int64_t n_weights = c.shape.out_channels * volume(c.shape.kernel);
  if (!c.fold) {
    depthwise_weight_shards(c, c.dweight, executor);
    return;
  }
  float* stack = static_cast<float*>(
      executor.shared_scratch(max_of(1, n_shards * n_weights) * static_cast<int64_t>(sizeof(float))));
  depthwise_weight_shards(c, stack, executor);
  for (int64_t step = 1; step < n_shards; step *= 2) {
    for (int64_t left = 0; left + step < n_shards; left += 2 * step) {
      float* a = stack + left * n_weights;
      for (int64_t i = 0; i < n_weights; ++i) a[i] = a[i] + a[step * n_weights + i];
    }
  }
  for (int64_t i = 0; i < n_weights; ++i) c.dweight[i] = n_shards > 0 ? stack[i] : 0.0f;
}

}  // namespace

void conv_backward_weights(const ConvBackwardWeightsArgs<float>& c, Executor& executor) noexcept {
  const ConvShape& s = c.shape;
  if (s.in_channels > 0 && s.groups == s.in_channels && s.groups == s.out_channels) {
    depthwise(c, executor);
    return;
  }
  const int64_t n_weights = s.out_channels * volume(s.kernel) * (s.in_channels / s.groups);
  if (n_weights == 0) return;
  Work work = make_work(c, executor.worker_count());
  if (work.n_shards == 0) {
    for (int64_t i = 0; c.fold && i < n_weights; ++i) c.dweight[i] = 0.0f;
    return;
  }
  const int64_t stack_floats = work.n_shard_runs * s.groups * work.depth * work.columns;
  const int64_t x_floats = has_padding(s) ? s.batch * volume(work.x_size) * s.in_channels : 0;
  work.stack = static_cast<float*>(
      executor.shared_scratch((stack_floats + x_floats) * static_cast<int64_t>(sizeof(float))));
  if (x_floats > 0) {
    pad(work, work.stack + stack_floats, executor);
    work.x = work.stack + stack_floats;
  }
  run_tasks(work, executor);
  finish(work, executor);
}

}  // namespace ibid::kernels::IBID_ISA
