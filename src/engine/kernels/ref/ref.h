#pragma once
// What every reference kernel shares. The reference is the standard written as plain loops: no blocking, no
// reordering, no cleverness. On x86-64 it is compiled twice, with FMA instructions and without (IBID_ISA =
// scalar_fma and scalar): same source, same bits, and therefore the same linkage rule as for the fast
// kernels: everything but the installers is in an anonymous namespace.

#include <cstdint>

#include "engine/kernels/executor.h"
#include "engine/kernels/ref/fused.h"

namespace ibid::kernels {
namespace {

constexpr int64_t kChunk = 512;  // section 1

inline int64_t min_of(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t max_of(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// body(begin, end) over parts of [0, size), possibly at the same time.
template <class Body>
inline void for_each_block(Executor& executor, int64_t size, Body&& body) {
  constexpr int64_t kBlock = 4096;
  parallel_for(executor, ceil_div(size, kBlock),
               [&](int64_t block, int32_t) { body(block * kBlock, min_of(size, (block + 1) * kBlock)); });
}

}  // namespace
}  // namespace ibid::kernels
