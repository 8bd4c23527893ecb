#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "environment/subject.h"
#include "platform/file.h"

namespace ibid::verify {

// The source of a program that is being recorded: of the folder it runs in, of its script, and of every
// folder from which its interpreter imports what nobody installed. What it takes to have it again goes to the
// record's own objects.
// Errors: the record's folder cannot be written.
Result<Json> record_source(const std::vector<std::string>& command, const platform::Path& folder,
                           const environment::Subject& subject, const environment::PythonAnswers& python,
                           const platform::Path& run_folder);

}  // namespace ibid::verify
