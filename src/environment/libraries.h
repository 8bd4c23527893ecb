#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

// The shared libraries that the subject's process has mapped, by path; unknown if no process was named or it
// may not be looked into.
FactList<Library> collect_libraries(const Subject& subject);

// The same from the text of /proc/PID/maps, which came from `source`.
FactList<Library> libraries_in(const Subject& subject, std::string_view maps, const std::string& source);

// The files with executable mappings in the text of /proc/PID/maps, each once, by path.
std::vector<std::string> mapped_files(std::string_view maps);

// The build id of an ELF file that begins with these bytes, as hexadecimal digits.
Result<std::string> build_id(std::string_view bytes);

}  // namespace ibid::environment
