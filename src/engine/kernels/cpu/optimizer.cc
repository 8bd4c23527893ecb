// Section 10, a vector at a time.

#include "engine/kernels/optimizer.h"

#include "engine/kernels/cpu/for_each.h"
#include "engine/kernels/elementary/optimizer_formulas.h"
#include "engine/kernels/kernel_table.h"

namespace ibid::kernels::IBID_ISA {
namespace {

using simd::F32;

void sgd(const SgdArgs<float>& g, Executor& executor) noexcept {
  const elementary::SgdConstants<F32> constants{g.v != nullptr,      g.first,
                                                g.nesterov,          g.weight_decay != 0.0f,
                                                F32::of(g.rate),     F32::of(g.weight_decay),
                                                F32::of(g.momentum), F32::of(g.one_minus_dampening)};
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for_each_vector(begin, end, [&](auto access, int64_t i) __attribute__((always_inline)) {
      F32 p = access.load(g.p + i);
      F32 v = constants.has_momentum && !constants.first ? access.load(g.v + i) : p;
      elementary::sgd_step(constants, access.load(g.g + i), &p, &v);
      access.store(g.p + i, p);
      if (constants.has_momentum) access.store(g.v + i, v);
    });
  });
}

void adam(const AdamArgs<float>& g, Executor& executor) noexcept {
  const elementary::AdamConstants<F32> constants{
      g.v_max != nullptr,         g.weight_decay != 0.0f, g.decay_factor != 1.0f,     F32::of(g.weight_decay),
      F32::of(g.decay_factor),    F32::of(g.beta1),       F32::of(g.one_minus_beta1), F32::of(g.beta2),
      F32::of(g.one_minus_beta2), F32::of(g.root_scale),  F32::of(g.epsilon),         F32::of(g.rate)};
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for_each_vector(begin, end, [&](auto access, int64_t i) __attribute__((always_inline)) {
      const F32 v = access.load(g.v + i);
      elementary::AdamState<F32> s{access.load(g.p + i), access.load(g.m + i), v,
                                   constants.amsgrad ? access.load(g.v_max + i) : v};
      elementary::adam_step(constants, access.load(g.g + i), &s);
      access.store(g.p + i, s.p);
      access.store(g.m + i, s.m);
      access.store(g.v + i, s.v);
      if (constants.amsgrad) access.store(g.v_max + i, s.v_max);
    });
  });
}

}  // namespace

void install_optimizer(KernelTable& table) noexcept {
  table.f32.sgd = sgd;
  table.f32.adam = adam;
}

}  // namespace ibid::kernels::IBID_ISA
