#pragma once

#include "base/json.h"
#include "base/result.h"
#include "verify/recorded_run.h"

namespace ibid::verify {

// All that a run is recorded with, to be recorded by another process: every member but `on_output` and
// `execution`, and of the hook only whether it is wanted.
Json record_options_json(const RecordOptions& options);

// The way back; the hook is the one beside this program. Errors: a member is missing or of another type; the
// hook is wanted and not there. `name` says where the text came from.
Result<RecordOptions> parse_record_options(const Json& json, const std::string& name);

}  // namespace ibid::verify
