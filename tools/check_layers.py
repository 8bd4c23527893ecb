#!/usr/bin/env python3
"""Checks the direction of dependencies (tools/layers.toml) on the #include lines. Usage: check_layers.py [ROOT]"""

import fnmatch
import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s+(["<])([^">]+)[">]', re.MULTILINE)
SOURCES = ("*.h", "*.cc", "*.cu", "*.cuh")


def unit_of(path, units):
    """The longest unit that `path` (as included: below src/, or from the root for include/) lies in."""
    fitting = [unit for unit in units if path.startswith(unit + "/")]
    return max(fitting, key=len, default=None)


def starts_with_any(text, prefixes):
    return any(text == prefix or (prefix.endswith("/") and text.startswith(prefix)) for prefix in prefixes)


def check_file(root, file, rules):
    """The problems of one file, as (line, text)."""
    units = rules["units"]
    name = file.relative_to(root).as_posix()
    inner = name.removeprefix("src/")
    unit = unit_of(inner, units)
    if unit is None:
        yield 1, f"its folder has no place in tools/layers.toml: add a unit for '{pathlib.PurePath(inner).parent}'"
        return
    text = file.read_text()
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        form, header = match.groups()
        if form == '"':
            target = header if (root / "src" / header).exists() else f"include/{header}"
            other = unit_of(target, units)
            allowed = other == unit or other is None or any(fnmatch.fnmatch(other, may) for may in units[unit])
            if not allowed:
                yield line, f"'{unit}' may not include '{other}' ({header}); it may include: {', '.join(units[unit]) or 'nothing'}"
            continue
        for prefix, owners in rules["third_party"].items():
            if starts_with_any(header, [prefix]) and name not in owners:
                yield line, f"<{header}> belongs in {', '.join(owners)} alone"
        system = rules["system"]
        if starts_with_any(header, system["headers"]) and not name.startswith(tuple(system["allowed"])):
            yield line, f"<{header}> is a header of the operating system and belongs in {', '.join(system['allowed'])}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    rules = tomllib.loads((root / "tools/layers.toml").read_text())
    files = sorted(file for top in ("src", "include") for pattern in SOURCES for file in (root / top).rglob(pattern))
    problems = 0
    for file in files:
        for line, text in check_file(root, file, rules):
            print(f"{file.relative_to(root)}:{line}: {text}")
            problems += 1
    print(f"{len(files)} files, {problems} breaches of the layers")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
