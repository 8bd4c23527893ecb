// Forward and backward data passes: both are gathers (conv_gather.h) over repacked weights.

#include "engine/kernels/conv.h"

#include "engine/kernels/cpu/conv_depthwise.h"
#include "engine/kernels/cpu/conv_gather.h"
#include "engine/kernels/cpu/conv_weights.h"
#include "engine/kernels/cpu/pack.h"
#include "engine/kernels/cpu/tile.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

int64_t volume(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

// A kernel of one tap that moves nothing: positions, and samples, are one long row.
ConvShape flattened(const ConvShape& s) {
  for (int d = 0; d < 3; ++d) {
    const bool still = s.kernel[d] == 1 && s.stride[d] == 1 && s.padding[d] == 0;
    if (!still || s.in_size[d] != s.out_size[d]) return s;
  }
  ConvShape flat = s;
  flat.batch = 1;
  for (int d = 0; d < 2; ++d) flat.in_size[d] = flat.out_size[d] = 1;
  flat.in_size[2] = flat.out_size[2] = s.batch * volume(s.in_size);
  return flat;
}

bool is_depthwise(const ConvShape& s) { return s.groups == s.in_channels && s.groups == s.out_channels; }

// Everything a pass shares: the gathers, which of the repacked weights are finite, and the weights.
struct Storage {
  Gather* gathers;
  int32_t* finite;  // one flag for each packing task
  float* weights;
};

Storage reserve(Executor& executor, int64_t n_gathers, int64_t n_tasks, int64_t n_floats) {
  const auto align = [](int64_t bytes) { return (bytes + 63) / 64 * 64; };
  const int64_t gather_bytes = align(n_gathers * static_cast<int64_t>(sizeof(Gather)));
  const int64_t flag_bytes = align(n_tasks * static_cast<int64_t>(sizeof(int32_t)));
  char* memory = static_cast<char*>(executor.shared_scratch(
      gather_bytes + flag_bytes + n_floats * static_cast<int64_t>(sizeof(float)) + 64));
  return {reinterpret_cast<Gather*>(memory), reinterpret_cast<int32_t*>(memory + gather_bytes),
          reinterpret_cast<float*>(memory + gather_bytes + flag_bytes)};
}

// x - x is +0 for a finite x and NaN otherwise. n is a multiple of kLanes.
bool all_finite(const float* x, int64_t n) {
  F32 sum = simd::zero_f32();
  for (int64_t i = 0; i < n; i += kLanes) {
    const F32 value = simd::load(x + i);
    sum = sum + (value - value);
  }
  return !simd::any(simd::is_nan(sum));
}

// Packs the weights of every (gather, panel) with pack(gather index, panel, to); sets skip_padding.
template <class Pack>
void pack_weights(const Storage& storage, int64_t n_gathers, int64_t n_panels, Executor& executor,
                  const Pack& pack) {
  parallel_for(executor, n_gathers * n_panels, [&](int64_t task, int32_t) {
    const Gather& g = storage.gathers[task / n_panels];
    const int64_t n = gather_terms(g) * kPanel;
    float* to = const_cast<float*>(g.weights) + task % n_panels * n;
    pack(task / n_panels, task % n_panels, to);
    storage.finite[task] = all_finite(to, n) ? 1 : 0;
  });
  bool finite = true;
  for (int64_t task = 0; task < n_gathers * n_panels; ++task) finite = finite && storage.finite[task] != 0;
  for (int64_t i = 0; i < n_gathers; ++i) storage.gathers[i].skip_padding = finite;
}

// --- forward -----------------------------------------------------------------------------------------------

Gather forward_gather(const ConvForwardArgs<float>& c, const ConvShape& s, int64_t group) {
  Gather g{};
  for (int d = 0; d < 3; ++d) {
    g.count[d] = s.out_size[d];
    g.out_step[d] = 1;
    g.in_step[d] = s.stride[d];
    g.tap_first[d] = -s.padding[d];
    g.tap_step[d] = s.dilation[d];
    g.n_taps[d] = s.kernel[d];
    g.in_size[d] = s.in_size[d];
    g.out_size[d] = s.out_size[d];
  }
  g.depth = s.in_channels / s.groups;
  g.width = s.out_channels / s.groups;
  g.in_channels = s.in_channels;
  g.in_channel = group * g.depth;
  g.out_channels = s.out_channels;
  g.out_channel = group * g.width;
  g.x = c.x;
  g.bias = c.bias != nullptr ? c.bias + g.out_channel : nullptr;
  g.relu = c.activation == Activation::kRelu;
  g.y = c.y;
  return g;
}

void depthwise_forward(const ConvForwardArgs<float>& c, Executor& executor) {
  const int64_t n_taps = volume(c.shape.kernel), channels = c.shape.in_channels;
  const Storage storage = reserve(executor, 1, 1, n_taps * channels);
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t tap = 0; tap < n_taps; ++tap)
      storage.weights[tap * channels + channel] = c.weight[channel * n_taps + tap];
  }
  Gather g = forward_gather(c, c.shape, 0);
  g.width = channels;
  g.weights = storage.weights;
  run_depthwise(g, c.shape.batch, executor);
}

