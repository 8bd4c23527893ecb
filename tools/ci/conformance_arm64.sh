#!/bin/bash
# Builds the conformance check for 64-bit ARM, statically and without the libraries the whole program needs, and runs
# it under emulation: the digests of the repository against the reference and NEON. Usage: conformance_arm64.sh [FOLDER]
# Exit status 77 where the cross compiler or the emulator is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-build/arm64-conformance}
compiler=aarch64-linux-gnu-g++
for program in "$compiler" qemu-aarch64; do
  if ! command -v "$program" > /dev/null; then
    echo "skipped: $program is not installed (tools/setup.sh installs it)"
    exit 77
  fi
done
mkdir -p "$out/include" "$out/objects"

# Of the system's headers only xxhash's, which can be used without its library.
ln -sf /usr/include/xxhash.h "$out/include/"
{
  printf '#include "verify/conformance.h"\nnamespace ibid::verify {\nstd::string_view committed_conformance() {\n'
  printf '  static constexpr std::string_view kText = R"conformance('
  cat tests/conformance/arithmetic-1.txt
  printf ')conformance";\n  return kText;\n}\n}  // namespace ibid::verify\n'
} > "$out/committed_conformance.cc"

# One line per object file: its name, its source, its options.
list() {
  local source
  for source in src/engine/kernels/ref/*.cc; do
    echo "scalar_$(basename "$source") $source -DIBID_ISA=scalar -DIBID_SIMD_SCALAR=1 -fno-exceptions"
  done
  for source in src/engine/kernels/cpu/*.cc src/engine/kernels/ref/{norm,pool,resample,scatter}.cc; do
    echo "neon_$(basename "$source") $source -DIBID_ISA=neon -DIBID_SIMD_NEON=1 -fno-exceptions"
  done
  for source in src/engine/{autograd,nn,ops,optim,parallel,tensor}/*.cc src/engine/kernels/*.cc \
    src/engine/io/{canonical_bytes,tensor_digest}.cc src/base/{check,error,hex,number_text,random_stream,text}.cc \
    src/platform/signals.cc src/verify/conformance*.cc src/verify/summation_order.cc tests/conformance/standalone.cc \
    "$out/committed_conformance.cc"; do
    echo "$(echo "$source" | tr / _) $source -DIBID_HAVE_SCALAR=1 -DIBID_HAVE_NEON=1"
  done
  echo "digest.cc src/base/digest.cc -DXXH_INLINE_ALL"
}
export compiler out
list | xargs -P "${JOBS:-$(nproc)}" -L 1 bash -c \
  '"$compiler" -std=c++20 -O2 -ffp-contract=off -Isrc -Iinclude -I. -isystem "$out/include" "${@:2}" -c "$1" -o "$out/objects/$0.o"'
"$compiler" -static "$out"/objects/*.o -o "$out/conformance_standalone"
qemu-aarch64 "$out/conformance_standalone"
