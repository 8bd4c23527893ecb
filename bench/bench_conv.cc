// Convolution passes against oneDNN in the layouts it likes best; its reorders are not counted.

#include <omp.h>

#include <cstdint>
#include <dnnl.hpp>
#include <string>
#include <vector>

#include "bench/floats.h"
#include "bench/harness.h"
#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::bench {
namespace {

struct Layer {
  const char* name;
  int64_t batch, in_channels, out_channels;
  int64_t dims, size, kernel, padding;
  int64_t shard_samples;
};

constexpr Layer kLayers[] = {
    {"1->32 3x3 28x28 b64", 64, 1, 32, 2, 28, 3, 0, 16},
    {"32->64 3x3 26x26 b64", 64, 32, 64, 2, 26, 3, 0, 16},
    {"64->64 3x3 56x56 pad 1 b8", 8, 64, 64, 2, 56, 3, 1, 2},
    {"256->256 3x3 14x14 pad 1 b8", 8, 256, 256, 2, 14, 3, 1, 2},
    {"256->64 1x1 56x56 b8", 8, 256, 64, 2, 56, 1, 0, 2},
    {"32->32 3x3x3 64x64x64 pad 1", 1, 32, 32, 3, 64, 3, 1, 1},
};

kernels::ConvShape shape_of(const Layer& l) {
  kernels::ConvShape s;
  s.batch = l.batch;
  s.in_channels = l.in_channels;
  s.out_channels = l.out_channels;
  for (int64_t d = 3 - l.dims; d < 3; ++d) {
    s.in_size[d] = l.size;
    s.kernel[d] = l.kernel;
    s.padding[d] = l.padding;
    s.out_size[d] = l.size + 2 * l.padding - l.kernel + 1;
  }
  return s;
}

int64_t volume(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

// oneDNN's three passes of a layer, each with its own preferred layouts.
class Peer {
 public:
  explicit Peer(const kernels::ConvShape& s, int64_t dims)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    using Dims = dnnl::memory::dims;
    const auto spatial = [&](int64_t n, int64_t c, const int64_t(&size)[3]) {
      Dims out{n, c};
      for (int64_t d = 3 - dims; d < 3; ++d) out.push_back(size[d]);
      return any(out);
    };
    const auto x = spatial(s.batch, s.in_channels, s.in_size),
               y = spatial(s.batch, s.out_channels, s.out_size);
    const auto w = spatial(s.out_channels, s.in_channels, s.kernel);
    const Dims strides(static_cast<size_t>(dims), 1), padding(s.padding + 3 - dims, s.padding + 3);
    using Forward = dnnl::convolution_forward;
    const Forward::primitive_desc forward(
        Forward::desc(dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, x, w, y,
                      strides, padding, padding),
        engine_);
    forward_ = Forward(forward);
    forward_args_ = {{DNNL_ARG_SRC, filled(forward.src_desc())},
                     {DNNL_ARG_WEIGHTS, filled(forward.weights_desc())},
                     {DNNL_ARG_DST, filled(forward.dst_desc())}};
    using Data = dnnl::convolution_backward_data;
    const Data::primitive_desc data(
        Data::desc(dnnl::algorithm::convolution_direct, x, w, y, strides, padding, padding), engine_,
        forward);
    data_ = Data(data);
    data_args_ = {{DNNL_ARG_DIFF_DST, filled(data.diff_dst_desc())},
                  {DNNL_ARG_WEIGHTS, filled(data.weights_desc())},
                  {DNNL_ARG_DIFF_SRC, filled(data.diff_src_desc())}};
    using Weights = dnnl::convolution_backward_weights;
    const Weights::primitive_desc weights(
        Weights::desc(dnnl::algorithm::convolution_direct, x, w, y, strides, padding, padding), engine_,
        forward);
    weights_ = Weights(weights);
    weights_args_ = {{DNNL_ARG_SRC, filled(weights.src_desc())},
                     {DNNL_ARG_DIFF_DST, filled(weights.diff_dst_desc())},
                     {DNNL_ARG_DIFF_WEIGHTS, filled(weights.diff_weights_desc())}};
  }
  void forward() { run(forward_, forward_args_); }
  void backward_data() { run(data_, data_args_); }
  void backward_weights() { run(weights_, weights_args_); }

 private:
  using Arguments = std::unordered_map<int, dnnl::memory>;
  static dnnl::memory::desc any(const dnnl::memory::dims& dims) {
    return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
  }
  dnnl::memory filled(const dnnl::memory::desc& desc) {
    dnnl::memory memory(desc, engine_);
    float* values = static_cast<float*>(memory.get_data_handle());
    for (size_t i = 0; i < desc.get_size() / sizeof(float); ++i)
      values[i] = static_cast<float>(i % 17) * 0.0625f;
    return memory;
  }
  void run(const dnnl::primitive& primitive, const Arguments& arguments) {
    primitive.execute(stream_, arguments);
    stream_.wait();
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive forward_, data_, weights_;
  Arguments forward_args_, data_args_, weights_args_;
};

Floats numbers(int64_t n) {
  Floats values(static_cast<size_t>(n));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) * 0.0625f;
  return values;
}

void run_layer(const Layer& layer, const Options& options, parallel::ThreadPool& pool, Report& report) {
  const kernels::ConvShape s = shape_of(layer);
  const kernels::KernelTable& table = kernels::kernel_table(kernels::default_isa());
  Peer peer(s, layer.dims);
  Floats x = numbers(s.batch * volume(s.in_size) * s.in_channels);
  Floats y = numbers(s.batch * volume(s.out_size) * s.out_channels);
  Floats weight = numbers(s.out_channels * volume(s.kernel) * s.in_channels);
  Floats dx(x.size()), dweight(weight.size()), out(y.size());
  const double work =
      2e-9 * static_cast<double>(weight.size()) * static_cast<double>(s.batch * volume(s.out_size));
  const std::string name = layer.name;
  const auto add = [&](const std::string& pass, const std::function<void()>& ours,
                       const std::function<void()>& theirs) {
    if ((name + pass).find(options.filter) == std::string::npos) return;
    report.add(name + pass, work, measure({{"ours", ours}, {"onednn", theirs}}, options));
  };
  add(
      " forward",
      [&] { table.f32.conv_forward({s, x.data(), weight.data(), nullptr, {}, out.data()}, pool); },
      [&] { peer.forward(); });
  if (s.in_channels > 1) {
    add(
        " backward data",
        [&] {
          table.f32.conv_backward_data({s, y.data(), nullptr, weight.data(), nullptr, {}, dx.data()}, pool);
        },
        [&] { peer.backward_data(); });
  }
  add(
      " backward weights",
      [&] {
        table.f32.conv_backward_weights(
            {s, x.data(), y.data(), nullptr, layer.shard_samples, true, dweight.data()}, pool);
      },
      [&] { peer.backward_weights(); });
}

int run(const Options& options) {
  omp_set_num_threads(options.threads);
  parallel::ThreadPool pool(options.threads);
  Report report(options, {"onednn"});
  for (const Layer& layer : kLayers) run_layer(layer, options, pool, report);
  return 0;
}

}  // namespace
}  // namespace ibid::bench

int main(int argc, char** argv) { return ibid::bench::run(ibid::bench::parse_options(argc, argv)); }
