#include "engine/kernels/cpu/tile.h"

#include <utility>

#if defined(__clang__)
#define IBID_UNROLL _Pragma("clang loop unroll(full)")
#else
#define IBID_UNROLL _Pragma("GCC unroll 16")
#endif

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;
using simd::kLanes;

struct BSteps {
  int64_t next, ahead;
};

// A row of B that is only read, or also copied for the tiles after this one.
struct ReadOnly {
  static constexpr int kCache = 3;
  template <int kVectors>
  IBID_MEMBER void keep(const F32 (&)[kVectors]) {}
  IBID_MEMBER void end() {}
};
struct Copying {
  static constexpr int kCache = 2;
  float* to;
  template <int kVectors>
  IBID_MEMBER void keep(const F32 (&columns)[kVectors]) {
    IBID_UNROLL
    for (int v = 0; v < kVectors; ++v) simd::store(to + v * kLanes, columns[v]);
    to += kVectors * kLanes;
  }
  IBID_MEMBER void end() {}
};
struct PacksAhead {
  static constexpr int kCache = 3;
  PackStream* stream;
  PackStream now;
  int64_t mask, count = 0;
  PacksAhead(PackStream* moved, int64_t every) : stream(moved), now(*moved), mask(every - 1) {}
  template <int kVectors>
  IBID_MEMBER void keep(const F32 (&)[kVectors]) {
    if ((count++ & mask) == 0) now.step();
  }
  IBID_MEMBER void end() { *stream = now; }
};
enum class Duty { kNone, kCopies, kPacksAhead };

template <int kRows, int kVectors>
struct Accumulators {
  F32 v[kRows][kVectors];
};

// Three rows share a pointer: base, base + stride and base + 2 stride are addressing modes, so few registers
// and few additions serve all rows.
template <int kRows, int kVectors, class Rest>
IBID_INLINE void run_along_k(const float* a, int64_t a_row, const float* b, const BSteps& step,
                             int64_t length, Rest& rest, Accumulators<kRows, kVectors>& acc) {
  constexpr int kBases = (kRows + 2) / 3;
  const float* base[kBases];
  IBID_UNROLL
  for (int g = 0; g < kBases; ++g) base[g] = a + 3 * g * a_row;
  for (int64_t s = 0; s < length; ++s) {
    F32 columns[kVectors];
    IBID_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      columns[v] = simd::load(b + v * kLanes);
      if (v * kLanes % 16 == 0) __builtin_prefetch(b + step.ahead + v * kLanes, 0, Rest::kCache);
    }
    rest.keep(columns);
    IBID_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const F32 element = simd::broadcast(base[i / 3][(i % 3) * a_row]);
      IBID_UNROLL
      for (int v = 0; v < kVectors; ++v) acc.v[i][v] = simd::fma(element, columns[v], acc.v[i][v]);
    }
    IBID_UNROLL
    for (int g = 0; g < kBases; ++g) ++base[g];
    b += step.next;
  }
  rest.end();
}

template <int kRows, int kVectors, class Rest>
IBID_INLINE void run_along_rows(const float* a, int64_t a_step, const float* b, const BSteps& step,
                                int64_t length, Rest& rest, Accumulators<kRows, kVectors>& acc) {
  for (int64_t s = 0; s < length; ++s) {
    F32 columns[kVectors];
    IBID_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      columns[v] = simd::load(b + v * kLanes);
      if (v * kLanes % 16 == 0) __builtin_prefetch(b + step.ahead + v * kLanes, 0, Rest::kCache);
    }
    rest.keep(columns);
    IBID_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const F32 element = simd::broadcast(a[i]);
      IBID_UNROLL
      for (int v = 0; v < kVectors; ++v) acc.v[i][v] = simd::fma(element, columns[v], acc.v[i][v]);
    }
    a += a_step;
    b += step.next;
  }
  rest.end();
}

