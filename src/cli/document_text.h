#pragma once

#include "cli/console.h"
#include "report/document.h"

namespace ibid::cli {

// A document for the terminal. Of a table as many columns as fit its width, and of a long one the first rows;
// what is left out is said.
void print_document(const report::Document& document, Console& console);

}  // namespace ibid::cli
