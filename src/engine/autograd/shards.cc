#include "engine/autograd/shards.h"

#include <algorithm>
#include <vector>

#include "engine/kernels/executor.h"
#include "engine/tensor/dispatch_dtype.h"

namespace ibid::autograd {
namespace {

// Elements one task adds: small enough to stay in the first-level cache, shard after shard.
constexpr int64_t kBlock = 2048;

template <class T>
void fold_block(const T* shards, int64_t n_shards, int64_t shard_size, int64_t block_size, T* level, T* out) {
  // `level` holds the nodes of one level of the tree, block after block.
  for (int64_t s = 0; s < n_shards; ++s) {
    std::copy_n(shards + s * shard_size, block_size, level + s * kBlock);
  }
  for (int64_t n_nodes = n_shards; n_nodes > 1; n_nodes = (n_nodes + 1) / 2) {
    for (int64_t node = 0; node < (n_nodes + 1) / 2; ++node) {
      const T* left = level + 2 * node * kBlock;
      T* parent = level + node * kBlock;
      if (2 * node + 1 < n_nodes) {
        const T* right = left + kBlock;
        for (int64_t i = 0; i < block_size; ++i) parent[i] = left[i] + right[i];
      } else {
        std::copy_n(left, block_size, parent);
      }
    }
  }
  std::copy_n(level, block_size, out);
}

}  // namespace

Tensor fold_shards(Context& context, const Tensor& shards) {
  const int64_t n_shards = shards.size(0);
  const Shape shape = shards.shape().without(0);
  if (n_shards == 0) return Tensor::zeros(shape, shards.dtype());
  if (n_shards == 1) return shards.reshape(shape);
  const Tensor source = shards.dense();
  Tensor result = Tensor::empty(shape, shards.dtype());
  const int64_t size = result.n_elements();
  dispatch_floating(shards.dtype(), "a gradient", [&]<class T>() {
    const T* in = source.data<T>();
    T* out = result.data<T>();
    kernels::Executor& executor = context.executor();
    kernels::parallel_for(executor, (size + kBlock - 1) / kBlock, [&](int64_t task, int32_t worker) {
      const int64_t begin = task * kBlock;
      T* level = static_cast<T*>(
          executor.scratch(worker, n_shards * kBlock * static_cast<int64_t>(sizeof(T))));
      fold_block(in + begin, n_shards, size, std::min(kBlock, size - begin), level, out + begin);
    });
  });
  return result;
}

double fold_tree(std::vector<double> values) {
  if (values.empty()) return 0.0;
  for (size_t n = values.size(); n > 1; n = (n + 1) / 2) {
    for (size_t node = 0; node < (n + 1) / 2; ++node) {
      values[node] = 2 * node + 1 < n ? values[2 * node] + values[2 * node + 1] : values[2 * node];
    }
  }
  return values[0];
}

Tensor add_into(Context& context, Tensor a, const Tensor& b) {
  if (a.shape() != b.shape()) {
    throw ShapeError("gradients of shapes " + a.shape().to_string() + " and " + b.shape().to_string() +
                     " meet at one value");
  }
  const bool reuse = a.is_dense() && a.owns_memory_alone();
  Tensor result = reuse ? a : Tensor::empty(a.shape(), a.dtype());
  const Tensor left = a.dense(), right = b.dense();
  dispatch_floating(a.dtype(), "a gradient", [&]<class T>() {
    const T* pa = left.data<T>();
    const T* pb = right.data<T>();
    T* out = result.data<T>();
    const int64_t size = result.n_elements();
    kernels::parallel_for(context.executor(), (size + kBlock - 1) / kBlock, [&](int64_t task, int32_t) {
      const int64_t end = std::min(size, (task + 1) * kBlock);
      for (int64_t i = task * kBlock; i < end; ++i) out[i] = pa[i] + pb[i];
    });
  });
  return result;
}

}  // namespace ibid::autograd
