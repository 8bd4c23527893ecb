// Section 1 of the standard, as written.

#include "engine/kernels/gemm.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

template <class T>
T relu(T x) {
  return x <= T(0) ? T(0) : x;
}

// One element of the product: chunks of 512, each a chain from +0, added in order, closed.
template <class T>
T chunked_chain(int64_t k, const T* a, int64_t a_col, const T* b, int64_t b_row) {
  T total = 0;
  for (int64_t begin = 0; begin < k; begin += kChunk) {
    const int64_t end = min_of(k, begin + kChunk);
    T sum = 0;
    for (int64_t i = begin; i < end; ++i) sum = fused(a[i * a_col], b[i * b_row], sum);
    total = begin == 0 ? sum : total + sum;
  }
  return total;
}

template <class T>
void gemm(const GemmArgs<T>& g, Executor& executor) noexcept {
  parallel_for(executor, g.batch * g.m, [&](int64_t task, int32_t) {
    const int64_t batch = task / g.m, i = task % g.m;
    const T* a = g.a + batch * g.a_batch + i * g.a_row;
    const T* b = g.b + batch * g.b_batch;
    T* c = g.c + batch * g.c_batch + i * g.c_row;
    for (int64_t j = 0; j < g.n; ++j) {
      const T total = chunked_chain(g.k, a, g.a_col, b + j * g.b_col, g.b_row);
      const T bias = g.bias != nullptr ? g.bias[j] + T(0) : T(0);
      const T y = total + bias;
      c[j] = g.activation == Activation::kRelu ? relu(y) : y;
    }
  });
}

}  // namespace

void install_gemm(KernelTable& table) noexcept {
  table.f32.gemm = gemm<float>;
  table.f64.gemm = gemm<double>;
}

}  // namespace ibid::kernels::IBID_ISA
