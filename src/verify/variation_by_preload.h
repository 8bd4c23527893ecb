#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/file.h"
#include "verify/variation.h"

namespace ibid::verify {

// Variations by a library that goes in front of the program's C library (bindings/preload). It reaches
// whatever program loads that library when it starts; a run in which none did does not count.

// Folders are read in n other orders. Each second one is the reverse of the one before.
std::vector<Variation> file_order_variations(int64_t n);

// The time of day is another one: shifted ("+1d", "-1y"; units s, m, h, d, w and y of 365 days), or that of
// the start is the beginning of a day in UTC ("2038-01-20"). Errors (usage): neither, or before 1970.
Result<std::vector<Variation>> time_variations(std::string_view comma_separated);

// The library beside the program, or why it is not there.
Result<platform::Path> find_preload_library();

}  // namespace ibid::verify
