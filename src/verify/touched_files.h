#pragma once

#include "base/json.h"
#include "platform/file.h"
#include "verify/hook_events.h"

namespace ibid::verify {

// The files a program opened, with their content's digest now that it has ended, sorted by path: {"path",
// "role": read, written or both, "seen_by": of "hook" and "trace", "size_bytes", "sha256"}, or "unknown" with
// the reason instead of a digest. A file that was only read and is not what it was when it was opened has
// "changed_during_run". Files below `run_folder` are the record's own and left out.
Json touched_files_json(const HookEvents& events, const platform::Path& run_folder);

}  // namespace ibid::verify
