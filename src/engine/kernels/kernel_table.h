#pragma once

#include <optional>
#include <string>

#include "engine/kernels/conv.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/isa.h"
#include "engine/kernels/norm.h"
#include "engine/kernels/optimizer.h"
#include "engine/kernels/pool.h"
#include "engine/kernels/random.h"
#include "engine/kernels/reduce.h"
#include "engine/kernels/resample.h"
#include "engine/kernels/scatter.h"
#include "engine/kernels/softmax.h"

namespace ibid::kernels {

// One function per kernel, for one floating-point type.
template <class T>
struct KernelSet {
  GemmFunction<T> gemm;
  GemmShardsFunction<T> gemm_shards;
  ConvForwardFunction<T> conv_forward;
  ConvBackwardDataFunction<T> conv_backward_data;
  ConvBackwardWeightsFunction<T> conv_backward_weights;
  MaxPoolFunction<T> max_pool;
  MaxPoolGradientFunction<T> max_pool_gradient;
  AveragePoolFunction<T> average_pool;
  AveragePoolFunction<T> average_pool_gradient;
  ChannelNormFunction<T> channel_norm;
  ChannelNormGradientFunction<T> channel_norm_gradient;
  GroupNormFunction<T> group_norm;
  GroupNormGradientFunction<T> group_norm_gradient;
  ResampleFunction<T> resample;
  ResampleFunction<T> resample_gradient;
  ScatterAddFunction<T> scatter_add;
  UnaryFunction<T> unary;
  UnaryGradientFunction<T> unary_gradient;
  BinaryFunction<T> binary;
  ReduceRowsFunction<T> reduce_rows;
  ReduceColumnsFunction<T> reduce_columns;
  SoftmaxFunction<T> softmax;
  SoftmaxGradientFunction<T> softmax_gradient;
  SgdFunction<T> sgd;
  AdamFunction<T> adam;
  DropoutFunction<T> dropout;
};

// All tables hold the same mathematical functions with the same bits; they differ in speed only.
struct KernelTable {
  KernelSet<float> f32;
  KernelSet<double> f64;
  RandomFillFunction uniform;
  RandomFillFunction normal;

  template <class T>
  const KernelSet<T>& of() const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return f32;
    } else {
      return f64;
    }
  }
};

// The table for one instruction set, which must be available on this machine. Where an instruction set has no
// kernel of its own, the reference kernel stands in its place.
const KernelTable& kernel_table(Isa isa);

// The reference compiled without FMA instructions, as a processor without them runs it: for the tests that
// compare.
const KernelTable& software_fma_table();

// Whether that is another code than kernel_table(kScalar) here.
bool has_software_fma_table();

// The fastest available instruction set, or the one named by the environment variable IBID_FORCE_ISA when
// that is available; forced_isa_problem() says so when it is not.
Isa default_isa();
std::optional<std::string> forced_isa_problem();

}  // namespace ibid::kernels
