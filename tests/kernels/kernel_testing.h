#pragma once
// What the kernel tests share: the table and the threads under test, awkward data, and a comparison of bits.

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/kernels/kernel_table.h"
#include "engine/parallel/thread_pool.h"

namespace ibid::kernels::testing {

inline const KernelTable& table_under_test() { return kernel_table(default_isa()); }

inline parallel::ThreadPool& pool_under_test() {
  static const char* threads = std::getenv("IBID_TEST_THREADS");
  static parallel::ThreadPool pool(threads != nullptr ? std::atoi(threads) : 2);
  return pool;
}

// Memory that is not of one ISA's making: fixed seeds and integer arithmetic only.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int64_t below(int64_t n) { return static_cast<int64_t>(engine_() % static_cast<uint64_t>(n)); }
  int64_t pick(const std::vector<int64_t>& values) {
    return values[static_cast<size_t>(below(static_cast<int64_t>(values.size())))];
  }
  // In (-1, 1), a multiple of 2^-24.
  float unit() { return static_cast<float>(below(1 << 25) - (1 << 24)) * 0x1p-24f; }

 private:
  std::mt19937_64 engine_;
};

// How unpleasant the data is.
enum class Data { kPlain, kZeros, kExtreme, kNonFinite };

template <class T>
T awkward_value(Random& random, Data data) {
  using Limits = std::numeric_limits<T>;
  const T plain = static_cast<T>(random.unit());
  const int64_t die = random.below(64);
  if (data == Data::kZeros && die < 24) return die < 12 ? T(0) : -T(0);
  if (data == Data::kExtreme) {
    if (die < 8) return plain * Limits::denorm_min() * T(1 << 20);
    if (die < 12) return plain * Limits::max();
    if (die < 16) return die < 14 ? T(0) : -T(0);
    if (die < 24) return plain * Limits::min();
  }
  if (data == Data::kNonFinite && random.below(400) == 0) {
    if (die < 24) return Limits::infinity();
    return die < 48 ? -Limits::infinity() : Limits::quiet_NaN();
  }
  return plain;
}

template <class T>
std::vector<T> awkward_array(Random& random, int64_t n, Data data) {
  std::vector<T> values(static_cast<size_t>(n));
  for (T& value : values) value = awkward_value<T>(random, data);
  return values;
}

inline Data any_data(Random& random) {
  constexpr Data kAll[] = {Data::kPlain, Data::kZeros, Data::kExtreme, Data::kNonFinite};
  return kAll[random.below(4)];
}

// The same bits; a NaN equals any other NaN (section 0.2).
template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  if (a != a || b != b) return a != a && b != b;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

// Empty when all bits agree, else what differs first.
template <class T>
std::string difference(const std::vector<T>& actual, const std::vector<T>& expected) {
  if (actual.size() != expected.size()) return "sizes differ";
  for (size_t i = 0; i < actual.size(); ++i) {
    if (!same_bits(actual[i], expected[i])) {
      return "element " + std::to_string(i) + " of " + std::to_string(actual.size()) + ": " +
             std::to_string(actual[i]) + ", expected " + std::to_string(expected[i]);
    }
  }
  return "";
}

// FNV-1a over the bits, every NaN alike: one number for a whole test, to be compared between processors.
class Digest {
 public:
  void add(const std::vector<float>& values) {
    for (float value : values) {
      const uint32_t bits = value != value ? 0x7fc00000u : std::bit_cast<uint32_t>(value);
      hash_ = (hash_ ^ bits) * 0x100000001b3u;
    }
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace ibid::kernels::testing
