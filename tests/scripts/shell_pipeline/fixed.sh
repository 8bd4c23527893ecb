#!/bin/sh
# The mean elevation of a sample of Covertype: every twentieth row.
set -eu
awk 'NR % 20 == 1' "$IBID_DATA_DIR/covertype/covtype.20k.data" > sample.csv
wc -l < sample.csv
awk -F, '{ sum += $1 } END { printf "mean %.6f\n", sum / NR }' sample.csv
