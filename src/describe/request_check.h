#pragma once

#include "base/result.h"
#include "describe/facts.h"

namespace ibid::describe {

// An error, naming the option, if the request asks for something that only tables have.
Result<void> refuse_table_options(const DescribeRequest& request);

}  // namespace ibid::describe
