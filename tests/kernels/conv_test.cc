// Every table's convolution passes against the definition, bit by bit.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/kernel_testing.h"
#include "kernels/oracle.h"

namespace ibid::kernels::testing {
namespace {

int64_t in_volume(const ConvShape& s) { return spots(s.in_size); }
int64_t out_volume(const ConvShape& s) { return spots(s.out_size); }
int64_t weight_count(const ConvShape& s) {
  return s.out_channels * spots(s.kernel) * (s.in_channels / s.groups);
}

std::string triple(const int64_t* v) {
  return std::to_string(v[0]) + "x" + std::to_string(v[1]) + "x" + std::to_string(v[2]);
}

std::string describe(const ConvShape& s) {
  return "batch " + std::to_string(s.batch) + " groups " + std::to_string(s.groups) + " channels " +
         std::to_string(s.in_channels) + "->" + std::to_string(s.out_channels) + " in " + triple(s.in_size) +
         " out " + triple(s.out_size) + " kernel " + triple(s.kernel) + " stride " + triple(s.stride) +
         " padding " + triple(s.padding) + " dilation " + triple(s.dilation);
}

// A random shape with `n_dims` dims that are not 1. `extra`: output positions short of what fits, which is
// the output padding of a transposed convolution seen from its adjoint.
ConvShape random_shape(Random& random, int n_dims) {
  ConvShape s;
  s.batch = random.pick({0, 1, 2, 3, 5});
  s.groups = random.pick({1, 1, 1, 2, 3});
  s.in_channels = s.groups * random.pick({1, 1, 2, 3, 5, 8, 17, 33});
  s.out_channels = s.groups * random.pick({1, 2, 3, 7, 16, 17, 35});
  for (int d = 3 - n_dims; d < 3; ++d) {
    s.kernel[d] = random.pick({1, 2, 3, 3, 4, 5});
    s.stride[d] = random.pick({1, 1, 2, 3});
    s.dilation[d] = random.pick({1, 1, 1, 2, 3});
    s.padding[d] = random.pick({0, 0, 1, 2, 4});
    const int64_t reach = s.dilation[d] * (s.kernel[d] - 1) + 1;
    const int64_t largest = n_dims == 1 ? 60 : n_dims == 2 ? 17 : 6;
    s.in_size[d] = std::max<int64_t>(1, reach - 2 * s.padding[d]) + random.below(largest);
    s.out_size[d] = (s.in_size[d] + 2 * s.padding[d] - reach) / s.stride[d] + 1;
  }
  return s;
}

void make_depthwise(Random& random, ConvShape* s) {
  s->groups = random.pick({1, 3, 16, 19, 40});
  s->in_channels = s->groups;
  s->out_channels = s->groups * random.pick({1, 1, 2});
}

template <class T>
struct Layer {
  ConvShape shape;
  std::vector<T> x, weight, dy, relu_output, out_bias, in_bias;

