// The reader of digest logs: whatever the line, an entry or an error, and an entry says the same when written
// and read again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "verify/digest_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const Result<verify::DigestEntry> entry = verify::parse_digest_line(input, "input");
  if (!entry.ok()) return 0;
  const Result<verify::DigestEntry> back =
      verify::parse_digest_line(verify::digest_line(entry.value()), "again");
  IBID_CHECK(back.ok(), "what was written cannot be read");
  IBID_CHECK(back.value().step == entry.value().step && back.value().root == entry.value().root &&
                 back.value().chain == entry.value().chain && back.value().tensors == entry.value().tensors,
             "an entry changed on its way");
  verify::compare_logs({entry.value()}, {back.value()});
  return 0;
}
