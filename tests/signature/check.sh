#!/bin/sh
# Usage: check.sh PROGRAM ISA THREADS WORKERS. Exit status 77: this machine cannot run the instruction set.
set -eu
found=$("$@") || exit $?
expected=$(cat "$(dirname "$0")/expected.txt")
[ "$found" = "$expected" ] && exit 0
echo "the signature moved: expected $expected, found $found" >&2
echo "if the arithmetic was meant to change, say so in the commit and write the new digest to expected.txt" >&2
exit 1
