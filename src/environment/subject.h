#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "platform/file_tree.h"
#include "report/fact.h"

namespace ibid::environment {

using report::Fact;
using report::FactList;

// Whose environment is looked at: files, variables, and where there is one the process. Collectors reach for
// nothing else, so that a captured environment is as good as this one.
struct Subject {
  platform::FileTree files;
  std::map<std::string, std::string> variables;
  std::optional<int64_t> process_id;  // whose loaded libraries are listed
};

// A file with one line is its own source.
inline Fact<std::string> line_fact(const Subject& subject, const std::string& path) {
  Result<std::string> line = subject.files.read_line(path);
  return line.ok() ? Fact<std::string>::known(std::move(line).value(), path)
                   : Fact<std::string>::unknown(line.error().message());
}

// What an interpreter says about itself: the JSON that python_probe.py prints, or why there is none.
struct PythonAnswers {
  std::string executable;
  Result<Json> json;
};

}  // namespace ibid::environment