template <int kRows, int kVectors>
IBID_INLINE void run_along_triples(const float* a, int64_t a_step, int64_t a_group, const float* b,
                                   const BSteps& step, int64_t length, Accumulators<kRows, kVectors>& acc) {
  constexpr int kGroups = (kRows + 2) / 3;
  const float* base[kGroups];
  IBID_UNROLL
  for (int g = 0; g < kGroups; ++g) base[g] = a + g * a_group;
  for (int64_t s = 0; s < length; ++s) {
    F32 columns[kVectors];
    IBID_UNROLL
    for (int v = 0; v < kVectors; ++v) columns[v] = simd::load(b + v * kLanes);
    IBID_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const F32 element = simd::broadcast(base[i / 3][i % 3]);
      IBID_UNROLL
      for (int v = 0; v < kVectors; ++v) acc.v[i][v] = simd::fma(element, columns[v], acc.v[i][v]);
    }
    IBID_UNROLL
    for (int g = 0; g < kGroups; ++g) base[g] += a_step;
    b += step.next;
  }
}

template <bool kWhole>
IBID_INLINE F32 load_columns(const float* p, int64_t n) {
  if constexpr (kWhole) return simd::load(p);
  return simd::load_partial(p, n);
}

template <bool kWhole>
IBID_INLINE void store_columns(float* p, F32 x, int64_t n) {
  if constexpr (kWhole) {
    simd::store(p, x);
  } else {
    simd::store_partial(p, x, n);
  }
}

// How many of the n columns lie in vector v.
IBID_INLINE int64_t columns_in(int64_t n, int v) { return max_of(0, min_of(kLanes, n - v * kLanes)); }

template <int kRows, int kVectors, bool kWhole>
IBID_INLINE void finish(const TileCall& t, Accumulators<kRows, kVectors>& acc) {
  IBID_UNROLL
  for (int v = 0; v < kVectors; ++v) {
    const int64_t n = columns_in(t.n_columns, v);
    if (!t.first) {
      IBID_UNROLL
      for (int i = 0; i < kRows; ++i)
        acc.v[i][v] = load_columns<kWhole>(t.c + i * t.c_row + v * kLanes, n) + acc.v[i][v];
    }
    if (t.last) {
      // A bias of -0 is read as +0, hence the addition.
      const F32 zero = simd::zero_f32();
      const F32 closing = t.bias != nullptr ? load_columns<kWhole>(t.bias + v * kLanes, n) + zero : zero;
      IBID_UNROLL
      for (int i = 0; i < kRows; ++i) acc.v[i][v] = acc.v[i][v] + closing;
      if (t.relu) {
        IBID_UNROLL
        for (int i = 0; i < kRows; ++i) acc.v[i][v] = simd::select(acc.v[i][v] <= zero, zero, acc.v[i][v]);
      }
    }
    for (int64_t left = 0; left < t.n_lefts; ++left) {
      const float* sibling = t.lefts[left] + v * kLanes;
      IBID_UNROLL
      for (int i = 0; i < kRows; ++i)
        acc.v[i][v] = load_columns<kWhole>(sibling + i * t.left_row, n) + acc.v[i][v];
    }
    IBID_UNROLL
    for (int i = 0; i < kRows; ++i) store_columns<kWhole>(t.c + i * t.c_row + v * kLanes, acc.v[i][v], n);
  }
}

template <int kRows, int kVectors, Layout kLayout, Duty kDuty = Duty::kNone>
void tile(const TileCall& t) noexcept {
  // Into the second-level cache only: rows of C often lie a multiple of 4 KB apart and would evict each
  // other, and A and B, from one set of the first.
  IBID_UNROLL
  for (int i = 0; i < kRows; ++i) {
    IBID_UNROLL
    for (int v = 0; v < kVectors; v += 64 / (static_cast<int>(kLanes) * 4))
      __builtin_prefetch(t.c + i * t.c_row + v * kLanes, 1, 2);
  }
  Accumulators<kRows, kVectors> acc;
  IBID_UNROLL
  for (int i = 0; i < kRows; ++i) {
    IBID_UNROLL
    for (int v = 0; v < kVectors; ++v) acc.v[i][v] = simd::zero_f32();
  }
  const BSteps step{t.b_step, t.b_ahead};
  const auto run = [&](const Segment& segment, auto rest) {
    if constexpr (kLayout == Layout::kAlongK) {
      run_along_k(t.a + segment.a, t.a_stride, t.b + segment.b, step, segment.length, rest, acc);
    } else if constexpr (kLayout == Layout::kAlongTriples) {
      run_along_triples(t.a + segment.a, t.a_stride, t.a_group, t.b + segment.b, step, segment.length, acc);
    } else {
      run_along_rows(t.a + segment.a, t.a_stride, t.b + segment.b, step, segment.length, rest, acc);
    }
  };
  if constexpr (kDuty == Duty::kPacksAhead) {
    const int64_t n = t.stream_steps;
    run({0, 0, n}, PacksAhead{t.stream, t.stream_every});
    run({kLayout == Layout::kAlongK ? n : n * t.a_stride, n * t.b_step, t.segments->length - n}, ReadOnly{});
  } else {
    for (int64_t q = 0; q < t.n_segments; ++q) {
      if constexpr (kDuty == Duty::kCopies) {
        run(t.segments[q], Copying{t.b_copy});
      } else {
        run(t.segments[q], ReadOnly{});
      }
    }
  }
  if (t.n_columns == kVectors * kLanes) {
    finish<kRows, kVectors, true>(t, acc);
  } else {
    finish<kRows, kVectors, false>(t, acc);
  }
}

