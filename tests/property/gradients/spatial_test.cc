// Pooling, resampling, padding: what moves over spatial dims without weights.

#include <doctest/doctest.h>

#include "ibid/ops/pool.h"
#include "ibid/ops/resample.h"
#include "ibid/ops/shape.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;

const std::vector<std::pair<Shape, ops::PoolOptions>>& windows() {
  static const std::vector<std::pair<Shape, ops::PoolOptions>> cases{
      {{3, 7, 2}, {.kernel = {2}}},
      {{3, 7, 2}, {.kernel = {3}, .stride = {2}, .padding = {1}}},
      {{3, 6, 2}, {.kernel = {3}, .stride = {2}, .round_up = true}},
      {{3, 5, 2}, {.kernel = {2}, .stride = {2}, .padding = {1}, .round_up = true}},
      {{3, 5, 6, 2}, {.kernel = {3, 2}, .stride = {1, 2}, .padding = {1, 0}}},
      {{3, 5, 4, 2}, {.kernel = {2}, .stride = {3}, .round_up = true}},
      {{3, 3, 4, 3, 2}, {.kernel = {2}, .stride = {1}, .padding = {1, 0, 1}}},
  };
  return cases;
}

IBID_GRADIENT_TEST("max_pool", "windows") {
  for (const auto& [shape, options] : windows()) {
    CAPTURE(shape.to_string());
    check_gradients({batched(random_distinct(shape, 1))},
                    [&](Tape& t, const Variables& v) { return ops::max_pool(t, v[0], options); });
  }
  const ops::PoolOptions dilated{.kernel = {2, 3}, .stride = {1}, .padding = {0, 1}, .dilation = {2, 1}};
  check_gradients({batched(random_distinct({3, 5, 4, 2}, 2))},
                  [&](Tape& t, const Variables& v) { return ops::max_pool(t, v[0], dilated); });
}

IBID_GRADIENT_TEST("average_pool", "windows, padding counted or not") {
  for (const auto& [shape, options] : windows()) {
    CAPTURE(shape.to_string());
    for (const bool count_padding : {true, false}) {
      ops::PoolOptions own = options;
      own.count_padding = count_padding;
      check_gradients({batched(random_tensor(shape, 1))},
                      [&](Tape& t, const Variables& v) { return ops::average_pool(t, v[0], own); });
    }
  }
}

const std::vector<std::pair<Shape, std::vector<int64_t>>>& targets() {
  static const std::vector<std::pair<Shape, std::vector<int64_t>>> cases{{{3, 7, 2}, {3}},
                                                                         {{3, 3, 2}, {5}},
                                                                         {{3, 5, 4, 2}, {2, 3}},
                                                                         {{3, 5, 4, 2}, {1}},
                                                                         {{2, 3, 4, 5, 1}, {2, 2, 3}}};
  return cases;
}

IBID_GRADIENT_TEST("adaptive_max_pool", "sizes") {
  for (const auto& [shape, out_size] : targets()) {
    CAPTURE(shape.to_string());
    check_gradients({batched(random_distinct(shape, 1))},
                    [&](Tape& t, const Variables& v) { return ops::adaptive_max_pool(t, v[0], out_size); });
  }
}

IBID_GRADIENT_TEST("adaptive_average_pool", "sizes") {
  for (const auto& [shape, out_size] : targets()) {
    CAPTURE(shape.to_string());
    check_gradients({batched(random_tensor(shape, 1))}, [&](Tape& t, const Variables& v) {
      return ops::adaptive_average_pool(t, v[0], out_size);
    });
  }
}

IBID_GRADIENT_TEST("upsample", "nearest, linear, aligned corners; larger and smaller") {
  const std::vector<std::pair<Shape, std::vector<int64_t>>> cases{{{3, 4, 2}, {7}},
                                                                  {{3, 5, 2}, {3}},
                                                                  {{3, 1, 2}, {3}},
                                                                  {{3, 4, 2}, {1}},
                                                                  {{3, 3, 4, 2}, {6, 5}},
                                                                  {{3, 3, 2, 1}, {2, 4}},
                                                                  {{2, 2, 3, 2, 1}, {3, 4, 3}}};
  for (const auto& [shape, out_size] : cases) {
    CAPTURE(shape.to_string());
    for (const ops::UpsampleOptions& options :
         {ops::UpsampleOptions{out_size, ops::UpsampleMode::kNearest, false},
          ops::UpsampleOptions{out_size, ops::UpsampleMode::kLinear, false},
          ops::UpsampleOptions{out_size, ops::UpsampleMode::kLinear, true}}) {
      check_gradients({batched(random_tensor(shape, 1))},
                      [&](Tape& t, const Variables& v) { return ops::upsample(t, v[0], options); });
    }
  }
}

IBID_GRADIENT_TEST("pad", "constant, reflect, replicate") {
  for (const ops::PadMode mode :
       {ops::PadMode::kConstant, ops::PadMode::kReflect, ops::PadMode::kReplicate}) {
    CAPTURE(static_cast<int>(mode));
    const auto check = [&](const Shape& shape, const std::vector<ops::Padding>& padding) {
      check_gradients({batched(random_tensor(shape, 1))},
                      [&](Tape& t, const Variables& v) { return ops::pad(t, v[0], padding, mode, 0.5); });
    };
    check({3, 4}, {{1, 2}});
    check({3, 3, 4, 2}, {{2, 1}, {3, 0}, {0, 0}});
    check({3, 4}, {{1, 2}, {0, 3}});
  }
}

}  // namespace
}  // namespace ibid::test
