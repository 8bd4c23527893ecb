#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "report/document.h"

namespace ibid::verify {

// A verification for people: the verdict in one sentence, every run, the first divergence of those that
// differ, what was varied, how to repeat it. `report` is report.json of docs/formats/verification.md, `first`
// the run.json of the run that was repeated.
report::Document verification_document(const Json& report, const Json& first);

// The same for continuous integration: JUnit's XML, one case for each run.
std::string verification_junit(const Json& report, const Json& first);

// Of a run's `comparison`: what differs, the strongest evidence first, a sentence each.
std::vector<std::string> difference_sentences(const Json& comparison);

// One sentence: what came out.
std::string verdict_sentence(const Json& report);

}  // namespace ibid::verify
