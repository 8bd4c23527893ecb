#include <algorithm>

#include "engine/ops/apply_unary.h"
#include "ibid/context.h"
#include "ibid/optim.h"

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
  Context context;
  const Tensor angle = Tensor::scalar((kPi * t) / static_cast<double>(n_steps_), DType::kF32);
  const double cosine = ops::apply_unary(context, kernels::UnaryOp::kCos, angle).item();
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
