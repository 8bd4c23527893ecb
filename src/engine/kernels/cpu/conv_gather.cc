// Convolution as an implicit product: rows of the tile are neighbouring output positions along w, columns are
// output channels, and k runs over (kd, kh, kw, channel) as segments of the input in memory.
//
// Problem: no im2col (it multiplies the traffic by the kernel's volume), no layout but channels last, and
// exactly the order of section 2. Idea: for channels last and dilation 1 the (kw, channel) part of k is one
// contiguous stretch, so a 3 x 3 kernel is three segments, cut where a chunk of 512 ends. Padding along w
// needs zeros in that stretch: then a task copies the rows it reads into its own buffer, with the zeros
// around, and applies the gradient mask of a fused ReLU on the way. Rows that are padding altogether are left
// out when the weights are finite, else read from a row of zeros.

#include "engine/kernels/cpu/conv_gather.h"

#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

// A box of output positions of one image.
struct Box {
  int64_t first[3], end[3];
};

// How a gather is cut into tasks.
struct Cut {
  int64_t size[3];   // of a box
  int64_t boxes[3];  // per dim
  int64_t tasks() const { return boxes[0] * boxes[1] * boxes[2]; }
};

Box box_of(const Gather& g, const Cut& cut, int64_t index) {
  Box box;
  for (int d = 2; d >= 0; --d) {
    const int64_t at = index % cut.boxes[d];
    index /= cut.boxes[d];
    box.first[d] = at * cut.size[d];
    box.end[d] = min_of(g.count[d], box.first[d] + cut.size[d]);
  }
  return box;
}

Cut choose_cut(const Gather& g, int64_t batch, int64_t workers) {
  constexpr int64_t kBoxFloats =
      64 * 1024;  // of a task's input or output: they stay in the second-level cache
  Cut cut;
  int64_t room = max_of(1, kBoxFloats / max_of(1, max_of(g.width, g.depth)));
  // With one tap no input is read twice but by the panels: few positions, so that they find it close by.
  if (g.n_taps[0] * g.n_taps[1] * g.n_taps[2] == 1) room = min_of(room, 4 * kTileRows);
  const int64_t positions = g.count[0] * g.count[1] * g.count[2];
  if (workers > 1) room = min_of(room, max_of(64, ceil_div(batch * positions, 4 * workers)));
  for (int d = 2; d >= 0; --d) {
    const int64_t whole = max_of(1, g.count[d]);
    cut.size[d] = max_of(1, min_of(whole, room));
    cut.boxes[d] = ceil_div(whole, cut.size[d]);
    cut.size[d] = ceil_div(whole, cut.boxes[d]);
    room = cut.boxes[d] > 1 ? 1 : room / whole;
  }
  return cut;
}

// Where the input rows of a task are: element (d, h, w, channel) of the group, d and h inside the input, lies
// at base + (d * rows + h) * row_step + (w - first_w) * step + channel, and zero_row is like a row of zeros.
struct View {
  const float* base;
  int64_t first[3], rows, row_step, step;
  int64_t zero_row;  // offset from base; only in copies
  int64_t row(int64_t d, int64_t h) const { return ((d - first[0]) * rows + h - first[1]) * row_step; }
};

int64_t lowest(const Gather& g, const Box& box, int d) {
  return box.first[d] * g.in_step[d] + g.tap_first[d];
}
int64_t highest(const Gather& g, const Box& box, int d) {
  return (box.end[d] - 1) * g.in_step[d] + g.tap_first[d] + (g.n_taps[d] - 1) * g.tap_step[d];
}

bool leaves_input(const Gather& g, int d) {
  const Box all{{0, 0, 0}, {g.count[0], g.count[1], g.count[2]}};
  return lowest(g, all, d) < 0 || highest(g, all, d) >= g.in_size[d];
}

bool needs_copy(const Gather& g) {
  return g.relu_output != nullptr || leaves_input(g, 2) ||
         (!g.skip_padding && (leaves_input(g, 0) || leaves_input(g, 1)));
}

// n floats, +0 where the mask is <= 0.
void copy_masked(const float* from, const float* mask, int64_t n, float* to) {
  if (mask == nullptr) {
    packing::copy(from, n, to);
    return;
  }
  const F32 zero = simd::zero_f32();
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    simd::store(to + i, simd::select(simd::load(mask + i) <= zero, zero, simd::load(from + i)));
  for (; i < n; ++i) to[i] = mask[i] <= 0.0f ? 0.0f : from[i];
}

void fill_zero(float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = 0.0f;
}

