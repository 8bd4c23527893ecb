// Maximum pooling against section 2.4 written once more, one window and one input at a time.

#include <doctest/doctest.h>

#include "kernels/kernel_testing.h"

namespace ibid::kernels {
namespace {

using testing::difference;
using testing::Random;

int64_t volume(const int64_t (&size)[3]) { return size[0] * size[1] * size[2]; }

// The input position of one tap of a window, or -1 outside.
int64_t tap_position(const PoolShape& s, const int64_t (&out)[3], const int64_t (&tap)[3]) {
  int64_t position = 0;
  for (int d = 0; d < 3; ++d) {
    const int64_t at = out[d] * s.stride[d] - s.padding[d] + tap[d] * s.dilation[d];
    if (at < 0 || at >= s.in_size[d]) return -1;
    position = position * s.in_size[d] + at;
  }
  return position;
}

// body(output raster, out) for all outputs of one sample.
template <class Body>
void for_each_position(const int64_t (&size)[3], const Body& body) {
  for (int64_t i = 0; i < volume(size); ++i) {
    const int64_t at[3] = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
    body(i, at);
  }
}

template <class T>
void oracle_max_pool(const MaxPoolArgs<T>& p) {
  const PoolShape& s = p.shape;
  for (int64_t n = 0; n < s.batch; ++n) {
    const T* x = p.x + n * volume(s.in_size) * s.channels;
    for_each_position(s.out_size, [&](int64_t i, const int64_t(&out)[3]) {
      for (int64_t c = 0; c < s.channels; ++c) {
        int64_t best = -1;
        for_each_position(s.kernel, [&](int64_t, const int64_t(&tap)[3]) {
          const int64_t at = tap_position(s, out, tap);
          if (at < 0) return;
          const T value = x[at * s.channels + c], held = best < 0 ? T(0) : x[best * s.channels + c];
          if (best < 0 || value > held || (value != value && held == held)) best = at;
        });
        const int64_t to = (n * volume(s.out_size) + i) * s.channels + c;
        p.y[to] = x[best * s.channels + c];
        p.position[to] = static_cast<int32_t>(best);
      }
    });
  }
}

template <class T>
void oracle_gradient(const MaxPoolGradientArgs<T>& p) {
  const PoolShape& s = p.shape;
  for (int64_t i = 0; i < s.batch * volume(s.in_size) * s.channels; ++i) p.dx[i] = T(0);
  // Ascending outputs: every input meets its windows in raster order.
  for (int64_t i = 0; i < s.batch * volume(s.out_size) * s.channels; ++i) {
    const bool masked = p.relu_output != nullptr && p.relu_output[i] <= T(0);
    if (masked) continue;
    const int64_t n = i / (volume(s.out_size) * s.channels);
    T& dx = p.dx[(n * volume(s.in_size) + p.position[i]) * s.channels + i % s.channels];
    dx = dx + p.dy[i];
  }
}

PoolShape random_shape(Random& random) {
  PoolShape s;
  s.batch = 1 + random.below(3);
  s.channels = random.pick({1, 3, 8, 17, 64});
  const bool tiling = random.below(2) == 0;  // the usual windows, which have a path of their own
  for (int d = 0; d < 3; ++d) {
    s.kernel[d] = 1 + random.below(3);
    s.stride[d] = tiling ? s.kernel[d] : 1 + random.below(3);
    s.dilation[d] = tiling ? 1 : 1 + random.below(2);
    s.padding[d] = tiling ? 0 : random.below(s.kernel[d] / 2 + 1);
    const int64_t reach = s.dilation[d] * (s.kernel[d] - 1) + 1;
    s.in_size[d] = reach + random.below(7);
    s.out_size[d] = (s.in_size[d] + 2 * s.padding[d] - reach) / s.stride[d] + 1;
    // Rounded up: a last window that is cut short.
    const bool has_rest = s.out_size[d] * s.stride[d] < s.in_size[d] + s.padding[d];
    if (has_rest && random.below(2) == 0) ++s.out_size[d];
  }
  return s;
}

template <class T>
void check_random_shapes(uint64_t seed) {
  Random random(seed);
  for (int round = 0; round < 150; ++round) {
    CAPTURE(round);
    const PoolShape s = random_shape(random);
    const int64_t n_in = s.batch * volume(s.in_size) * s.channels;
    const int64_t n_out = s.batch * volume(s.out_size) * s.channels;
    const auto x = testing::awkward_array<T>(random, n_in, testing::any_data(random));
    const auto dy = testing::awkward_array<T>(random, n_out, testing::any_data(random));
    const size_t size = static_cast<size_t>(n_out);
    std::vector<T> y(size), expected_y(size);
    std::vector<int32_t> position(size), expected_position(size);
    const auto& kernels = testing::table_under_test().of<T>();
    kernels.max_pool({s, x.data(), y.data(), position.data()}, testing::pool_under_test());
    oracle_max_pool<T>({s, x.data(), expected_y.data(), expected_position.data()});
    REQUIRE(difference(y, expected_y) == "");
    REQUIRE(position == expected_position);
    for (const T* mask : {static_cast<const T*>(nullptr), static_cast<const T*>(y.data())}) {
      CAPTURE(mask != nullptr);
      std::vector<T> dx(x.size(), T(7)), expected(x.size());
      kernels.max_pool_gradient({s, dy.data(), position.data(), mask, dx.data()}, testing::pool_under_test());
      oracle_gradient<T>({s, dy.data(), position.data(), mask, expected.data()});
      REQUIRE(difference(dx, expected) == "");
    }
  }
}

TEST_CASE("maximum pooling and its gradient follow section 2.4") {
  SUBCASE("f32") { check_random_shapes<float>(1); }
  SUBCASE("f64") { check_random_shapes<double>(2); }
}

}  // namespace
}  // namespace ibid::kernels
