#!/bin/sh
# Builds the benchmarks, runs them all and writes docs/benchmarks.md. Some 15 minutes on 2 quiet cores.
#
#   tools/bench.sh [--rounds N] [--busy]
#
# --busy: other programs are running. Figures of several threads then say nothing (the threads of most libraries
# wait for one another) and are left out; one thread is measured in processor time, which is worth showing.
set -eu
cd "$(dirname "$0")/.."
rounds=13
threads_to_measure="1 2"
busy=""
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --busy) threads_to_measure=1; busy=--busy; shift ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

# OpenBLAS chooses its kernels by processor model and falls back to old ones where it does not know the model.
widest=avx2
core_type=HASWELL
if grep -q avx512f /proc/cpuinfo; then
  widest=avx512
  core_type=SKYLAKEX
fi
OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-$core_type}
export OPENBLAS_CORETYPE

cmake --preset bench -DIBID_TESTS=OFF > /dev/null
cmake --build --preset bench -j "$(nproc)"

results=build/bench/results.jsonl
: > "$results.part"
run() { # run NAME COMMAND...: its lines, each with the benchmark's name
  name=$1
  shift
  echo "-- $*" >&2
  "$@" > "$results.one"
  sed "s/^{/{\"bench\": \"$name\", /" "$results.one" >> "$results.part"
}

bin=build/bench/bin
for threads in $threads_to_measure; do
  for isa in $(echo $widest avx2 | tr " " "\n" | uniq); do
    run step bench/against_torch.py $bin/bench_mnist_step --threads $threads --isa $isa --rounds $rounds --memory --json
    run elementwise bench/against_torch.py $bin/bench_elementwise --threads $threads --isa $isa --rounds $rounds --json
    run elementwise bench/against_torch.py $bin/bench_elementwise --threads $threads --isa $isa --rounds $rounds --json \
      --as-installed --filter 3-D
  done
  run reduce $bin/bench_reduce --threads $threads --rounds $rounds --json
  run gemm $bin/bench_gemm --threads $threads --rounds $rounds --json
  run conv $bin/bench_conv --threads $threads --rounds $rounds --json
done
mv "$results.part" "$results"
tools/write_benchmarks.py "$results" docs/benchmarks.md $busy --openblas "$OPENBLAS_CORETYPE"
