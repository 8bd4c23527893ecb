#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ibid::compare {

struct ZipMember {
  std::string name;
  std::string content;
};

bool is_zip(std::string_view bytes);

// The files in a zip archive, unpacked, checksums verified, in the archive's order; folders are left out.
// Times and rights are not looked at. `where` is for errors: malformed, and unsupported where more than
// `max_bytes` would come out, or more than a million members (a small file can claim any size).
Result<std::vector<ZipMember>> unzip(std::string_view bytes, const std::string& where, int64_t max_bytes);

}  // namespace ibid::compare
