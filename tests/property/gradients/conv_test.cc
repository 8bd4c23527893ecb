#include <doctest/doctest.h>

#include "ibid/ops/conv.h"
#include "support/gradient_check.h"

namespace ibid::test {
namespace {

using Variables = std::vector<Variable>;

struct ConvCase {
  Shape x, weight;
  ops::ConvOptions options;
};

void check_conv(const ConvCase& c) {
  CAPTURE(c.x.to_string());
  CAPTURE(c.weight.to_string());
  const std::vector<Leaf> leaves{batched(random_tensor(c.x, 1)), parameter(random_tensor(c.weight, 2)),
                                 parameter(random_tensor({c.weight[0]}, 3))};
  check_gradients(leaves,
                  [&](Tape& t, const Variables& v) { return ops::conv(t, v[0], v[1], v[2], c.options); });
  check_gradients({leaves[0], leaves[1]},
                  [&](Tape& t, const Variables& v) { return ops::conv(t, v[0], v[1], {}, c.options); });
}

IBID_GRADIENT_TEST("conv", "one dim: stride, padding, dilation, groups") {
  check_conv({{3, 7, 2}, {4, 3, 2}, {}});
  check_conv({{3, 8, 2}, {2, 3, 2}, {.stride = {2}, .padding = {1}}});
  check_conv({{3, 9, 2}, {2, 3, 2}, {.stride = {3}, .padding = {2}, .dilation = {2}}});
  check_conv({{3, 6, 4}, {6, 2, 2}, {.padding = {1}, .groups = 2}});
  check_conv({{3, 6, 4}, {4, 3, 1}, {.stride = {2}, .padding = {1}, .groups = 4}});
}

IBID_GRADIENT_TEST("conv", "two dims") {
  check_conv({{3, 4, 5, 2}, {3, 3, 2, 2}, {}});
  check_conv({{3, 5, 4, 1}, {2, 3, 3, 1}, {.stride = {2, 1}, .padding = {1, 2}}});
  check_conv(
      {{3, 5, 6, 2}, {2, 2, 3, 1}, {.stride = {1, 2}, .padding = {2, 1}, .dilation = {2, 1}, .groups = 2}});
  check_conv({{3, 3, 3, 2}, {4, 1, 1, 2}, {}});
  check_conv({{3, 4, 4, 2}, {3, 2, 2, 2}, {.stride = {3}}});
}

IBID_GRADIENT_TEST("conv", "three dims") {
  check_conv({{3, 3, 3, 2, 1}, {2, 2, 2, 2, 1}, {.padding = {1, 0, 1}}});
  check_conv({{2, 3, 2, 3, 2}, {2, 2, 1, 2, 1}, {.stride = {2, 1, 1}, .dilation = {1, 1, 2}, .groups = 2}});
}

IBID_GRADIENT_TEST("conv", "fused ReLU") {
  check_conv({{3, 6, 2}, {4, 3, 2}, {.padding = {1}, .fused = ops::Fused::kRelu}});
  check_conv({{3, 4, 4, 2}, {3, 3, 3, 2}, {.stride = {2}, .padding = {1}, .fused = ops::Fused::kRelu}});
}

IBID_GRADIENT_TEST("conv", "weights that belong to samples") {
  check_gradients({parameter(random_tensor({2, 5, 2}, 1)), batched(random_tensor({3, 2, 2}, 2)),
                   batched(random_tensor({3}, 3))},
                  [](Tape& t, const Variables& v) { return ops::conv(t, v[0], v[1], v[2]); });
}

struct TransposeCase {
  Shape x, weight;
  ops::ConvTransposeOptions options;
};

void check_transpose(const TransposeCase& c) {
  CAPTURE(c.x.to_string());
  CAPTURE(c.weight.to_string());
  const int64_t channels = c.weight[-1] * c.options.groups;
  const std::vector<Leaf> leaves{batched(random_tensor(c.x, 1)), parameter(random_tensor(c.weight, 2)),
                                 parameter(random_tensor({channels}, 3))};
  check_gradients(leaves, [&](Tape& t, const Variables& v) {
    return ops::conv_transpose(t, v[0], v[1], v[2], c.options);
  });
  check_gradients({leaves[0], leaves[1]}, [&](Tape& t, const Variables& v) {
    return ops::conv_transpose(t, v[0], v[1], {}, c.options);
  });
}

IBID_GRADIENT_TEST("conv_transpose", "one dim: stride, padding, output padding, dilation, groups") {
  check_transpose({{3, 5, 2}, {2, 3, 3}, {}});
  check_transpose({{3, 4, 2}, {2, 3, 2}, {.stride = {2}, .padding = {1}, .output_padding = {1}}});
  check_transpose({{3, 4, 2}, {2, 2, 2}, {.stride = {3}, .output_padding = {2}}});
  check_transpose(
      {{3, 4, 2}, {2, 3, 2}, {.stride = {1}, .padding = {2}, .output_padding = {1}, .dilation = {2}}});
  check_transpose({{3, 4, 4}, {4, 3, 2}, {.stride = {2}, .padding = {1}, .groups = 2}});
}

IBID_GRADIENT_TEST("conv_transpose", "two and three dims") {
  check_transpose({{3, 3, 4, 2}, {2, 2, 3, 2}, {.stride = {2, 1}, .padding = {0, 1}}});
  check_transpose({{3, 3, 3, 4},
                   {4, 3, 2, 1},
                   {.stride = {2}, .padding = {1, 0}, .output_padding = {1, 0}, .groups = 2}});
  check_transpose({{3, 2, 2, 2, 1}, {1, 2, 2, 2, 2}, {.stride = {2, 1, 2}, .output_padding = {1, 0, 0}}});
}

IBID_GRADIENT_TEST("conv_transpose", "fused ReLU") {
  check_transpose({{3, 4, 2}, {2, 3, 3}, {.stride = {2}, .padding = {1}, .fused = ops::Fused::kRelu}});
  check_transpose({{3, 3, 3, 2}, {2, 2, 2, 2}, {.stride = {2}, .fused = ops::Fused::kRelu}});
}

}  // namespace
}  // namespace ibid::test
