#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "report/fields.h"

namespace ibid::report {

// A field in which two reports differ, or in which one of them does not know.
struct Difference {
  const Section* section;
  const Field* field;      // null: an item is in one list only, or the lists have different lengths
  std::string item;        // in a list, which: the value of its key, or its number from 1
  std::string a, b;        // the values for people, or "unknown: why"
  bool undecided = false;  // one of them is unknown or left out, so nobody can tell
};

enum class Verdict { kSame, kMayDiffer, kDifferentClass };

struct Comparison {
  std::vector<Difference> differences;  // in the order of the sections
  Verdict verdict = Verdict::kSame;
};

// Compares two reports that have passed check(). With a framework only what matters to it counts for the
// verdict; an empty name stands for all of them.
Comparison compare(const Json& a, const Json& b, std::span<const Section> sections,
                   std::string_view framework = {});

// Whether a difference in `field` counts for a framework (empty: any of them).
bool counts_for(const Field& field, std::string_view framework);

// The frameworks that any field names, each once, in the order in which they come.
std::vector<std::string> named_frameworks(std::span<const Section> sections);

std::string_view verdict_text(Verdict verdict);  // "same results expected"

}  // namespace ibid::report