  Layer(Random& random, const ConvShape& s) : shape(s) {
    const auto array = [&](int64_t n) { return awkward_array<T>(random, n + 1, any_data(random)); };
    x = array(s.batch * in_volume(s) * s.in_channels);
    dy = array(s.batch * out_volume(s) * s.out_channels);
    relu_output = awkward_array<T>(random, s.batch * out_volume(s) * s.out_channels + 1, Data::kZeros);
    weight = array(weight_count(s));
    out_bias = array(s.out_channels);
    in_bias = array(s.in_channels);
  }
};

template <class T>
std::vector<T> empty(int64_t n) {
  return std::vector<T>(static_cast<size_t>(n), T(77));
}

template <class T>
std::vector<T> forward(const Layer<T>& layer, bool bias, bool relu, ConvForwardFunction<T> function) {
  const ConvShape& s = layer.shape;
  std::vector<T> y = empty<T>(s.batch * out_volume(s) * s.out_channels);
  const ConvForwardArgs<T> c{s,
                             layer.x.data(),
                             layer.weight.data(),
                             bias ? layer.out_bias.data() : nullptr,
                             relu ? Activation::kRelu : Activation::kNone,
                             y.data()};
  function(c, pool_under_test());
  return y;
}

template <class T>
void oracle_forward_all(const ConvForwardArgs<T>& c, Executor&) noexcept {
  const ConvShape& s = c.shape;
  for (int64_t n = 0; n < s.batch; ++n)
    for_each_spot(s.out_size, [&](const Spot& o) {
      for (int64_t co = 0; co < s.out_channels; ++co)
        c.y[at(o, s.out_size, n, s.out_channels, co)] = oracle_forward(c, n, o, co);
    });
}

template <class T>
std::vector<T> backward_data(const Layer<T>& layer, bool bias, bool relu, bool mask,
                             ConvBackwardDataFunction<T> function) {
  const ConvShape& s = layer.shape;
  std::vector<T> dx = empty<T>(s.batch * in_volume(s) * s.in_channels);
  const ConvBackwardDataArgs<T> c{s,
                                  layer.dy.data(),
                                  mask ? layer.relu_output.data() : nullptr,
                                  layer.weight.data(),
                                  bias ? layer.in_bias.data() : nullptr,
                                  relu ? Activation::kRelu : Activation::kNone,
                                  dx.data()};
  function(c, pool_under_test());
  return dx;
}

template <class T>
void oracle_backward_data_all(const ConvBackwardDataArgs<T>& c, Executor&) noexcept {
  const ConvShape& s = c.shape;
  for (int64_t n = 0; n < s.batch; ++n)
    for_each_spot(s.in_size, [&](const Spot& i) {
      for (int64_t ci = 0; ci < s.in_channels; ++ci)
        c.dx[at(i, s.in_size, n, s.in_channels, ci)] = oracle_backward_data(c, n, i, ci);
    });
}

struct Sharding {
  int64_t shard_samples;
  bool fold, mask;
};

template <class T>
std::vector<T> backward_weights(const Layer<T>& layer, const Sharding& sharding,
                                ConvBackwardWeightsFunction<T> function) {
  const ConvShape& s = layer.shape;
  const int64_t n_shards = (s.batch + sharding.shard_samples - 1) / sharding.shard_samples;
  std::vector<T> dweight = empty<T>((sharding.fold ? 1 : n_shards) * weight_count(s));
  const ConvBackwardWeightsArgs<T> c{s,
                                     layer.x.data(),
                                     layer.dy.data(),
                                     sharding.mask ? layer.relu_output.data() : nullptr,
                                     sharding.shard_samples,
                                     sharding.fold,
                                     dweight.data()};
  function(c, pool_under_test());
  return dweight;
}

template <class T>
void oracle_backward_weights_all(const ConvBackwardWeightsArgs<T>& c, Executor&) noexcept {
  const ConvShape& s = c.shape;
  const int64_t n_shards = (s.batch + c.shard_samples - 1) / c.shard_samples,
                group_in = s.in_channels / s.groups;
  for (int64_t co = 0; co < s.out_channels; ++co)
    for_each_spot(s.kernel, [&](const Spot& k) {
      for (int64_t ci = 0; ci < group_in; ++ci) {
        const int64_t index = at(k, s.kernel, co, group_in, ci);
        std::vector<T> shards;
        for (int64_t shard = 0; shard < n_shards; ++shard) {
          shards.push_back(oracle_backward_weights(c, shard, co, k, ci));
          if (!c.fold) c.dweight[shard * weight_count(s) + index] = shards.back();
        }
        if (c.fold) c.dweight[index] = tree(shards);
      }
    });
}

// All three passes of one layer.
template <class T>
struct Passes {
  ConvForwardFunction<T> forward;
  ConvBackwardDataFunction<T> backward_data;
  ConvBackwardWeightsFunction<T> backward_weights;
};

template <class T>
constexpr Passes<T> kOracle{oracle_forward_all<T>, oracle_backward_data_all<T>,
                            oracle_backward_weights_all<T>};

Passes<float> passes_f32(const KernelTable& table) {
  return {table.f32.conv_forward, table.f32.conv_backward_data, table.f32.conv_backward_weights};
}
Passes<double> passes_f64(const KernelTable& table) {
  return {table.f64.conv_forward, table.f64.conv_backward_data, table.f64.conv_backward_weights};
}

template <class T>
void check_layer(Random& random, const ConvShape& s, const Passes<T>& actual, const Passes<T>& expected) {
  const Layer<T> layer(random, s);
  const bool bias = random.below(2) == 0, relu = random.below(2) == 0, mask = random.below(2) == 0;
  const Sharding sharding{random.pick({1, 2, 3, 16}), random.below(2) == 0, mask};
  INFO(describe(s) << " bias " << bias << " relu " << relu << " mask " << mask << " shards of "
                   << sharding.shard_samples << " fold " << sharding.fold);
  const std::string in_forward =
      difference(forward(layer, bias, relu, actual.forward), forward(layer, bias, relu, expected.forward));
  CHECK(in_forward == "");
  const std::string in_data = difference(backward_data(layer, bias, relu, mask, actual.backward_data),
                                         backward_data(layer, bias, relu, mask, expected.backward_data));
  CHECK(in_data == "");
  const std::string in_weights = difference(backward_weights(layer, sharding, actual.backward_weights),
                                            backward_weights(layer, sharding, expected.backward_weights));
  CHECK(in_weights == "");
}

TEST_CASE("the three passes have the bits of the definition in 1, 2 and 3 dims") {
  Random random(11);
  const Passes<float> actual = passes_f32(table_under_test());
  for (int round = 0; round < 90; ++round)
    check_layer(random, random_shape(random, 1 + round % 3), actual, kOracle<float>);
}

TEST_CASE("depthwise convolutions have the bits of the definition") {
  Random random(12);
  for (int round = 0; round < 45; ++round) {
    ConvShape s = random_shape(random, 1 + round % 3);
    make_depthwise(random, &s);
    check_layer(random, s, passes_f32(table_under_test()), kOracle<float>);
  }
}

TEST_CASE("binary64 follows the same orders") {
  Random random(13);
  for (int round = 0; round < 12; ++round)
    check_layer(random, random_shape(random, 1 + round % 3), passes_f64(table_under_test()), kOracle<double>);
}

// The input of the adjoint may be larger than what its output positions read: output padding.
TEST_CASE("a transposed convolution with output padding has the bits of the definition") {
  Random random(14);
  for (int round = 0; round < 45; ++round) {
    ConvShape s = random_shape(random, 1 + round % 3);
    for (int d = 2 - round % 3; d < 3; ++d) s.in_size[d] += random.below(4);
    check_layer(random, s, passes_f32(table_under_test()), kOracle<float>);
  }
}

TEST_CASE("chains of several chunks keep their cuts, over taps and over positions") {
  Random random(15);
  ConvShape s;
  s.batch = 3, s.in_channels = 64, s.out_channels = 66;
  for (int d = 1; d < 3; ++d) s.in_size[d] = 15, s.out_size[d] = 15, s.kernel[d] = 3, s.padding[d] = 1;
  check_layer(random, s, passes_f32(table_under_test()), kOracle<float>);
  s.batch = 1, s.in_channels = 1030, s.out_channels = 5;
  for (int d = 1; d < 3; ++d) s.in_size[d] = 4, s.out_size[d] = 4, s.kernel[d] = 1, s.padding[d] = 0;
  check_layer(random, s, passes_f32(table_under_test()), kOracle<float>);
}

TEST_CASE("the emulated fused multiply-add has the bits of the instruction") {
  Random random(16);
  for (int round = 0; round < 12; ++round) {
    const ConvShape s = random_shape(random, 1 + round % 3);
    check_layer(random, s, passes_f32(software_fma_table()), passes_f32(kernel_table(Isa::kScalar)));
  }
}

TEST_CASE("the digest of fixed layers is the same on every processor") {
  Random random(17);
  Digest digest;
  for (int round = 0; round < 9; ++round) {
    const Layer<float> layer(random, random_shape(random, 1 + round % 3));
    const KernelTable& table = table_under_test();
    digest.add(forward(layer, true, false, table.f32.conv_forward));
    digest.add(backward_data(layer, false, false, true, table.f32.conv_backward_data));
    digest.add(backward_weights(layer, {2, true, true}, table.f32.conv_backward_weights));
  }
  CHECK(digest.value() == 117401711435017530u);
}

}  // namespace
}  // namespace ibid::kernels::testing
