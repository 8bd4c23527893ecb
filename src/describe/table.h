#pragma once

#include "base/result.h"
#include "describe/facts.h"

namespace ibid::describe {

// Reads the tables of a request, each file once from its beginning to its end, and keeps for each row 16
// bytes (20 with labels) and for each column and split what ColumnSummary needs. The columns are those of the
// first file; where files have names, columns belong together by name, else by position.
// Errors: usage where a column that the request names is not there; those of the files.
Result<DataFacts> describe_table(const DescribeRequest& request);

}  // namespace ibid::describe
