// Sections 1 and 6.2 of the standard, as written.

#include "engine/kernels/gemm.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/chains.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

template <class T>
void gemm(const GemmArgs<T>& g, Executor& executor) noexcept {
  parallel_for(executor, g.batch * g.m, [&](int64_t task, int32_t) {
    const int64_t batch = task / g.m, i = task % g.m;
    const T* a = g.a + batch * g.a_batch + i * g.a_row;
    const T* b = g.b + batch * g.b_batch;
    T* c = g.c + batch * g.c_batch + i * g.c_row;
    Chains<T> chains;
    for (int64_t j = 0; j < g.n; j += Chains<T>::kMaxOutputs) {
      chains.start(min_of(Chains<T>::kMaxOutputs, g.n - j));
      for (int64_t k = 0; k < g.k; ++k) chains.add(a[k * g.a_col], b + k * g.b_row + j * g.b_col, g.b_col);
      chains.finish(g.bias != nullptr ? g.bias + j : nullptr, g.activation, c + j, 1);
    }
  });
}

template <class T>
void gemm_shards(const GemmShardsArgs<T>& g, Executor& executor) noexcept {
  const int64_t n_shards = ceil_div(g.rows, g.shard_rows);
  parallel_for(executor, g.m, [&](int64_t i, int32_t worker) {
    T* row = g.c + i * g.n;
    T* shards = row;
    if (g.fold) {
      shards = static_cast<T*>(
          executor.scratch(worker, max_of(n_shards, 1) * g.n * static_cast<int64_t>(sizeof(T))));
    }
    const int64_t stride = g.fold ? g.n : g.m * g.n;
    Chains<T> chains;
    for (int64_t shard = 0; shard < n_shards; ++shard) {
      const int64_t begin = shard * g.shard_rows, end = min_of(g.rows, begin + g.shard_rows);
      for (int64_t j = 0; j < g.n; j += Chains<T>::kMaxOutputs) {
        chains.start(min_of(Chains<T>::kMaxOutputs, g.n - j));
        for (int64_t r = begin; r < end; ++r) chains.add(g.a[r * g.a_row + i], g.b + r * g.b_row + j, 1);
        chains.finish(nullptr, Activation::kNone, shards + shard * stride + j, 1);
      }
    }
    if (!g.fold) return;
    fold_shards(shards, n_shards, stride, g.n);
    for (int64_t j = 0; j < g.n; ++j) row[j] = n_shards > 0 ? shards[j] : T(0);
  });
}

}  // namespace

void install_gemm(KernelTable& table) noexcept {
  table.f32.gemm = gemm<float>;
  table.f64.gemm = gemm<double>;
  table.f32.gemm_shards = gemm_shards<float>;
  table.f64.gemm_shards = gemm_shards<double>;
}

}  // namespace ibid::kernels::IBID_ISA
