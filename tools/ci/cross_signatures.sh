#!/bin/sh
# Trains the same two steps (tests/signature) with other compilers, optimisation levels and processors, and compares
# with the one digest all of them must print. Usage: cross_signatures.sh quick|full
#   quick  clang -O2 here, g++ -O2 for 64-bit ARM under emulation
#   full   g++ and clang at -O0, -O2 and -O3 here, g++ -O0, -O2 and -O3 for 64-bit ARM, x86-64 without FMA
set -eu
cd "$(dirname "$0")/../.."
mode=${1:?usage: cross_signatures.sh quick|full}
expected=$(cat tests/signature/expected.txt)
jobs=$(nproc)
passed=0
failed=0
skipped=0

# build NAME CMAKE_OPTION...: the probe in build/cross/NAME.
build() {
  folder=build/cross/$1
  shift
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE= -DIBID_PROGRAM=OFF "$@" > /dev/null
  cmake --build "$folder" -j "$jobs" --target signature_probe > "$folder/build.log" 2>&1 || {
    cat "$folder/build.log"
    exit 1
  }
}

# compare TITLE COMMAND...: its output against the expected digest; exit status 77 means it cannot run here.
compare() {
  title=$1
  shift
  status=0
  found=$("$@" 2> /dev/null) || status=$?
  if [ "$status" -eq 77 ]; then
    skipped=$((skipped + 1))
    echo "skipped    $title: this machine cannot run it"
  elif [ "$status" -eq 0 ] && [ "$found" = "$expected" ]; then
    passed=$((passed + 1))
    echo "identical  $title"
  else
    failed=$((failed + 1))
    echo "DIFFERENT  $title: '$found' (status $status), not $expected"
  fi
}

native() { # native TITLE CXX FLAGS
  build "$1" -DCMAKE_CXX_COMPILER="$2" -DCMAKE_CXX_FLAGS="$3"
  for isa in scalar avx2 avx512; do
    compare "$1, $isa, 2 threads, 2 workers" "build/cross/$1/bin/signature_probe" $isa 2 2
  done
}

arm() { # arm TITLE FLAGS
  build "$1" -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/aarch64.cmake -DCMAKE_CXX_FLAGS="$2"
  for isa in $3; do
    compare "$1, $isa, emulated" qemu-aarch64 "build/cross/$1/bin/signature_probe" "$isa" 2
  done
}

case $mode in
  quick)
    native clang-O2 clang++-19 -O2
    arm aarch64-O2 -O2 "neon"
    ;;
  full)
    for level in -O0 -O2 -O3; do
      native "g++$level" g++ $level
      native "clang$level" clang++-19 $level
    done
    arm aarch64-O2 -O2 "scalar neon"
    arm aarch64-O3 -O3 "neon"
    arm aarch64-O0 -O0 "neon"
    # A processor without FMA: the scalar path computes it in software.
    compare "g++-O2, scalar on a Nehalem, emulated" qemu-x86_64 -cpu Nehalem build/cross/g++-O2/bin/signature_probe scalar 2
    ;;
  *)
    echo "cross_signatures.sh: quick or full, not '$mode'" >&2
    exit 2
    ;;
esac
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
