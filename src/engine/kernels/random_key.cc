#include "engine/kernels/random_key.h"

#include "base/check.h"

namespace ibid::kernels {

PhiloxStream philox_stream(const RandomKey& key) {
  IBID_CHECK(key.call >> 16 == 0 && key.layer >> 24 == 0, "a field of a random counter overflowed");
  return {{static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32)},
          {0, key.call << 16, key.step, key.layer | static_cast<uint32_t>(key.purpose) << 24}};
}

}  // namespace ibid::kernels
