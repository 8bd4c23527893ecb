// Section 9.1 of the standard. Sources are first sorted by destination (a stable counting sort, integers only); then
// every destination adds up its own, so no two threads ever write one place and no atomics are needed.

#include "engine/kernels/scatter.h"

#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

constexpr int64_t kTile = 64;  // elements of a row at a time
constexpr int64_t kDestinationsPerTask = 64;

// sources[begin[d] .. begin[d + 1]) name destination d, ascending.
void sort_by_destination(const int64_t* index, int64_t n_sources, int64_t n_destinations, int64_t* begin,
                         int64_t* sources) {
  for (int64_t d = 0; d <= n_destinations; ++d) begin[d] = 0;
  for (int64_t s = 0; s < n_sources; ++s) ++begin[index[s] + 1];
  for (int64_t d = 0; d < n_destinations; ++d) begin[d + 1] += begin[d];
  for (int64_t s = 0; s < n_sources; ++s) sources[begin[index[s]]++] = s;
  for (int64_t d = n_destinations; d > 0; --d) begin[d] = begin[d - 1];
  begin[0] = 0;
}

template <class T>
void add_sources(const ScatterAddArgs<T>& a, const int64_t* sources, int64_t n, int64_t first, int64_t size, T* total) {
  for (int64_t chunk = 0; chunk < n; chunk += kChunk) {
    T sum[kTile];
    for (int64_t j = 0; j < size; ++j) sum[j] = T(0);
    for (int64_t s = chunk; s < min_of(n, chunk + kChunk); ++s) {
      const T* row = a.source + sources[s] * a.width + first;
      for (int64_t j = 0; j < size; ++j) sum[j] = sum[j] + row[j];
    }
    for (int64_t j = 0; j < size; ++j) total[j] = chunk == 0 ? sum[j] : total[j] + sum[j];
  }
  for (int64_t j = 0; j < size; ++j) total[j] = total[j] + T(0);
}

template <class T>
void scatter_add(const ScatterAddArgs<T>& a, Executor& executor) noexcept {
  const int64_t n_words = a.n_destinations + 1 + a.n_sources;
  int64_t* begin = static_cast<int64_t*>(executor.shared_scratch(n_words * static_cast<int64_t>(sizeof(int64_t))));
  int64_t* sources = begin + a.n_destinations + 1;
  sort_by_destination(a.index, a.n_sources, a.n_destinations, begin, sources);
  parallel_for(executor, ceil_div(a.n_destinations, kDestinationsPerTask), [&](int64_t task, int32_t) {
    const int64_t end = min_of(a.n_destinations, (task + 1) * kDestinationsPerTask);
    for (int64_t d = task * kDestinationsPerTask; d < end; ++d) {
      const int64_t n = begin[d + 1] - begin[d];
      for (int64_t first = 0; first < a.width; first += kTile) {
        const int64_t size = min_of(kTile, a.width - first);
        T* out = a.out + d * a.width + first;
        const T* base = a.base != nullptr ? a.base + d * a.width + first : nullptr;
        T total[kTile] = {};
        add_sources(a, sources + begin[d], n, first, size, total);
        for (int64_t j = 0; j < size; ++j) {
          out[j] = base == nullptr ? total[j] : n == 0 ? base[j] : base[j] + total[j];
        }
      }
    }
  });
}

}  // namespace

void install_scatter(KernelTable& table) noexcept {
  table.f32.scatter_add = scatter_add<float>;
  table.f64.scatter_add = scatter_add<double>;
}

}  // namespace ibid::kernels::IBID_ISA