// One input row, positions [low, low + n) of which some may be outside.
void copy_row(const Gather& g, int64_t row, int64_t low, int64_t n, float* to) {
  const int64_t begin = max_of(0, min_of(n, -low)), end = max_of(begin, min_of(n, g.in_size[2] - low));
  fill_zero(to, begin * g.depth);
  fill_zero(to + end * g.depth, (n - end) * g.depth);
  const int64_t from = (row * g.in_size[2] + low + begin) * g.in_channels + g.in_channel;
  const float* mask = g.relu_output;
  if (g.depth == g.in_channels) {
    copy_masked(g.x + from, mask != nullptr ? mask + from : nullptr, (end - begin) * g.depth,
                to + begin * g.depth);
    return;
  }
  for (int64_t w = begin; w < end; ++w) {
    const int64_t at = from + (w - begin) * g.in_channels;
    copy_masked(g.x + at, mask != nullptr ? mask + at : nullptr, g.depth, to + w * g.depth);
  }
}

View direct_view(const Gather& g, int64_t image) {
  View view{};
  view.base = g.x + image * g.in_size[0] * g.in_size[1] * g.in_size[2] * g.in_channels + g.in_channel;
  view.rows = g.in_size[1];
  view.row_step = g.in_size[2] * g.in_channels;
  view.step = g.in_channels;
  return view;
}

struct Extent {
  int64_t low[3], n[3];  // the part of the input a box reads; along w with its padding
  int64_t floats(const Gather& g) const { return (n[0] * n[1] + 1) * n[2] * g.depth; }
};

Extent extent_of(const Gather& g, const Box& box) {
  Extent e;
  for (int d = 0; d < 3; ++d) {
    int64_t low = lowest(g, box, d), high = highest(g, box, d);
    if (d < 2) low = max_of(0, low), high = min_of(g.in_size[d] - 1, high);
    e.low[d] = low;
    e.n[d] = max_of(0, high - low + 1);
  }
  return e;
}

View copied_view(const Gather& g, int64_t image, const Extent& e, float* to) {
  const int64_t row_step = e.n[2] * g.depth;
  for (int64_t d = 0; d < e.n[0]; ++d) {
    for (int64_t h = 0; h < e.n[1]; ++h) {
      const int64_t row = (image * g.in_size[0] + e.low[0] + d) * g.in_size[1] + e.low[1] + h;
      copy_row(g, row, e.low[2], e.n[2], to + (d * e.n[1] + h) * row_step);
    }
  }
  View view{};
  view.base = to;
  for (int d = 0; d < 3; ++d) view.first[d] = e.low[d];
  view.rows = e.n[1];
  view.row_step = row_step;
  view.step = g.depth;
  view.zero_row = e.n[0] * e.n[1] * row_step;
  fill_zero(to + view.zero_row, row_step);
  return view;
}

// --- the segments of one output row ------------------------------------------------------------------------

// Segments of all chunks: chunk c has those in [starts[c], starts[c + 1]).
struct Terms {
  Segment* segments;
  int64_t* starts;
  int64_t n_segments, n_chunks;
};

// The next `length` terms of k: at `a` of the input row, at row `k` of the weights.
void add_run(Terms& terms, int64_t a, int64_t k, int64_t length) {
  while (length > 0) {
    const int64_t part = min_of(length, kChunk - k % kChunk);
    while (terms.n_chunks <= k / kChunk) terms.starts[terms.n_chunks++] = terms.n_segments;
    terms.segments[terms.n_segments++] = {a, k * kPanel, part};
    a += part;
    k += part;
    length -= part;
  }
}

// The taps of output row (d, h), for the box's first position of the row.
void collect(const Gather& g, const View& view, const Box& box, int64_t d, int64_t h, Terms& terms) {
  terms.n_segments = terms.n_chunks = 0;
  const bool merged = g.tap_step[2] == 1 && view.step == g.depth;
  const int64_t runs = merged ? 1 : g.n_taps[2], length = merged ? g.n_taps[2] * g.depth : g.depth;
  const int64_t first_w = box.first[2] * g.in_step[2] + g.tap_first[2] - view.first[2];
  int64_t k = 0;
  for (int64_t td = 0; td < g.n_taps[0]; ++td) {
    const int64_t in_d = d * g.in_step[0] + g.tap_first[0] + td * g.tap_step[0];
    for (int64_t th = 0; th < g.n_taps[1]; ++th) {
      const int64_t in_h = h * g.in_step[1] + g.tap_first[1] + th * g.tap_step[1];
      const bool inside = in_d >= 0 && in_d < g.in_size[0] && in_h >= 0 && in_h < g.in_size[1];
      const int64_t row = inside ? view.row(in_d, in_h) : view.zero_row;
      for (int64_t run = 0; run < runs; ++run) {
        const int64_t a = row + (first_w + run * g.tap_step[2]) * view.step;
        if (inside || !g.skip_padding) add_run(terms, a, k, length);
        k += length;
      }
    }
  }
  const int64_t n_chunks = max_of(1, ceil_div(k, kChunk));
  while (terms.n_chunks <= n_chunks) terms.starts[terms.n_chunks++] = terms.n_segments;
  terms.n_chunks = n_chunks;
}

// --- one task ----------------------------------------------------------------------------------------------

