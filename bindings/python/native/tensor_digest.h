#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// How the bits of an element are to be read: only floating-point numbers have NaNs to be made equal.
enum ibid_element { IBID_BITS = 0, IBID_F16 = 1, IBID_BF16 = 2, IBID_F32 = 3, IBID_F64 = 4 };

// The digest of a contiguous tensor (docs/formats/digests.md, "Tensor"): `header` is its type and shape with
// the line feed, `n` counts elements (bytes for IBID_BITS). Writes 32 hexadecimal digits and a zero. Returns
// 0, or -1 for an unknown element.
__attribute__((visibility("default"))) int ibid_tensor_digest(const char* header, int element,
                                                              const void* data, int64_t n, char* hex);

#ifdef __cplusplus
}
#endif
