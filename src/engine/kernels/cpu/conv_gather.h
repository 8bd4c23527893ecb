#pragma once

#include <cstdint>

#include "engine/kernels/conv.h"

namespace ibid::kernels::IBID_ISA {

// One convolution of a batch of images in which tap t of output q reads input q * in_step + tap_first + t *
// tap_step in every dim: a forward pass is one of them, a backward data pass one for each residue class of
// the input position by the stride. With groups there is one for each group.
struct Gather {
  int64_t count[3];                   // output positions q
  int64_t out_first[3], out_step[3];  // q lies at out_first + q * out_step of the output
  int64_t in_step[3], tap_first[3], tap_step[3], n_taps[3];

  int64_t in_size[3], in_channels, in_channel, depth;  // the group's `depth` channels start at in_channel
  int64_t out_size[3], out_channels, out_channel, width;

  const float* x;
  const float* relu_output;  // like x: where it is <= 0, x counts as +0; or null
  const float* weights;      // panels [panel][tap][depth][kPanel] of the `width` output channels
  const float* bias;         // of the group's first output channel, or null
  bool relu;
  bool skip_padding;  // whole rows of padding may be left out: the weights are finite (section 0.3)
  float* y;
};

// Rows of k in a panel of weights.
inline __attribute__((always_inline)) int64_t gather_terms(const Gather& g) {
  return g.n_taps[0] * g.n_taps[1] * g.n_taps[2] * g.depth;
}

// Computes all of them, for `batch` images.
void run_gathers(const Gather* gathers, int64_t n_gathers, int64_t batch, Executor& executor) noexcept;

}  // namespace ibid::kernels::IBID_ISA
