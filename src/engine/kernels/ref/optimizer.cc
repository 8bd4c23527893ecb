// Section 10 of the standard, element by element.

#include "engine/kernels/optimizer.h"

#include "engine/kernels/elementary/optimizer_formulas.h"
#include "engine/kernels/kernel_table.h"
#include "engine/kernels/ref/ref.h"

namespace ibid::kernels::IBID_ISA {
namespace {

template <class T>
void sgd(const SgdArgs<T>& g, Executor& executor) noexcept {
  using V = decltype(simd::load(static_cast<const T*>(nullptr)));
  const elementary::SgdConstants<V> constants{g.v != nullptr,    g.first,
                                              g.nesterov,        g.weight_decay != T(0),
                                              V::of(g.rate),     V::of(g.weight_decay),
                                              V::of(g.momentum), V::of(g.one_minus_dampening)};
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      V p = simd::load(g.p + i);
      V v = g.v != nullptr && !g.first ? simd::load(g.v + i) : p;
      elementary::sgd_step(constants, simd::load(g.g + i), &p, &v);
      store(g.p + i, p);
      if (g.v != nullptr) store(g.v + i, v);
    }
  });
}

template <class T>
void adam(const AdamArgs<T>& g, Executor& executor) noexcept {
  using V = decltype(simd::load(static_cast<const T*>(nullptr)));
  const elementary::AdamConstants<V> constants{
      g.v_max != nullptr,       g.weight_decay != T(0), g.decay_factor != T(1),   V::of(g.weight_decay),
      V::of(g.decay_factor),    V::of(g.beta1),         V::of(g.one_minus_beta1), V::of(g.beta2),
      V::of(g.one_minus_beta2), V::of(g.root_scale),    V::of(g.epsilon),         V::of(g.rate)};
  for_each_block(executor, g.size, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const V v = simd::load(g.v + i);
      elementary::AdamState<V> s{simd::load(g.p + i), simd::load(g.m + i), v,
                                 g.v_max != nullptr ? simd::load(g.v_max + i) : v};
      elementary::adam_step(constants, simd::load(g.g + i), &s);
      store(g.p + i, s.p);
      store(g.m + i, s.m);
      store(g.v + i, s.v);
      if (g.v_max != nullptr) store(g.v_max + i, s.v_max);
    }
  });
}

}  // namespace

void install_optimizer(KernelTable& table) noexcept {
  table.f32.sgd = sgd<float>;
  table.f64.sgd = sgd<double>;
  table.f32.adam = adam<float>;
  table.f64.adam = adam<double>;
}

}  // namespace ibid::kernels::IBID_ISA
