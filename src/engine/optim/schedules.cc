#include <algorithm>

#include "ibid/optim.h"

// The elementary functions with one lane, as the reference has them: one number needs neither a kernel table
// nor threads.
#define IBID_SIMD_SCALAR 1
#include "engine/kernels/elementary/binary32.h"

namespace ibid::optim {

double StepSchedule::at(int64_t step) const {
  double rate = initial_;
  for (int64_t milestone : milestones_) {
    if (step >= milestone) rate = rate * gamma_;
  }
  return rate;
}

double CosineSchedule::at(int64_t step) const {
  if (n_steps_ < 1) return low_;
  constexpr double kPi = 0x1.921fb54442d18p+1;
  const double t = static_cast<double>(std::min(step, n_steps_));
  // The correctly rounded binary32 cosine: no library function in a result path.
  const float angle = static_cast<float>((kPi * t) / static_cast<double>(n_steps_));
  const float rounded = kernels::elementary::cos(kernels::simd::F32::of(angle)).v;
  const double cosine = static_cast<double>(rounded);
  return low_ + (0.5 * (high_ - low_)) * (1.0 + cosine);
}

void PlateauSchedule::observe(double metric) {
  const double margin =
      options_.larger_is_better ? best_ * (1.0 + options_.threshold) : best_ * (1.0 - options_.threshold);
  // NaN is no improvement, not even on nothing: as the best it could never be beaten.
  const bool better =
      metric == metric && (!has_best_ || (options_.larger_is_better ? metric > margin : metric < margin));
  if (better) {
    best_ = metric;
    has_best_ = true;
    n_bad_ = 0;
  } else {
    ++n_bad_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    n_bad_ = 0;
  }
  if (n_bad_ > options_.patience) {
    rate_ = std::max(rate_ * options_.factor, options_.minimum);
    cooldown_left_ = options_.cooldown;
    n_bad_ = 0;
  }
}

PlateauSchedule::State PlateauSchedule::state() const {
  return {has_best_, best_, rate_, n_bad_, cooldown_left_};
}

void PlateauSchedule::load_state(const State& state) {
  has_best_ = state.has_best;
  best_ = state.best;
  rate_ = state.rate;
  n_bad_ = state.n_bad;
  cooldown_left_ = state.cooldown_left;
}

}  // namespace ibid::optim
