# The fast CPU kernels are written once and compiled once per instruction set. Inside the sources the macro
# IBID_ISA names the namespace, so the same function has a distinct symbol in each object; everything else is
# in an anonymous namespace, because a weak symbol (an inline function or template) compiled with AVX-512 could
# win at link time and run on a machine without it. tools/check_isa_symbols.sh proves that none is left.
#   ibid_isa_kernels(TARGET ibid_engine REFERENCE ref/gemm.cc FAST cpu/gemm.cc)
set(IBID_ISA_FLAGS_avx2 -mavx2 -mfma)
set(IBID_ISA_FLAGS_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512)
set(IBID_ISA_FLAGS_neon "")
set(IBID_ISA_FLAGS_scalar "")
set(IBID_ISA_FLAGS_scalar_fma -mfma)

function(ibid_isa_names OUT)
  if(NOT IBID_ISA_KERNELS)
    set(${OUT} "" PARENT_SCOPE)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(${OUT} avx2 avx512 PARENT_SCOPE)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(${OUT} neon PARENT_SCOPE)
  else()
    set(${OUT} "" PARENT_SCOPE)
  endif()
endfunction()

# The reference kernels are built for the baseline processor and, on x86-64, once more with FMA instructions: the
# same source, so that a machine without FMA has the same bits and one with it does not pay for emulating it.
function(ibid_isa_kernels)
  cmake_parse_arguments(ARG "" "TARGET" "REFERENCE;FAST" ${ARGN})
  ibid_isa_names(isas)
  ibid_isa_objects(${ARG_TARGET} scalar "${ARG_REFERENCE}")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    ibid_isa_objects(${ARG_TARGET} scalar_fma "${ARG_REFERENCE}")
  endif()
  foreach(isa IN LISTS isas)
    ibid_isa_objects(${ARG_TARGET} ${isa} "${ARG_FAST}")
  endforeach()
endfunction()

function(ibid_isa_objects TARGET ISA SOURCES)
  string(TOUPPER ${ISA} upper)
  set(objects ibid_kernels_${ISA})
  add_library(${objects} OBJECT ${SOURCES})
  target_include_directories(${objects} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(${objects} PRIVATE IBID_ISA=${ISA} IBID_SIMD_${upper}=1)
  target_compile_options(${objects} PRIVATE ${IBID_ISA_FLAGS_${ISA}} -fno-exceptions)
  if(ISA STREQUAL "avx512" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12's own intrinsics read an undefined vector under an all-ones mask and are warned about (GCC 105593).
    target_compile_options(${objects} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized)
  endif()
  target_link_libraries(${objects} PRIVATE ibid_fp_model ibid_warnings ibid_sanitize)
  target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:${objects}>)
  target_compile_definitions(${TARGET} PRIVATE IBID_HAVE_${upper}=1)
endfunction()
