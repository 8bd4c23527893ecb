add_library(ibid_warnings INTERFACE)
target_compile_options(ibid_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Wdouble-promotion -Wundef
  # g++ 12 sees overlapping copies in `"literal" + std::string` where there are none (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${IBID_WERROR}>:-Werror>)
