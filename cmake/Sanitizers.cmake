# IBID_SANITIZE is a comma list as the compilers take it ("address,undefined" or "thread").
add_library(ibid_sanitize INTERFACE)
if(IBID_SANITIZE)
  target_compile_options(ibid_sanitize INTERFACE
    -fsanitize=${IBID_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(ibid_sanitize INTERFACE -fsanitize=${IBID_SANITIZE})
endif()
if(IBID_COVERAGE)
  target_compile_options(ibid_sanitize INTERFACE --coverage)
  target_link_options(ibid_sanitize INTERFACE --coverage)
endif()
