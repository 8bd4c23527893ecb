// The readers of IDX and gzip: whatever the bytes, an answer or an error, and what is accepted says the same
// when written again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "data/gzip.h"
#include "data/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  constexpr int64_t kMaxUnpacked = 1 << 20;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto check_idx = [](std::string_view content) {
    const Result<data::IdxArray> array = data::parse_idx(content, "input");
    if (array.ok()) IBID_CHECK(data::encode_idx(array.value()) == content, "an IDX array changed on its way");
  };
  check_idx(input);
  const Result<std::string> unpacked = data::gunzip(input, "input", kMaxUnpacked);
  if (!unpacked.ok()) return 0;
  IBID_CHECK(static_cast<int64_t>(unpacked.value().size()) <= kMaxUnpacked, "more was unpacked than allowed");
  check_idx(unpacked.value());
  return 0;
}
