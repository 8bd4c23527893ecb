#include "verify/recorded_source.h"

#include <algorithm>
#include <filesystem>

#include "platform/clock.h"
#include "platform/core_affinity.h"
#include "platform/environment.h"
#include "source/capture.h"
#include "source/python_roots.h"

namespace ibid::verify {
namespace {

// Arguments that are files: the script, for one. Data would be too much, and are recorded as inputs.
bool is_script(const platform::Path& path) {
  const std::string kind = path.extension().string();
  const bool is_code = kind == ".py" || kind == ".ipynb" || kind == ".sh" || kind == ".R" || kind == ".jl";
  return is_code && platform::path_exists(path) && !platform::is_folder(path);
}

}  // namespace

Result<Json> record_source(const std::vector<std::string>& command, const platform::Path& folder,
                           const environment::Subject& subject, const environment::PythonAnswers& python,
                           const platform::Path& run_folder) {
  source::CaptureRequest request;
  request.roots.push_back({.path = folder, .origin = "the working folder", .required = false});
  for (const std::string& word : command) {
    const platform::Path path = folder / word;
    if (is_script(path)) request.roots.push_back({.path = path, .origin = "the command", .required = false});
  }
  if (python.json.ok()) {
    for (source::CaptureRoot& root : source::python_roots(subject, python))
      request.roots.push_back(std::move(root));
  }
  std::error_code ignored;
  request.skipped.push_back(std::filesystem::weakly_canonical(run_folder, ignored));
  if (const auto home = platform::home_folder(); home.ok())
    request.home = std::filesystem::weakly_canonical(home.value(), ignored);
  request.hashing.n_threads = 1;  // the program wants the others
  request.hashing.now_ms = platform::unix_milliseconds();
  data::ObjectStore store(run_folder);
  IBID_ASSIGN(const source::Report report, source::capture(request, store));
  return source::report_json(report);
}

}  // namespace ibid::verify
