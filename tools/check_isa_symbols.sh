#!/bin/sh
# Kernels are compiled once per instruction set. A weak symbol in such an object (an inline function, a template)
# could win at link time and run AVX-512 code on a machine without it; a global one outside the set's namespace
# could collide. Usage: check_isa_symbols.sh BUILD_FOLDER
set -eu
build=${1:?usage: check_isa_symbols.sh BUILD_FOLDER}
[ -d "$build" ] || { echo "no build folder '$build': build first" >&2; exit 2; }

objects=0
problems=0
for object in $(find "$build" -path '*/ibid_kernels_*.dir/*' -name '*.o' | sort); do
  objects=$((objects + 1))
  isa=$(echo "$object" | sed 's|.*/ibid_kernels_\([a-z0-9_]*\)\.dir/.*|\1|')
  # nm prints "ADDRESS TYPE NAME"; W V v u: weak or unique; T D B R: global.
  found=$(nm --demangle --defined-only "$object" | awk -v isa="::$isa::" '
    $2 ~ /^[WVvu]$/ { print "  weak symbol: " substr($0, 20) }
    $2 ~ /^[TDBR]$/ && index($0, isa) == 0 { print "  global symbol outside its namespace: " substr($0, 20) }')
  if [ -n "$found" ]; then
    echo "$object:"
    echo "$found"
    problems=$((problems + 1))
  fi
done
if [ "$objects" -eq 0 ]; then
  echo "no kernel objects in '$build': build first" >&2
  exit 2
fi
echo "$objects kernel objects, $problems with symbols that leak"
[ "$problems" -eq 0 ]
