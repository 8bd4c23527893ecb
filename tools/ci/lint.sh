#!/bin/sh
# Formatting and the repository's own rules.
set -eu
cd "$(dirname "$0")/../.."
git ls-files '*.h' '*.cc' | xargs clang-format-19 --dry-run -Werror
tools/check_layers.py
tools/check_repo.py
