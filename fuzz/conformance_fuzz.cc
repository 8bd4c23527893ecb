#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "verify/conformance_case.h"

// What is read reads back the same after it was written.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ibid;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = verify::parse_conformance(text, "input");
  if (!file.ok()) return 0;
  const std::string written = verify::conformance_text(file.value());
  const auto again = verify::parse_conformance(written, "output");
  IBID_CHECK(again.ok() && verify::conformance_text(again.value()) == written, "a conformance file changed");
  return 0;
}
