#pragma once
// One optimiser step of one vector of parameters (section 10), over a vector type V.

#include "engine/kernels/cpu/simd.h"

namespace ibid::kernels {
namespace {
namespace elementary {

template <class V>
struct SgdConstants {
  bool has_momentum, first, nesterov, decays;
  V rate, weight_decay, momentum, one_minus_dampening;
};

// v is not touched without momentum, and not read in the first step.
template <class V>
IBID_INLINE void sgd_step(const SgdConstants<V>& c, V g, V* p, V* v) {
  if (c.decays) g = fma(c.weight_decay, *p, g);
  V u = g;
  if (c.has_momentum) {
    *v = c.first ? g : fma(c.momentum, *v, c.one_minus_dampening * g);
    u = c.nesterov ? fma(c.momentum, *v, g) : *v;
  }
  *p = fma(-c.rate, u, *p);
}

template <class V>
struct AdamConstants {
  bool amsgrad, decays, decoupled;
  V weight_decay, decay_factor, beta1, one_minus_beta1, beta2, one_minus_beta2, root_scale, epsilon, rate;
};

template <class V>
struct AdamState {
  V p, m, v, v_max;
};

// v_max is not touched without AMSGrad.
template <class V>
IBID_INLINE void adam_step(const AdamConstants<V>& c, V g, AdamState<V>* s) {
  if (c.decays) g = fma(c.weight_decay, s->p, g);
  if (c.decoupled) s->p = s->p * c.decay_factor;
  s->m = fma(c.one_minus_beta1, g, c.beta1 * s->m);
  s->v = fma(c.one_minus_beta2 * g, g, c.beta2 * s->v);
  V second = s->v;
  if (c.amsgrad) {
    const V old = s->v_max;  // maximum(old, v) of section 0.2
    second = select(is_nan(old), old, select((second > old) | is_nan(second), second, old));
    s->v_max = second;
  }
  const V d = fma(sqrt(second), c.root_scale, c.epsilon);
  s->p = fma(-c.rate, s->m / d, s->p);
}

}  // namespace elementary
}  // namespace
}  // namespace ibid::kernels
