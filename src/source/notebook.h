#pragma once

#include <string_view>

#include "base/result.h"
#include "source/report_fields.h"

namespace ibid::source {

// What a Jupyter notebook (formats 3 and 4) says was run, without its outputs. The name is the caller's to
// set. A text that is no notebook gives unknown facts with the reason.
Notebook read_notebook(std::string_view text);

}  // namespace ibid::source
