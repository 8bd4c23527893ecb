#!/bin/sh
# expect: the file sample.csv and the output line "mean": rows are drawn with no seed
set -eu
sort -R "$IBID_DATA_DIR/covertype/covtype.20k.data" | head -n 1000 > sample.csv
wc -l < sample.csv
awk -F, '{ sum += $1 } END { printf "mean %.6f\n", sum / NR }' sample.csv
