add_library(ibid_warnings INTERFACE)
target_compile_options(ibid_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Wdouble-promotion -Wundef
  # g++ 12 sees overlapping copies in `"literal" + std::string` where there are none (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # Every compiler we use takes string literals longer than the 65536 the C++ standard promises.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-overlength-strings>
  $<$<BOOL:${IBID_WERROR}>:-Werror>)
