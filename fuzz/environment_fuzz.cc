// The readers of locks, of lists of installed files, of an interpreter's answers and of loaded libraries:
// whatever the bytes, an answer or an error, and nothing read out of bounds.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "environment/compiler_notes.h"
#include "environment/fast_math.h"
#include "environment/index.h"
#include "environment/libraries.h"
#include "environment/lock_check.h"
#include "environment/lock_file.h"
#include "environment/record.h"
#include "environment/requirements.h"
#include "report/check.h"

namespace {

using namespace ibid;
using namespace ibid::environment;

void check_requirements_text(std::string_view input) {
  const auto requirements = parse_requirements(input, "input");
  if (!requirements.ok()) return;
  for (const Requirement& requirement : requirements.value()) {
    IBID_CHECK(!requirement.name.empty(), "a requirement of no name");
    IBID_CHECK(requirement.version.empty() || requirement.origin.empty(), "a requirement of two kinds");
  }
}

void check_conda_text(std::string_view input) {
  const auto packages = parse_conda_explicit(input, "input");
  if (packages.ok()) (void)check_conda(packages.value(), Report());
}

void check_record_text(std::string_view input) {
  const std::vector<RecordedFile> files = recorded_files(input);
  for (size_t i = 1; i < files.size(); ++i)
    IBID_CHECK(files[i - 1].path <= files[i].path, "files out of order");
  IBID_CHECK(record_digest(files).size() == 64, "a digest of another length");
}

// A lock or a report that passes the checks can be compared, here with itself.
void check_json_text(std::string_view input) {
  Result<Json> json = parse_json(input, "input");
  if (!json.ok()) return;
  (void)parse_index_answers(json.value());
  const auto record = record_in_lock(json.value(), "input");
  const Json& report = record.ok() ? record.value() : json.value();
  if (!report::check(report, {"ibid.environment", kFormatVersion, report_sections()}, "input").ok()) return;
  IBID_CHECK(check_record(report, report).deviations.empty(), "an environment differs from itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  check_requirements_text(input);
  check_conda_text(input);
  check_record_text(input);
  check_json_text(input);
  (void)sets_flush_to_zero(input);
  (void)build_id(input);
  (void)compilers_of(input);
  (void)compiler_flags(input);
  (void)mapped_files(input);
  return 0;
}
