#!/bin/sh
# What did not run, and why. Usage: print_skips.sh LOG_OF_CTEST SKIPPED_CASES
#   whole tests that ctest skipped, from its log (--output-log)
#   single cases inside tests that passed, from the file tests/support/run_cases.py writes; absent: there are none
set -eu
log=${1:?usage: print_skips.sh LOG_OF_CTEST SKIPPED_CASES}
cases=${2:?usage: print_skips.sh LOG_OF_CTEST SKIPPED_CASES}
skipped=$(sed -n 's/^[[:space:]]*[0-9]* - \(.*\) (Skipped)$/  \1/p' "$log")
echo "skipped by ctest: $(printf '%s' "$skipped" | grep -c . || true)"
[ -z "$skipped" ] || printf '%s\n' "$skipped"
if [ -s "$cases" ]; then
  echo "skipped cases inside tests that passed: $(grep -c . "$cases")"
  sort "$cases" | sed 's/^/  /'
else
  echo "skipped cases inside tests that passed: 0"
fi
