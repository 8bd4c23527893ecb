// The heads of images: whatever the bytes, sizes that can be or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "data/image_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const Result<data::ImageHeader> header = data::parse_image_header(input, "input");
  if (!header.ok()) return 0;
  IBID_CHECK(header.value().format == data::image_format(input), "another format than the first bytes say");
  IBID_CHECK(header.value().width >= 0 && header.value().height >= 0 && header.value().depth >= 1,
             "an impossible size");
  return 0;
}
