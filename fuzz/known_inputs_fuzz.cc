// The register of inputs: whatever the text, entries; and a text that is intact says the same when written
// again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "data/known_inputs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  data::KnownInputs known;
  const bool intact = known.read(input);
  const std::string text = known.text();
  data::KnownInputs again;
  IBID_CHECK(again.read(text) && again.text() == text, "what was written was not read as such");
  // The order of the lines is the only freedom a text has.
  if (intact && !input.empty())
    IBID_CHECK(text.size() == input.size(), "an intact register changed on its way");
  return 0;
}