void conv_forward(const ConvForwardArgs<float>& c, Executor& executor) noexcept {
  if (c.shape.in_channels > 0 && is_depthwise(c.shape)) {
    depthwise_forward(c, executor);
    return;
  }
  const ConvShape s = flattened(c.shape);
  const int64_t group_out = s.out_channels / s.groups, n_panels = ceil_div(group_out, kPanel);
  const int64_t terms = volume(s.kernel) * (s.in_channels / s.groups);
  const int64_t group_floats = terms * n_panels * kPanel;
  const Storage storage = reserve(executor, s.groups, s.groups * n_panels, s.groups * group_floats);
  for (int64_t group = 0; group < s.groups; ++group) {
    storage.gathers[group] = forward_gather(c, s, group);
    storage.gathers[group].weights = storage.weights + group * group_floats;
  }
  pack_weights(storage, s.groups, n_panels, executor, [&](int64_t group, int64_t panel, float* to) {
    const int64_t co = group * group_out + panel * kPanel;
    const int64_t n = min_of(kPanel, group_out - panel * kPanel);
    packing::pack_panels({c.weight + co * terms, 1, terms, terms, n}, kPanel, to);
  });
  run_gathers(storage.gathers, s.groups, s.batch, executor);
}

// --- backward data -----------------------------------------------------------------------------------------

// The taps of one dim for the input positions of one residue class: k = first_tap - t * tap_stride.
struct DimClass {
  int64_t first_position, n_positions, first_tap, tap_stride, n_taps, out_first, out_step;
};

int64_t common_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// Input positions i with i % stride == first.
DimClass dim_class(const ConvShape& s, int d, int64_t first) {
  DimClass c{};
  c.first_position = first;
  c.n_positions = first < s.in_size[d] ? ceil_div(s.in_size[d] - first, s.stride[d]) : 0;
  const int64_t divisor = common_divisor(s.dilation[d], s.stride[d]);
  c.tap_stride = s.stride[d] / divisor;
  c.out_step = s.dilation[d] / divisor;
  for (int64_t k = s.kernel[d] - 1; k >= 0; --k) {
    const int64_t distance = first + s.padding[d] - k * s.dilation[d];
    if (distance % s.stride[d] != 0) continue;
    c.first_tap = k;
    c.n_taps = k / c.tap_stride + 1;
    c.out_first = distance / s.stride[d];
    break;
  }
  return c;
}

struct DataClass {
  DimClass dims[3];
};

DataClass data_class(const ConvShape& s, int64_t index) {
  return {{dim_class(s, 0, index / (s.stride[1] * s.stride[2])),
           dim_class(s, 1, index / s.stride[2] % s.stride[1]), dim_class(s, 2, index % s.stride[2])}};
}

Gather data_gather(const ConvBackwardDataArgs<float>& c, const ConvShape& s, const DataClass& residue,
                   int64_t group) {
  Gather g{};
  for (int d = 0; d < 3; ++d) {
    const DimClass& dim = residue.dims[d];
    g.count[d] = dim.n_positions;
    g.out_first[d] = dim.first_position;
    g.out_step[d] = s.stride[d];
    g.in_step[d] = 1;
    g.tap_first[d] = dim.out_first;
    g.tap_step[d] = dim.out_step;
    g.n_taps[d] = dim.n_taps;
    g.in_size[d] = s.out_size[d];
    g.out_size[d] = s.in_size[d];
  }
  g.depth = s.out_channels / s.groups;
  g.width = s.in_channels / s.groups;
  g.in_channels = s.out_channels;
  g.in_channel = group * g.depth;
  g.out_channels = s.in_channels;
  g.out_channel = group * g.width;
  g.x = c.dy;
  g.relu_output = c.relu_output;
  g.bias = c.bias != nullptr ? c.bias + g.out_channel : nullptr;
  g.relu = c.activation == Activation::kRelu;
  g.y = c.dx;
  return g;
}

