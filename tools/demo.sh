#!/bin/sh
# The demonstration behind `make demo`: one full training for the accuracy, then a short one computed in every way this
# machine can, compared bit by bit. Usage: tools/demo.sh PROGRAM
set -eu
ibid=$1
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT INT TERM

echo "== 1. A whole training: four passes over the training images"
"$ibid" train mnist-cnn --output "$runs/full"
echo
echo "== 2. The same short training on every instruction set, with one, two and three threads"
"$ibid" verify train mnist-cnn --isa scalar,avx2,avx512,neon --threads 1,2,3 --steps 6
echo
echo "== 3. Cut among data-parallel workers"
"$ibid" verify train mnist-cnn --threads 2 --workers 1,2,3,4 --steps 20
echo
echo "Next: ibid train mnist-cnn --help, ibid verify train --help, and README.md."
