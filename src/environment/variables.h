#pragma once

#include "environment/report_fields.h"
#include "environment/subject.h"

namespace ibid::environment {

Threads collect_threads(const Subject& subject);
Determinism collect_determinism(const Subject& subject);

// The variables that libraries of the field read, by name, without those that the sections above have. No
// other is stored, and of these none that may be a secret.
FactList<Variable> collect_variables(const Subject& subject);

// "A=1\0B=2\0" as in /proc/PID/environ.
std::map<std::string, std::string> parse_environ(std::string_view text);

}  // namespace ibid::environment
