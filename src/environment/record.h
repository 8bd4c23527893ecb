#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "environment/subject.h"

namespace ibid::environment {

// A file as RECORD, the list that a wheel leaves behind, names it.
struct RecordedFile {
  std::string path;    // relative to the folder that the package lies in
  std::string sha256;  // in the base64 of RECORD
};

// The files of a RECORD by path, without those that each installation writes anew: compiled code, scripts
// with the interpreter's path in them, who installed it and from where. What remains is the same wherever,
// and by whichever program, the same archive was installed.
std::vector<RecordedFile> recorded_files(std::string_view record);

// One digest for all of them, 64 hexadecimal digits.
std::string record_digest(const std::vector<RecordedFile>& files);

// The paths of those below `folder` that are gone or have another content by now. Reads every file.
std::vector<std::string> altered_files(const Subject& subject, const std::string& folder,
                                       const std::vector<RecordedFile>& files);

}  // namespace ibid::environment
