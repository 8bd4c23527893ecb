#include "support/seeded_tensors.h"

#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "support/kernel_fixture.h"

namespace ibid::test {
namespace {

TestRandom generator(uint64_t salt) {
  TestRandom random(test_seed() * 1000003 + salt);
  for (int i = 0; i < 8; ++i) random.next();
  return random;
}

}  // namespace

uint64_t test_seed() {
  static const uint64_t seed = [] {
    const char* text = std::getenv("IBID_TEST_SEED");
    const uint64_t value = text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
    std::printf("IBID_TEST_SEED=%llu\n", static_cast<unsigned long long>(value));
    return value;
  }();
  return seed;
}

Tensor random_tensor(const Shape& shape, uint64_t salt, double low, double high) {
  TestRandom random = generator(salt);
  Tensor tensor = Tensor::empty(shape, DType::kF64);
  for (int64_t i = 0; i < tensor.n_elements(); ++i) tensor.data<double>()[i] = random.uniform(low, high);
  return tensor;
}

Tensor random_away_from_zero(const Shape& shape, uint64_t salt, double gap, double limit) {
  Tensor tensor = random_tensor(shape, salt, gap, limit);
  TestRandom random = generator(salt + 500000);
  for (int64_t i = 0; i < tensor.n_elements(); ++i) {
    if (random.below(2) == 0) tensor.data<double>()[i] = -tensor.data<double>()[i];
  }
  return tensor;
}

Tensor random_distinct(const Shape& shape, uint64_t salt) {
  TestRandom random = generator(salt);
  const int64_t n = shape.n_elements();
  std::vector<double> values(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i)
    values[static_cast<size_t>(i)] = static_cast<double>(2 * i - n) / static_cast<double>(n);
  for (int64_t i = n - 1; i > 0; --i)
    std::swap(values[static_cast<size_t>(i)], values[static_cast<size_t>(random.below(i + 1))]);
  return Tensor::from_values(shape, values);
}

Tensor random_indices(const Shape& shape, int64_t n, uint64_t salt) {
  TestRandom random = generator(salt);
  Tensor tensor = Tensor::empty(shape, DType::kI64);
  for (int64_t i = 0; i < tensor.n_elements(); ++i) tensor.data<int64_t>()[i] = random.below(n);
  return tensor;
}

}  // namespace ibid::test
