// Section 10, its formulas written out here once more.

#include "ibid/optim.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "ibid/errors.h"
#include "support/kernel_fixture.h"

namespace ibid::optim {
namespace {

constexpr int64_t kSize = 37;

Tensor f32_values(uint64_t seed, double low = -2, double high = 2) {
  test::TestRandom random(seed);
  Tensor tensor = Tensor::empty({kSize}, DType::kF32);
  for (int64_t i = 0; i < kSize; ++i) tensor.data<float>()[i] = static_cast<float>(random.uniform(low, high));
  return tensor;
}

float f(double value) { return static_cast<float>(value); }

// One parameter, some steps with their own gradients; formula(p, g, step, element) is the expected new value.
void check_steps(const std::function<std::unique_ptr<Optimizer>(std::vector<Parameter*>)>& create,
                 const std::function<float(float, float, int, int64_t)>& formula) {
  Context context({2, {}});
  Parameter used{"used", f32_values(1), {}, true}, unused{"unused", f32_values(2), {}, true};
  const Tensor untouched = unused.value.clone();
  Tensor expected = used.value.clone();
  const auto optimiser = create({&used, &unused});
  for (int step = 0; step < 5; ++step) {
    optimiser->clear_gradients();
    CHECK_FALSE(used.gradient.defined());
    used.gradient = f32_values(10 + static_cast<uint64_t>(step));
    optimiser->step(context);
    for (int64_t i = 0; i < kSize; ++i) {
      float& p = expected.data<float>()[i];
      p = formula(p, used.gradient.data<float>()[i], step, i);
    }
    CAPTURE(step);
    CHECK(used.value.same_bits(expected));
  }
  CHECK(unused.value.same_bits(untouched));
  for (const auto& [name, tensor] : optimiser->state()) CHECK(name.find("unused") == name.npos);
}

TEST_CASE("SGD, plain and with everything") {
  check_steps(
      [](auto parameters) { return std::make_unique<Sgd>(parameters, SgdOptions{.learning_rate = 0.1}); },
      [](float p, float g, int, int64_t) { return std::fma(-f(0.1), g, p); });
  for (const bool nesterov : {false, true}) {
    const SgdOptions options{.learning_rate = 0.1,
                             .momentum = 0.9,
                             .dampening = nesterov ? 0.0 : 0.3,
                             .weight_decay = 0.01,
                             .nesterov = nesterov};
    std::vector<float> v(kSize);
    check_steps([&](auto parameters) { return std::make_unique<Sgd>(parameters, options); },
                [&](float p, float g, int step, int64_t i) {
                  float& own = v[static_cast<size_t>(i)];
                  g = std::fma(f(0.01), p, g);
                  const float scaled = options.dampening != 0 ? f(1.0 - options.dampening) * g : g;
                  own = step == 0 ? g : std::fma(f(0.9), own, scaled);
                  const float u = nesterov ? std::fma(f(0.9), own, g) : own;
                  return std::fma(-f(0.1), u, p);
                });
  }
}

TEST_CASE("Adam, AdamW, AMSGrad") {
  for (const bool decoupled : {false, true}) {
    for (const bool amsgrad : {false, true}) {
      CAPTURE(decoupled);
      CAPTURE(amsgrad);
      const AdamOptions options{.learning_rate = 0.01,
                                .beta1 = 0.8,
                                .beta2 = 0.95,
                                .epsilon = 1e-7,
                                .weight_decay = 0.1,
                                .decoupled_decay = decoupled,
                                .amsgrad = amsgrad};
      std::vector<float> m(kSize), v(kSize), largest(kSize);
      check_steps([&](auto parameters) { return std::make_unique<Adam>(parameters, options); },
                  [&](float p, float g, int step, int64_t element) {
                    const size_t i = static_cast<size_t>(element);
                    double p1 = 1, p2 = 1;
                    for (int s = 0; s <= step; ++s) p1 *= 0.8, p2 *= 0.95;
                    if (decoupled) {
                      p = p * f(1.0 - 0.01 * 0.1);
                    } else {
                      g = std::fma(f(0.1), p, g);
                    }
                    m[i] = std::fma(f(1.0 - 0.8), g, f(0.8) * m[i]);
                    v[i] = std::fma(f(1.0 - 0.95) * g, g, f(0.95) * v[i]);
                    largest[i] = v[i] > largest[i] ? v[i] : largest[i];
                    const float root = std::sqrt(amsgrad ? largest[i] : v[i]);
                    const float d = std::fma(root, f(1.0 / std::sqrt(1.0 - p2)), f(1e-7));
                    return std::fma(-f(0.01 / (1.0 - p1)), m[i] / d, p);
                  });
    }
  }
}

// --- state ---

std::unique_ptr<Optimizer> make(int kind, const std::vector<Parameter*>& parameters) {
  if (kind == 0) return std::make_unique<Sgd>(parameters, SgdOptions{.momentum = 0.9});
  return std::make_unique<Adam>(parameters, AdamOptions{.amsgrad = kind == 2});
}

TEST_CASE("an optimiser that got the state of another goes on like it") {
  Context context;
  for (const int kind : {0, 1, 2}) {
    CAPTURE(kind);
    Parameter a{"a", f32_values(1), {}, true}, b{"a", f32_values(1), {}, true};
    const auto first = make(kind, {&a});
    for (uint64_t step = 0; step < 3; ++step) {
      a.gradient = f32_values(20 + step);
      first->step(context);
    }
    const auto second = make(kind, {&b});
    nn::StateDict state;
    for (const auto& [name, tensor] : first->state()) state.emplace_back(name, tensor.clone());
    CHECK_FALSE(state.empty());
    second->load_state(state);
    b.value = a.value.clone();
    for (uint64_t step = 3; step < 6; ++step) {
      a.gradient = b.gradient = f32_values(20 + step);
      first->step(context);
      second->step(context);
    }
    CHECK(a.value.same_bits(b.value));
    for (size_t i = 0; i < state.size(); ++i)
      CHECK(first->state()[i].second.same_bits(second->state()[i].second));
  }
}

TEST_CASE("state that does not fit is refused and changes nothing") {
  Context context;
  for (const int kind : {0, 1, 2}) {
    CAPTURE(kind);
    Parameter a{"a", f32_values(1), f32_values(2), true};
    const auto optimiser = make(kind, {&a});
    optimiser->step(context);
    const nn::StateDict good = optimiser->state();
    nn::StateDict unknown = good, short_one = good, wrong_type = good;
    unknown.emplace_back("velocity.b", good[0].second);
    short_one[0].second = Tensor::zeros({3}, DType::kF32);
    wrong_type[0].second = Tensor::zeros({kSize}, DType::kF64);
    for (const nn::StateDict& bad : {unknown, short_one, wrong_type})
      CHECK_THROWS_AS(optimiser->load_state(bad), ArgumentError);
    if (kind != 0) {
      nn::StateDict incomplete(good.begin(), good.end() - 1);
      CHECK_THROWS_AS(optimiser->load_state(incomplete), ArgumentError);
    }
    for (size_t i = 0; i < good.size(); ++i) CHECK(optimiser->state()[i].second.same_bits(good[i].second));
  }
}

TEST_CASE("options out of range are refused") {
  CHECK_THROWS_AS(Sgd({}, {.learning_rate = -1}), ArgumentError);
  CHECK_THROWS_AS(Sgd({}, {.momentum = -1}), ArgumentError);
  CHECK_THROWS_AS(Sgd({}, {.nesterov = true}), ArgumentError);
  CHECK_THROWS_AS(Sgd({}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), ArgumentError);
  CHECK_THROWS_AS(Adam({}, {.beta1 = 1.0}), ArgumentError);
  CHECK_THROWS_AS(Adam({}, {.epsilon = -1e-8}), ArgumentError);
  CHECK_THROWS_AS(Adam({}, {.learning_rate = std::nan("")}), ArgumentError);
}

// --- clipping ---

TEST_CASE("clipping by norm scales all gradients alike, and only when they are too long") {
  Context context;
  Parameter a{"a", f32_values(1), Tensor::from_values<float>({2}, {3, 0}), true};
  Parameter b{"b", f32_values(1), Tensor::from_values<float>({1}, {4}), true};
  Parameter none{"none", f32_values(1), {}, true};
  CHECK(clip_gradient_norm(context, {&a, &none, &b}, 10.0) == 5.0);
  CHECK(a.gradient.to_vector<float>() == std::vector<float>{3, 0});
  CHECK(clip_gradient_norm(context, {&a, &none, &b}, 1.0) == 5.0);
  const float k = f(1.0 / (5.0 + 1e-6));
  CHECK(a.gradient.to_vector<float>() == std::vector<float>{3 * k, 0});
  CHECK(b.gradient.to_vector<float>() == std::vector<float>{4 * k});
  CHECK_FALSE(none.gradient.defined());
  a.gradient = Tensor::from_values<float>({1}, {std::nanf("")});
  CHECK(std::isnan(clip_gradient_norm(context, {&a, &b}, 1.0)));
  CHECK(std::isnan(b.gradient.item()));
}

TEST_CASE("clipping by value keeps NaN and the memory others look at") {
  Parameter a{"a", f32_values(1), {}, true};
  const Tensor before = Tensor::from_values<float>({5}, {3, -3, 0.5f, -0.0f, std::nanf("")});
  a.gradient = before;
  clip_gradient_values({&a}, 1.0);
  CHECK(a.gradient.same_bits(Tensor::from_values<float>({5}, {1, -1, 0.5f, -0.0f, std::nanf("")})));
  CHECK(before.data<float>()[0] == 3);
}

// --- schedules ---

TEST_CASE("the step schedule multiplies at each milestone") {
  const StepSchedule schedule(0.1, {3, 5}, 0.7);
  CHECK(schedule.at(0) == 0.1);
  CHECK(schedule.at(2) == 0.1);
  CHECK(schedule.at(3) == 0.1 * 0.7);
  CHECK(schedule.at(5) == (0.1 * 0.7) * 0.7);
  CHECK(schedule.at(100) == (0.1 * 0.7) * 0.7);
}

TEST_CASE("the cosine schedule runs from high to low and stays there") {
  const CosineSchedule schedule(1.0, 0.2, 4);
  CHECK(schedule.at(0) == 1.0);
  CHECK(schedule.at(4) == 0.2);
  CHECK(schedule.at(9) == 0.2);
  const double quarter = static_cast<double>(f(std::cos(static_cast<double>(f(0x1.921fb54442d18p+1 / 4)))));
  CHECK(schedule.at(1) == 0.2 + (0.5 * 0.8) * (1.0 + quarter));
  CHECK(schedule.at(1) > schedule.at(2));
  CHECK(CosineSchedule(1.0, 0.2, 0).at(0) == 0.2);
}

TEST_CASE("the plateau schedule waits, lowers, cools down and has a floor") {
  PlateauOptions options;
  options.factor = 0.5;
  options.patience = 2;
  options.cooldown = 1;
  options.minimum = 0.2;
  PlateauSchedule schedule(1.0, options);
  std::vector<double> rates;
  for (const double metric : {5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0}) {
    schedule.observe(metric);
    rates.push_back(schedule.rate());
  }
  CHECK(rates == std::vector<double>{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2});
  PlateauSchedule resumed(1.0, options);
  resumed.load_state(schedule.state());
  for (const double metric : {4.0, 3.0, 3.0, 3.0, 3.0}) {
    schedule.observe(metric);
    resumed.observe(metric);
    CHECK(resumed.rate() == schedule.rate());
    CHECK(resumed.state().n_bad == schedule.state().n_bad);
  }
}

TEST_CASE("NaN is never an improvement, and larger can be better") {
  PlateauOptions options;
  options.patience = 0;
  options.larger_is_better = true;
  PlateauSchedule schedule(1.0, options);
  schedule.observe(std::nan(""));
  CHECK_FALSE(schedule.state().has_best);
  CHECK(schedule.rate() == 0.1);
  schedule.observe(0.5);
  CHECK(schedule.state().best == 0.5);
  schedule.observe(0.50001);  // less than the threshold of 1e-4 relative
  CHECK(schedule.rate() < 0.1);
}

}  // namespace
}  // namespace ibid::optim
