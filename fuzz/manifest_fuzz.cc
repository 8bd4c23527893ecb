// The parser of manifests: whatever the text, a manifest or an error; and what is accepted is exactly what
// would be written.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "data/manifest.h"
#include "data/manifest_diff.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace ibid;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const Result<data::Manifest> manifest = data::parse_manifest(input, "input");
  if (!manifest.ok()) return 0;
  IBID_CHECK(data::manifest_text(manifest.value()) == input, "a manifest was accepted that nobody writes");
  IBID_CHECK(data::compare_manifests(manifest.value(), manifest.value()).same(),
             "a manifest differs from itself");
  return 0;
}
