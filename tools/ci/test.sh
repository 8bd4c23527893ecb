#!/bin/sh
# The stages of `make test`, each from nothing: linters, build, all tests of the release build, then the same short
# training from a second compiler and on 64-bit ARM.
set -eu
cd "$(dirname "$0")/../.."
jobs=$(nproc)
stage() { printf '\n== %s\n' "$1"; }

stage "lint"
tools/ci/lint.sh

stage "build"
cmake --preset release > /dev/null
cmake --build --preset release -j "$jobs"
tools/check_isa_symbols.sh build/release

stage "tests"
rm -f build/release/skipped_cases.txt
ctest --test-dir build/release -j "$jobs" --output-on-failure --output-log "$PWD/build/release/ctest.log"

stage "a second compiler and 64-bit ARM"
tools/ci/cross_signatures.sh quick

stage "what did not run"
tools/ci/print_skips.sh build/release/ctest.log build/release/skipped_cases.txt

echo
echo "passed. The program is build/release/bin/ibid; next: make demo, or ibid --help"
