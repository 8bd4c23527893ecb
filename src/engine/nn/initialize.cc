#include "engine/nn/initialize.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/random_key.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::nn {

Tensor initial_values(const Shape& shape, const Initializer& initializer, uint64_t seed, int32_t parameter_index) {
  if (initializer.kind == Initializer::Kind::kConstant) return Tensor::full(shape, initializer.a, DType::kF32);
  Tensor values = Tensor::empty(shape, DType::kF32);
  const bool uniform = initializer.kind == Initializer::Kind::kUniform;
  kernels::RandomFillArgs args;
  args.stream = kernels::philox_stream({seed, 0, static_cast<uint32_t>(parameter_index), 0, RandomPurpose::kInit});
  args.offset = static_cast<float>(initializer.a);
  args.scale = static_cast<float>(uniform ? initializer.b - initializer.a : initializer.b);
  args.size = values.n_elements();
  args.y = values.data<float>();
  parallel::ThreadPool pool(1);
  const kernels::KernelTable& table = kernels::kernel_table(kernels::default_isa());
  (uniform ? table.uniform : table.normal)(args, pool);
  return values;
}

}  // namespace ibid::nn
