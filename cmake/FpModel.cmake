# The floating-point model of every target: nothing may be contracted, reassociated or flushed behind the
# source text. A fused multiply-add exists only where the code says so.
add_library(ibid_fp_model INTERFACE)
target_compile_options(ibid_fp_model INTERFACE
  -ffp-contract=off
  -fno-fast-math
  -fno-unsafe-math-optimizations
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