void run_row(const Gather& g, const View& view, const Terms& terms, const Box& box, int64_t panel, float* y) {
  const int64_t n = box.end[2] - box.first[2], n_tiles = ceil_div(n, kTileRows);
  TileCall call;
  call.a_stride = g.in_step[2] * view.step;
  call.b = g.weights + panel * gather_terms(g) * kPanel;
  call.b_step = kPanel;
  call.b_ahead = kRowsAhead * kPanel;
  call.c_row = g.out_step[2] * g.out_channels;
  call.n_columns = min_of(kPanel, g.width - panel * kPanel);
  call.bias = g.bias != nullptr ? g.bias + panel * kPanel : nullptr;
  call.relu = g.relu;
  const int64_t vectors = ceil_div(call.n_columns, kLanes);
  for (int64_t chunk = 0; chunk < terms.n_chunks; ++chunk) {
    call.segments = terms.segments + terms.starts[chunk];
    call.n_segments = terms.starts[chunk + 1] - terms.starts[chunk];
    call.first = chunk == 0;
    call.last = chunk == terms.n_chunks - 1;
    for (int64_t tile = 0; tile < n_tiles; ++tile) {
      const int64_t w = part_begin(n, n_tiles, tile), rows = part_begin(n, n_tiles, tile + 1) - w;
      call.a = view.base + w * call.a_stride;
      call.c = y + w * call.c_row + panel * kPanel;
      tile_function(rows, vectors, Layout::kAlongK)(call);
    }
  }
}

// Panels outside, rows inside: a panel of weights then stays in the first cache.
void run_box(const Gather& g, int64_t image, const Box& box, const View& view, Terms& terms) {
  const int64_t n_panels = ceil_div(g.width, kPanel);
  for (int64_t panel = 0; panel < n_panels; ++panel) {
    for (int64_t d = box.first[0]; d < box.end[0]; ++d) {
      for (int64_t h = box.first[1]; h < box.end[1]; ++h) {
        collect(g, view, box, d, h, terms);
        const int64_t out_d = g.out_first[0] + d * g.out_step[0], out_h = g.out_first[1] + h * g.out_step[1];
        const int64_t out_w = g.out_first[2] + box.first[2] * g.out_step[2];
        const int64_t row = (image * g.out_size[0] + out_d) * g.out_size[1] + out_h;
        float* y = g.y + (row * g.out_size[2] + out_w) * g.out_channels + g.out_channel;
        run_row(g, view, terms, box, panel, y);
      }
    }
  }
}

int64_t align(int64_t bytes) { return (bytes + 63) / 64 * 64; }

void run_task(const Gather& g, int64_t image, const Box& box, int32_t worker, Executor& executor) {
  const int64_t terms = gather_terms(g);
  const int64_t max_segments = g.n_taps[0] * g.n_taps[1] * g.n_taps[2] + terms / kChunk + 2;
  const int64_t segment_bytes = align(max_segments * static_cast<int64_t>(sizeof(Segment)));
  const int64_t start_bytes = align((terms / kChunk + 3) * static_cast<int64_t>(sizeof(int64_t)));
  const bool copy = needs_copy(g) && terms > 0;
  const Extent extent = copy ? extent_of(g, box) : Extent{};
  const int64_t copy_bytes = copy ? extent.floats(g) * static_cast<int64_t>(sizeof(float)) : 0;
  char* scratch = static_cast<char*>(executor.scratch(worker, segment_bytes + start_bytes + copy_bytes));
  Terms list{reinterpret_cast<Segment*>(scratch), reinterpret_cast<int64_t*>(scratch + segment_bytes), 0, 0};
  float* buffer = reinterpret_cast<float*>(scratch + segment_bytes + start_bytes);
  const View view = copy ? copied_view(g, image, extent, buffer) : direct_view(g, image);
  run_box(g, image, box, view, list);
}

}  // namespace

void run_gathers(const Gather* gathers, int64_t n_gathers, int64_t batch, Executor& executor) noexcept {
  // Tasks of all gathers in one run: there may be many small ones.
  int64_t n_tasks = 0;
  for (int64_t i = 0; i < n_gathers; ++i)
    n_tasks += batch * choose_cut(gathers[i], batch, executor.worker_count()).tasks();
  const int64_t workers = executor.worker_count();
  parallel_for(executor, n_tasks, [&](int64_t task, int32_t worker) {
    for (int64_t i = 0; i < n_gathers; ++i) {
      const Gather& g = gathers[i];
      const Cut cut = choose_cut(g, batch, workers);
      if (task >= batch * cut.tasks()) {
        task -= batch * cut.tasks();
        continue;
      }
      const Box box = box_of(g, cut, task % cut.tasks());
      if (box.first[0] < box.end[0] && box.first[1] < box.end[1] && box.first[2] < box.end[2])
        run_task(g, task / cut.tasks(), box, worker, executor);
      return;
    }
  });
}

}  // namespace ibid::kernels::IBID_ISA
