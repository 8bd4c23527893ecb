#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::test {

// The number of threads this run of the test shall use (IBID_TEST_THREADS, default 2).
inline int32_t thread_count() {
  const char* text = std::getenv("IBID_TEST_THREADS");
  return text != nullptr ? std::atoi(text) : 2;
}

inline parallel::ThreadPool& pool() {
  static parallel::ThreadPool instance(thread_count());
  return instance;
}

// The kernels under test and the reference they have to equal.
inline const kernels::KernelTable& tested() { return kernels::kernel_table(kernels::default_isa()); }
inline const kernels::KernelTable& reference() { return kernels::kernel_table(kernels::Isa::kScalar); }

// Equal as the standard sees it (section 0.2): all NaN are one, -0 is not +0.
inline bool same(float a, float b) {
  return a != a ? b != b : std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}
inline bool same(double a, double b) {
  return a != a ? b != b : std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

// An array that starts `misalignment` elements behind a 64-byte boundary, with guard elements behind its end:
// a kernel that writes too far is caught.
template <class T>
class Array {
 public:
  explicit Array(int64_t size, int64_t misalignment = 1)
      : size_(size), memory_(static_cast<size_t>(size + misalignment + kGuard + 64), kGuardValue) {
    const size_t address = std::bit_cast<size_t>(memory_.data()) / sizeof(T);
    offset_ = static_cast<int64_t>((64 - address % 64) % 64) + misalignment;
  }

  int64_t size() const { return size_; }
  T* data() { return memory_.data() + offset_; }
  const T* data() const { return memory_.data() + offset_; }
  T& operator[](int64_t i) { return data()[i]; }
  const T& operator[](int64_t i) const { return data()[i]; }

  bool guards_intact() const {
    const T* first = memory_.data();
    const T* end = first + memory_.size();
    for (const T* p = first; p < data(); ++p) {
      if (*p != kGuardValue) return false;
    }
    for (const T* p = data() + size_; p < end; ++p) {
      if (*p != kGuardValue) return false;
    }
    return true;
  }

 private:
  static constexpr int64_t kGuard = 32;
  static constexpr T kGuardValue = T(-12345.5);

  int64_t size_;
  int64_t offset_ = 0;
  std::vector<T> memory_;
};

// The index of the first element in which two arrays differ, -1 if none, -2 if a guard was overwritten.
template <class T>
int64_t first_difference(const Array<T>& a, const Array<T>& b) {
  if (!a.guards_intact() || !b.guards_intact()) return -2;
  for (int64_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return i;
  }
  return -1;
}

// A small generator for test data; not part of the standard.
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}

  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545F4914F6CDD1Du;
  }
  int64_t below(int64_t n) { return static_cast<int64_t>((next() >> 33) % static_cast<uint64_t>(n)); }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(next() >> 11) * 0x1p-53;
  }

 private:
  uint64_t state_;
};

enum class Fill {
  kOrdinary,  // in [-4, 4)
  kWide,      // any finite bit pattern
  kSpecial,   // ordinary, with zeros of both signs, subnormals, huge values, infinities and NaN in between
};

template <class T>
T special_value(TestRandom& random) {
  using Limits = std::numeric_limits<T>;
  const T values[] = {T(0),
                      -T(0),
                      Limits::denorm_min(),
                      -Limits::denorm_min(),
                      Limits::min(),
                      Limits::max(),
                      -Limits::max(),
                      Limits::infinity(),
                      T(1),
                      Limits::quiet_NaN(),
                      -Limits::infinity()};
  return values[random.below(11)];
}

template <class T>
T fill_value(Fill fill, TestRandom& random) {
  if (fill == Fill::kWide) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    for (;;) {
      const T x = std::bit_cast<T>(static_cast<Bits>(random.next() >> (64 - 8 * sizeof(T))));
      if (x - x == T(0)) return x;
    }
  }
  if (fill == Fill::kSpecial && random.below(8) == 0) return special_value<T>(random);
  return static_cast<T>(random.uniform(-4, 4));
}

template <class T>
Array<T> filled(int64_t size, Fill fill, uint64_t seed) {
  Array<T> array(size, 1 + static_cast<int64_t>(seed % 3));
  TestRandom random(seed + 1);
  for (int64_t i = 0; i < size; ++i) array[i] = fill_value<T>(fill, random);
  return array;
}

// Around every boundary of a kernel: vectors, lanes, chunks, blocks and tasks.
inline std::vector<int64_t> awkward_sizes() {
  return {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 40000};
}

}  // namespace ibid::test
