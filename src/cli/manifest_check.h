#pragma once

#include "base/result.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "platform/file.h"

namespace ibid::cli {

// Compares a folder with the manifest named by --manifest and names each entry that is missing, altered or
// extra. Reads every file. The exit status.
Result<int> check_against_manifest(const platform::Path& folder, const Invocation& invocation,
                                   Console& console);

}  // namespace ibid::cli
