add_library(ibid_warnings INTERFACE)
target_compile_options(ibid_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Wdouble-promotion -Wundef
  $<$<BOOL:${IBID_WERROR}>:-Werror>)