// Calls body(rank, tap) for the class's taps in the order of section 2.2; tap is a raster in the kernel.
template <class Body>
void for_each_tap(const ConvShape& s, const DataClass& residue, const Body& body) {
  const DimClass(&dims)[3] = residue.dims;
  int64_t rank = 0;
  for (int64_t d = 0; d < dims[0].n_taps; ++d) {
    for (int64_t h = 0; h < dims[1].n_taps; ++h) {
      for (int64_t w = 0; w < dims[2].n_taps; ++w) {
        const int64_t kd = dims[0].first_tap - d * dims[0].tap_stride;
        const int64_t kh = dims[1].first_tap - h * dims[1].tap_stride;
        const int64_t kw = dims[2].first_tap - w * dims[2].tap_stride;
        body(rank++, (kd * s.kernel[1] + kh) * s.kernel[2] + kw);
      }
    }
  }
}

void depthwise_backward_data(const ConvBackwardDataArgs<float>& c, Executor& executor) {
  const ConvShape& s = c.shape;
  const int64_t n_taps = volume(s.kernel), channels = s.in_channels;
  const Storage storage = reserve(executor, 1, 1, n_taps * channels);
  for (int64_t index = 0; index < volume(s.stride); ++index) {
    const DataClass residue = data_class(s, index);
    for_each_tap(s, residue, [&](int64_t rank, int64_t tap) {
      for (int64_t channel = 0; channel < channels; ++channel)
        storage.weights[rank * channels + channel] = c.weight[channel * n_taps + tap];
    });
    Gather g = data_gather(c, s, residue, 0);
    g.width = channels;
    g.weights = storage.weights;
    run_depthwise(g, s.batch, executor);
  }
}

void conv_backward_data(const ConvBackwardDataArgs<float>& c, Executor& executor) noexcept {
  if (c.shape.in_channels > 0 && is_depthwise(c.shape)) {
    depthwise_backward_data(c, executor);
    return;
  }
  const ConvShape s = flattened(c.shape);
  const int64_t group_in = s.in_channels / s.groups, group_out = s.out_channels / s.groups;
  const int64_t n_taps = volume(s.kernel), n_panels = ceil_div(group_in, kPanel);
  const int64_t n_classes = volume(s.stride), n_gathers = s.groups * n_classes;
  // Every tap belongs to one class.
  const Storage storage =
      reserve(executor, n_gathers, n_gathers * n_panels, s.groups * n_taps * group_out * n_panels * kPanel);
  float* weights = storage.weights;
  for (int64_t i = 0; i < n_gathers; ++i) {
    storage.gathers[i] = data_gather(c, s, data_class(s, i % n_classes), i / n_classes);
    storage.gathers[i].weights = weights;
    weights += gather_terms(storage.gathers[i]) * n_panels * kPanel;
  }
  pack_weights(storage, n_gathers, n_panels, executor, [&](int64_t i, int64_t panel, float* to) {
    const float* from = c.weight + i / n_classes * group_out * n_taps * group_in + panel * kPanel;
    for_each_tap(s, data_class(s, i % n_classes), [&](int64_t rank, int64_t tap) {
      for (int64_t co = 0; co < group_out; ++co)
        packing::copy_row(from + (co * n_taps + tap) * group_in, group_in - panel * kPanel,
                          to + (rank * group_out + co) * kPanel, kPanel);
    });
  });
  run_gathers(storage.gathers, n_gathers, s.batch, executor);
}

}  // namespace

void install_conv(KernelTable& table) noexcept {
  table.f32.conv_forward = conv_forward;
  table.f32.conv_backward_data = conv_backward_data;
  table.f32.conv_backward_weights = conv_backward_weights;
}

}  // namespace ibid::kernels::IBID_ISA
