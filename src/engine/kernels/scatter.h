#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// out[destination] = (base[destination] +) the sum of the source rows whose index names it, section 9.1: sources in
// ascending order, chunks of 512, adds from +0, chunk sums folded in order, closed. A destination nobody names keeps
// base, or +0 without one. Rows have `width` elements. Every index is in [0, n_destinations).
template <class T>
struct ScatterAddArgs {
  int64_t n_sources = 0, n_destinations = 0, width = 1;
  const int64_t* index = nullptr;
  const T* source = nullptr;
  const T* base = nullptr;  // n_destinations x width, or none
  T* out = nullptr;
};

template <class T>
using ScatterAddFunction = void (*)(const ScatterAddArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
