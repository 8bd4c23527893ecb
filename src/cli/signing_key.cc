#include "cli/signing_key.h"

#include "cli/invocation.h"
#include "platform/file.h"

namespace ibid::cli {

Result<std::string> read_key(const Invocation& invocation) {
  constexpr int64_t kLargestKey = 1 << 16;
  if (const auto path = invocation.text("key")) return platform::read_file(*path, kLargestKey);
  return Error(ErrorCode::kUsage, "--key is missing", "make a pair of keys with 'ibid certify keygen NAME'");
}

}  // namespace ibid::cli
