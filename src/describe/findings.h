#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "describe/facts.h"
#include "describe/shifts.h"

namespace ibid::describe {

// The observation factors of irreproducibility to which a finding can belong.
enum class Factor { kDatasetBias, kPreprocessing, kDataSplits, kAnnotationQuality, kTestData };

std::string_view factor_title(Factor factor);  // "Dataset bias"

// Something that a reader of results on this data should know.
struct Finding {
  Factor factor = Factor::kDatasetBias;
  std::string kind;     // stable, for scripts: "overlap", "label-conflict", ...
  bool strict = false;  // leaks and conflicting labels: what --strict refuses
  std::string text;
};

// In the order of their weight: leaks and conflicts first.
std::vector<Finding> find(const DataFacts& facts, const std::vector<SplitShift>& shifts);

}  // namespace ibid::describe
