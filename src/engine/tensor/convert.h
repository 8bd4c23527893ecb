#pragma once

#include <cstdint>

namespace ibid {

// One element from type S to type D by section 0.4: to a float one rounding, float to integer truncates, saturates
// and takes NaN as 0, to bool x != 0, integers wrap.
template <class D, class S>
inline D convert_element(S x) {
  if constexpr (__is_same(D, bool)) {
    return x != S(0);
  } else if constexpr ((__is_same(S, float) || __is_same(S, double)) &&
                       !(__is_same(D, float) || __is_same(D, double))) {
    if (x != x) return D(0);
    // Both limits of D, and the next value above the upper one, are exact in S or round to it.
    constexpr bool kWide = sizeof(D) == 8;
    const S upper = kWide ? static_cast<S>(0x1p63) : static_cast<S>(256);
    const S lower = kWide ? static_cast<S>(-0x1p63) : static_cast<S>(0);
    if (x >= upper) return kWide ? static_cast<D>(INT64_MAX) : static_cast<D>(255);
    if (x <= lower) return kWide ? static_cast<D>(INT64_MIN) : static_cast<D>(0);
    return static_cast<D>(x);
  } else {
    return static_cast<D>(x);
  }
}

}  // namespace ibid
