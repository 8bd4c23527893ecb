#include "engine/ops/weight_gradient.h"

#include "engine/ops/common.h"

namespace ibid::ops {

void add_weight_gradient(Backward& back, size_t input, const Tensor& a, const Tensor& b) {
  const int64_t m = a.size(-1), n = b.size(-1);
  const int64_t rows = m == 0 ? 0 : a.n_elements() / m;
  const bool per_shard = back.sums_over_shards(input);
  const bool fold = !per_shard || back.wants_folded(input);
  Tensor result = Tensor::empty(fold ? Shape{m, n} : Shape{back.tape().n_shards(), m, n}, a.dtype());
  dispatch_floating(a.dtype(), "a weight gradient", [&]<class T>() {
    kernels::GemmShardsArgs<T> args;
    args.m = m;
    args.n = n;
    args.rows = rows;
    args.shard_rows = per_shard ? back.tape().rows_per_shard(rows) : (rows > 0 ? rows : 1);
    args.fold = fold;
    args.a = a.data<T>();
    args.a_row = m;
    args.b = b.data<T>();
    args.b_row = n;
    args.c = result.data<T>();
    kernels_of<T>(back.context()).gemm_shards(args, back.context().executor());
  });
  if (!per_shard) {
    back.add(input, std::move(result));
  } else if (fold) {
    back.add_folded(input, std::move(result));
  } else {
    back.add_shards(input, std::move(result));
  }
}

}  // namespace ibid::ops
