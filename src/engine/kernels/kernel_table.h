#pragma once

#include <optional>
#include <string>

#include "engine/kernels/conv.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/isa.h"
#include "engine/kernels/optimizer.h"
#include "engine/kernels/random.h"
#include "engine/kernels/reduce.h"
#include "engine/kernels/softmax.h"

namespace ibid::kernels {

// One function per kernel and element type. All tables hold the same mathematical functions with the same
// bits; they differ in speed only.
struct KernelTable {
  GemmFunction<float> gemm_f32;
  GemmFunction<double> gemm_f64;
  GemmShardsFunction<float> gemm_shards_f32;
  GemmShardsFunction<double> gemm_shards_f64;
  ConvForwardFunction<float> conv_forward_f32;
  ConvForwardFunction<double> conv_forward_f64;
  ConvBackwardDataFunction<float> conv_backward_data_f32;
  ConvBackwardDataFunction<double> conv_backward_data_f64;
  ConvBackwardWeightsFunction<float> conv_backward_weights_f32;
  ConvBackwardWeightsFunction<double> conv_backward_weights_f64;

  UnaryFunction<float> unary_f32;
  UnaryFunction<double> unary_f64;
  UnaryGradientFunction<float> unary_gradient_f32;
  UnaryGradientFunction<double> unary_gradient_f64;
  BinaryFunction<float> binary_f32;
  BinaryFunction<double> binary_f64;
  ReduceRowsFunction<float> reduce_rows_f32;
  ReduceRowsFunction<double> reduce_rows_f64;
  ReduceColumnsFunction<float> reduce_columns_f32;
  ReduceColumnsFunction<double> reduce_columns_f64;
  SoftmaxFunction<float> softmax_f32;
  SoftmaxFunction<double> softmax_f64;
  SoftmaxGradientFunction<float> softmax_gradient_f32;
  SoftmaxGradientFunction<double> softmax_gradient_f64;
  SgdFunction<float> sgd_f32;
  SgdFunction<double> sgd_f64;
  AdamFunction<float> adam_f32;
  AdamFunction<double> adam_f64;
  DropoutFunction<float> dropout_f32;
  DropoutFunction<double> dropout_f64;
  RandomFillFunction uniform_f32;
  RandomFillFunction normal_f32;
};

// The table for one instruction set, which must be available on this machine. Where an instruction set has no
// kernel of its own, the reference kernel stands in its place.
const KernelTable& kernel_table(Isa isa);

// The reference compiled without FMA instructions, as a processor without them runs it: for the tests that
// compare.
const KernelTable& software_fma_table();

// The fastest available instruction set, or the one named by the environment variable IBID_FORCE_ISA when
// that is available; forced_isa_problem() says so when it is not.
Isa default_isa();
std::optional<std::string> forced_isa_problem();

}  // namespace ibid::kernels
