// Optimiser steps: bitwise against the reference, and against section 10 written once more.

#include <doctest/doctest.h>

#include <cmath>

#include "support/kernel_fixture.h"

namespace ibid::kernels {
namespace {

using test::Array;
using test::Fill;
using test::filled;
using test::first_difference;

struct State {
  Array<float> p, g, v, m, v_max;
};

State state_of(int64_t size, Fill fill) {
  State s{filled<float>(size, fill, 1), filled<float>(size, fill, 2), filled<float>(size, fill, 3),
          filled<float>(size, fill, 4), filled<float>(size, fill, 5)};
  return s;
}

void check_equal(const State& a, const State& b) {
  REQUIRE(first_difference(a.p, b.p) == -1);
  REQUIRE(first_difference(a.v, b.v) == -1);
  REQUIRE(first_difference(a.m, b.m) == -1);
  REQUIRE(first_difference(a.v_max, b.v_max) == -1);
}

SgdArgs<float> sgd_args(State& s, int variant) {
  return {.size = s.p.size(),
          .p = s.p.data(),
          .g = s.g.data(),
          .v = (variant & 1) != 0 ? s.v.data() : nullptr,
          .first = (variant & 2) != 0,
          .nesterov = (variant & 4) != 0,
          .rate = 0.1f,
          .weight_decay = (variant & 8) != 0 ? 0.01f : 0.0f,
          .momentum = 0.9f,
          .one_minus_dampening = (variant & 16) != 0 ? 0.75f : 1.0f};
}

AdamArgs<float> adam_args(State& s, int variant) {
  AdamArgs<float> args{
      .size = s.p.size(), .p = s.p.data(), .g = s.g.data(), .m = s.m.data(), .v = s.v.data()};
  args.v_max = (variant & 1) != 0 ? s.v_max.data() : nullptr;
  args.weight_decay = (variant & 2) != 0 ? 0.01f : 0.0f;
  args.decay_factor = (variant & 4) != 0 ? 0.999f : 1.0f;
  args.beta1 = 0.9f;
  args.one_minus_beta1 = static_cast<float>(1 - 0.9);
  args.beta2 = 0.999f;
  args.one_minus_beta2 = static_cast<float>(1 - 0.999);
  args.root_scale = static_cast<float>(1 / std::sqrt(1 - 0.999 * 0.999));
  args.epsilon = 1e-8f;
  args.rate = static_cast<float>(0.001 / (1 - 0.81));
  return args;
}

TEST_CASE("optimiser steps have the reference's bits") {
  for (int64_t size : test::awkward_sizes()) {
    for (Fill fill : {Fill::kOrdinary, Fill::kSpecial}) {
      for (int variant = 0; variant < 32; ++variant) {
        INFO("size " << size << ", variant " << variant);
        State a = state_of(size, fill), b = state_of(size, fill);
        test::tested().f32.sgd(sgd_args(a, variant), test::pool());
        test::reference().f32.sgd(sgd_args(b, variant), test::pool());
        check_equal(a, b);
        test::tested().f32.adam(adam_args(a, variant % 8), test::pool());
        test::reference().f32.adam(adam_args(b, variant % 8), test::pool());
        check_equal(a, b);
      }
    }
  }
}

TEST_CASE("stochastic gradient descent is section 10's") {
  for (int variant = 0; variant < 32; ++variant) {
    State s = state_of(50, Fill::kOrdinary);
    const State old = s;
    const SgdArgs<float> args = sgd_args(s, variant);
    test::tested().f32.sgd(args, test::pool());
    for (int64_t i = 0; i < 50; ++i) {
      float g = old.g[i], u;
      if (args.weight_decay != 0) g = std::fma(args.weight_decay, old.p[i], g);
      u = g;
      if (args.v != nullptr) {
        const float v = args.first ? g : std::fma(0.9f, old.v[i], args.one_minus_dampening * g);
        CHECK(test::same(s.v[i], v));
        u = args.nesterov ? std::fma(0.9f, v, g) : v;
      }
      CHECK(test::same(s.p[i], std::fma(-0.1f, u, old.p[i])));
    }
  }
}

TEST_CASE("Adam is section 10's") {
  for (int variant = 0; variant < 8; ++variant) {
    State s = state_of(50, Fill::kOrdinary);
    for (int64_t i = 0; i < 50; ++i) s.v[i] = std::fabs(s.v[i]);
    const State old = s;
    const AdamArgs<float> c = adam_args(s, variant);
    test::tested().f32.adam(c, test::pool());
    for (int64_t i = 0; i < 50; ++i) {
      float g = old.g[i], p = old.p[i];
      if (c.weight_decay != 0) g = std::fma(c.weight_decay, p, g);
      if (c.decay_factor != 1) p = p * c.decay_factor;
      const float m = std::fma(c.one_minus_beta1, g, c.beta1 * old.m[i]);
      const float v = std::fma(c.one_minus_beta2 * g, g, c.beta2 * old.v[i]);
      const float second = c.v_max != nullptr ? std::fmax(old.v_max[i], v) : v;
      const float d = std::fma(std::sqrt(second), c.root_scale, c.epsilon);
      CHECK(test::same(s.m[i], m));
      CHECK(test::same(s.v[i], v));
      CHECK(test::same(s.p[i], std::fma(-c.rate, m / d, p)));
      if (c.v_max != nullptr) CHECK(test::same(s.v_max[i], second));
    }
  }
}

TEST_CASE("float64 optimiser steps follow the same formulas") {
  const auto g = filled<double>(20, Fill::kOrdinary, 2);
  auto p = filled<double>(20, Fill::kOrdinary, 1);
  const auto old = p;
  test::tested().f64.sgd({.size = 20, .p = p.data(), .g = g.data(), .rate = 0.1}, test::pool());
  for (int64_t i = 0; i < 20; ++i) CHECK(test::same(p[i], std::fma(-0.1, g[i], old[i])));
}

}  // namespace
}  // namespace ibid::kernels