template <int kRows, int kVectors>
constexpr TileFunction triples() {
  if constexpr (kRows % 3 == 0) return tile<kRows, kVectors, Layout::kAlongTriples>;
  return nullptr;
}

// By layout.
template <int kRows, int kVectors>
constexpr TileFunction kTiles[3] = {tile<kRows, kVectors, Layout::kAlongK>,
                                    tile<kRows, kVectors, Layout::kAlongRows>, triples<kRows, kVectors>()};

template <int kVectors>
TileFunction by_rows(int64_t rows, int layout) {
  switch (rows) {
#define IBID_TILE(r) \
  case r:            \
    return kTiles<r, kVectors>[layout];
    IBID_TILE(1)
    IBID_TILE(2)
#if !defined(IBID_SIMD_AVX2)
    IBID_TILE(3)
    IBID_TILE(4)
    IBID_TILE(5)
    IBID_TILE(6)
#endif
  }
  if constexpr (kVectors <= kTileVectors) {
    switch (rows) {
#if defined(IBID_SIMD_AVX2)
      IBID_TILE(3)
      IBID_TILE(4)
      IBID_TILE(5)
      IBID_TILE(6)
#else
      IBID_TILE(7)
      IBID_TILE(8)
#endif
#if defined(IBID_SIMD_AVX512)
      IBID_TILE(9)
      IBID_TILE(10)
      IBID_TILE(11)
      IBID_TILE(12)
      IBID_TILE(13)
      IBID_TILE(14)
#endif
#undef IBID_TILE
    }
  }
  return nullptr;
}

// Whole tiles with a duty besides, by layout and rows.
template <Duty kDuty, int... kRowsLessOne>
TileFunction tile_with_duty(int64_t rows, Layout layout, std::integer_sequence<int, kRowsLessOne...>) {
  static constexpr TileFunction kOf[2][kTileRows] = {
      {tile<kRowsLessOne + 1, kTileVectors, Layout::kAlongK, kDuty>...},
      {tile<kRowsLessOne + 1, kTileVectors, Layout::kAlongRows, kDuty>...}};
  return kOf[layout == Layout::kAlongRows][rows - 1];
}
constexpr auto kAllRows = std::make_integer_sequence<int, kTileRows>{};

}  // namespace

TileFunction copying_tile_function(int64_t rows, Layout layout) noexcept {
  return tile_with_duty<Duty::kCopies>(rows, layout, kAllRows);
}

TileFunction packing_tile_function(int64_t rows, Layout layout) noexcept {
  return tile_with_duty<Duty::kPacksAhead>(rows, layout, kAllRows);
}

TileFunction tile_function(int64_t rows, int64_t vectors, Layout layout) noexcept {
  const int which = static_cast<int>(layout);
  switch (vectors) {
    case 1:
      return by_rows<1>(rows, which);
    case 2:
      return by_rows<2>(rows, which);
    case 3:
      return by_rows<3>(rows, which);
    default:
      return by_rows<4>(rows, which);
  }
}

}  // namespace ibid::kernels::IBID_ISA
