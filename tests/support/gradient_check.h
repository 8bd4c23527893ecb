#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ibid/context.h"
#include "ibid/tape.h"
#include "support/seeded_tensors.h"

namespace ibid::test {

// What the operation under test sees of one input.
enum class Role { kBatched, kParameter, kConstant };

struct Leaf {
  Tensor value;  // f64
  Role role = Role::kBatched;
};

inline Leaf batched(const Tensor& value) { return {value, Role::kBatched}; }
inline Leaf parameter(const Tensor& value) { return {value, Role::kParameter}; }

using Build = std::function<Variable(Tape&, const std::vector<Variable>&)>;

struct GradientOptions {
  int64_t samples_per_shard = 2;  // odd batches leave a ragged last shard
  double step = 1e-5;
  double tolerance = 2e-7;       // relative to 1 + |gradient|
  bool only_as_given = false;    // the operation needs its samples: no trials with parameters in their place
  bool has_no_constant = false;  // the inputs only make sense together
};

// Compares what backward() says with central differences, for every element of every input. The objective is
// a fixed random linear function of the result, so every element of the result takes part. Beyond the roles
// given, the trial is repeated with every input a parameter, and with one parameter among constants.
void check_gradients(const std::vector<Leaf>& leaves, const Build& build,
                     const GradientOptions& options = {});

// The operations that have a gradient test, by name.
const std::vector<std::string>& tested_operations();
bool register_gradient_test(const char* operation);

}  // namespace ibid::test

#define IBID_JOIN_(a, b) a##b
#define IBID_JOIN(a, b) IBID_JOIN_(a, b)

// A test case that counts as the gradient test of `operation`.
#define IBID_GRADIENT_TEST(operation, what)                             \
  [[maybe_unused]] static const bool IBID_JOIN(registered_, __LINE__) = \
      ::ibid::test::register_gradient_test(operation);                  \
  TEST_CASE("gradient of " operation ": " what)
