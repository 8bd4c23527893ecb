#include "describe/describe.h"

#include "describe/table.h"

namespace ibid::describe {

Result<DataFacts> describe_data(const DescribeRequest& request) { return describe_table(request); }

}  // namespace ibid::describe
