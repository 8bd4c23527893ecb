#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "environment/effects.h"
#include "environment/report_fields.h"
#include "environment/requirements.h"
#include "environment/subject.h"

namespace ibid::environment {

// One thing in which a machine is not as a lock says.
struct Deviation {
  std::string what;             // "numpy, version"
  std::string expected, found;  // "1.26.4", "not there"
  Effect effect;
};

struct LockCheck {
  std::vector<Deviation> deviations;      // the most likely to matter first, then by what
  std::vector<std::string> not_compared;  // what nobody could compare, and how it could be
};

// Against the record in a lock (record_in_lock()) or a captured environment that has passed report::check().
// `found` is an environment report of this machine.
LockCheck check_record(const Json& expected, const Json& found);

// Against the requirements of pip. What is installed and not named is a deviation too, unless it is Debian's.
LockCheck check_requirements(const std::vector<Requirement>& expected, const Report& found);

struct CondaRequirement {
  std::string name, version, build;
  std::string digest;  // MD5 or SHA-256 in hexadecimal digits; empty: the line has none
};

// conda's explicit list. Errors: it is none, or a line is no address of a package.
Result<std::vector<CondaRequirement>> parse_conda_explicit(std::string_view text, std::string_view file_name);

LockCheck check_conda(const std::vector<CondaRequirement>& expected, const Report& found);

// Adds the packages whose files are not those that were installed. Reads every file.
void check_files(const Subject& subject, const Report& found, LockCheck& check);

// In the order that LockCheck promises.
void sort_deviations(LockCheck& check);

}  // namespace ibid::environment
