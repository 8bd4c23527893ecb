#pragma once

#include <cstdint>

#include "engine/kernels/executor.h"

namespace ibid::kernels {

// One step of stochastic gradient descent on one parameter array (section 10). The constants are the
// configuration's, computed in binary64 and rounded once to T.
template <class T>
struct SgdArgs {
  int64_t size = 0;
  T* p = nullptr;
  const T* g = nullptr;
  T* v = nullptr;      // momentum state, or none: no momentum
  bool first = false;  // v has no value yet
  bool nesterov = false;
  T rate = 0;
  T weight_decay = 0;  // 0: none
  T momentum = 0;
  T one_minus_dampening = 1;
};

// One step of Adam or AdamW (section 10).
template <class T>
struct AdamArgs {
  int64_t size = 0;
  T* p = nullptr;
  const T* g = nullptr;
  T* m = nullptr;
  T* v = nullptr;
  T* v_max = nullptr;  // AMSGrad state, or none
  T weight_decay = 0;  // Adam: added to the gradient; 0: none
  T decay_factor = 1;  // AdamW: T(1 - rate wd), multiplies the parameter first; 1: none
  T beta1 = 0, one_minus_beta1 = 0;
  T beta2 = 0, one_minus_beta2 = 0;
  T root_scale = 0;  // 1 / sqrt(1 - P2)
  T epsilon = 0;
  T rate = 0;  // rate / (1 - P1)
};

template <class T>
using SgdFunction = void (*)(const SgdArgs<T>&, Executor&) noexcept;
template <class T>
using AdamFunction = void (*)(const AdamArgs<T>&, Executor&) noexcept;

}  // namespace ibid::kernels
