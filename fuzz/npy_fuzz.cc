// The head of .npy files: whatever the bytes, an answer or an error; what is accepted has a shape that fits.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/checked_int.h"
#include "data/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const Result<data::NpyHeader> header = data::parse_npy_header(input, "input");
  if (!header.ok()) return 0;
  const data::NpyHeader& head = header.value();
  IBID_CHECK(head.header_bytes <= size && head.item_bytes >= 1 && head.item_bytes <= 8, "an impossible head");
  IBID_CHECK(checked_product(head.shape).has_value(), "a shape that does not fit");
  if (size - head.header_bytes >= static_cast<size_t>(head.item_bytes))
    IBID_CHECK(!data::npy_value_text(head, input.substr(head.header_bytes)).empty(),
               "a value without a text");
  return 0;
}
