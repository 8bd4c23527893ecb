#include "bindings/python/native/tensor_digest.h"

#include <cstring>
#include <exception>

#include "base/canonical_floats.h"
#include "base/digest.h"

namespace {

bool add_elements(ibid::DigestStream& stream, int element, const void* data, int64_t n) {
  const auto add = [&](std::span<const std::byte> bytes) { stream.update(bytes); };
  switch (element) {
    case IBID_BITS:
      stream.update({static_cast<const std::byte*>(data), static_cast<size_t>(n)});
      return true;
    case IBID_F16:
      ibid::CanonicalF16::for_each_piece(static_cast<const uint16_t*>(data), n, add);
      return true;
    case IBID_BF16:
      ibid::CanonicalBf16::for_each_piece(static_cast<const uint16_t*>(data), n, add);
      return true;
    case IBID_F32:
      ibid::CanonicalF32::for_each_piece(static_cast<const uint32_t*>(data), n, add);
      return true;
    case IBID_F64:
      ibid::CanonicalF64::for_each_piece(static_cast<const uint64_t*>(data), n, add);
      return true;
    default:
      return false;
  }
}

}  // namespace

int ibid_tensor_digest(const char* header, int element, const void* data, int64_t n, char* hex) {
  try {
    ibid::DigestStream stream;
    stream.update(std::string_view(header));
    if (!add_elements(stream, element, data, n)) return -1;
    std::memcpy(hex, stream.digest().hex().c_str(), 33);
    return 0;
  } catch (const std::exception&) {
    return -1;  // no exception may reach C
  }
}
