#pragma once

#include <string>
#include <vector>

#include "verify/operation_divergence.h"

namespace ibid::verify {

struct Explanation {
  std::string why;                 // one or two sentences
  std::string remedy;              // what to write or set
  std::vector<std::string> facts;  // ids in the catalogue that both rest on
};

// Why two runs differ there. `factor` is what was changed between them ("threads"); empty: nothing was.
Explanation explain(const OperationDivergence& divergence, const std::string& factor);

// Runs that differ unless PYTHONHASHSEED is the same.
Explanation explain_hash_order();

}  // namespace ibid::verify
