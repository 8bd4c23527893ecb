#pragma once

#include <string_view>

namespace ibid::catalogue {

// specs/catalogue/nondeterminism.json, as it was when the program was built.
std::string_view catalogue_text();

}  // namespace ibid::catalogue
