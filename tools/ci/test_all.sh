#!/bin/sh
# The slow checks behind `make test-all`: compilers and optimisation levels, sanitizers, mutations of the sources.
set -eu
cd "$(dirname "$0")/../.."
jobs=$(nproc)
stage() { printf '\n== %s\n' "$1"; }

stage "compilers, optimisation levels, processors"
tools/ci/cross_signatures.sh full

stage "the whole suite built by clang"
cmake --preset clang > /dev/null
cmake --build --preset clang -j "$jobs"
ctest --test-dir build/clang -j "$jobs" --output-on-failure

for sanitizer in asan tsan; do
  stage "sanitizers: $sanitizer"
  cmake --preset "$sanitizer" > /dev/null
  cmake --build --preset "$sanitizer" -j "$jobs"
  ctest --test-dir "build/$sanitizer" -j "$jobs" --output-on-failure -L "unit|kernels|property|golden"
done

stage "false alarms: real scripts that are fixed, 20 times each"
python=/usr/bin/python3
[ ! -x .venv/bin/python ] || python=.venv/bin/python
env IBID_BINARY="$PWD/build/release/bin/ibid" IBID_CPP_FIXED="$PWD/build/release/tests/cpp_reduction_fixed" \
  IBID_REPEATS=20 "$python" -B tests/e2e/real_scripts_test.py -v -k fixed

stage "mutations"
tools/ci/mutations.py
