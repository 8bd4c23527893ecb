#!/usr/bin/env python3
"""Tests the tests: makes one mistake at a time in a copy of the sources and demands that the suite notices.

Every mutation is a mistake that changes results without crashing anything. Usage: mutations.py [NAME...]"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "mutations" / "source"
BUILD = ROOT / "build" / "mutations" / "build"


def in_function(text, function, replacements):
    """Applies replacements inside the first function of that name (up to the closing brace at column 0)."""
    begin = re.search(rf"\b{function}\(", text).start()
    end = text.index("\n}\n", begin)
    body = text[begin:end]
    for old, new in replacements:
        if old not in body:
            raise SystemExit(f"mutations.py: '{old}' is no longer in {function}(); bring the mutation up to date")
        body = body.replace(old, new)
    return text[:begin] + body + text[end:]


def anywhere(replacements):
    def mutate(text):
        for old, new in replacements:
            if old not in text:
                raise SystemExit(f"mutations.py: '{old}' is no longer there; bring the mutation up to date")
            text = text.replace(old, new)
        return text

    return mutate


# What is done, in which file, and the tests (a ctest pattern) of which at least one must fail.
MUTATIONS = {
    "contraction on": (
        "cmake/FpModel.cmake",
        anywhere([("-ffp-contract=off", "-ffp-contract=fast\n  -mfma")]),
        "^(elementwise|reduce|optimizer|gemm|conv)_test|^signature|^conformance",
    ),
    "two adds swapped in the lane tree": (
        "src/engine/kernels/cpu/lane_rule.h",
        anywhere([("lanes[r] = lanes[r] + lanes[r + half];", "lanes[r] = lanes[2 * r] + lanes[2 * r + 1];")]),
        "^reduce_test",
    ),
    "subnormals flushed to zero": (
        "src/engine/parallel/fp_state.cc",
        anywhere([("return 0x1f80;", "return 0x9fc0;")]),
        "^(elementary|thread_pool|engine|conv|gemm)_test",
    ),
    "k order changed inside the tile": (
        "src/engine/kernels/cpu/tile.cc",
        lambda text: in_function(
            text,
            "run_along_rows",
            [
                ("simd::load(b + v * kLanes)", "simd::load(b + swap * step.next + v * kLanes)"),
                ("simd::broadcast(a[i])", "simd::broadcast(a[swap * a_step + i])"),
                (
                    "    F32 columns[kVectors];",
                    "    const int64_t swap = (s ^ 1) < length ? (s ^ 1) - s : 0;\n    F32 columns[kVectors];",
                ),
            ],
        ),
        "^(gemm|conv|order)_test|^signature",
    ),
    "a reduction cut by the number of threads": (
        "src/engine/kernels/cpu/reduce.cc",
        anywhere(
            [
                ("constexpr int64_t kColumnBlock = 512;", "int64_t kColumnBlock = 512;"),
                (
                    "void reduce_columns(const ReduceColumnsArgs<float>& g, Executor& executor) noexcept {\n",
                    "void reduce_columns(const ReduceColumnsArgs<float>& g, Executor& executor) noexcept {\n"
                    "  kColumnBlock = 512 / executor.worker_count();\n",
                ),
            ]
        ),
        "^reduce_test|^signature",
    ),
}


def run(*words, check=True, **options):
    return subprocess.run([str(word) for word in words], check=check, **options)


def copy_sources():
    """Only files whose content changed are written, so that unchanged ones are not compiled again."""
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    for name in filter(None, files):
        source, target = ROOT / name, COPY / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copy2(source, target)
            os.utime(target)


def build():
    run("cmake", "-S", COPY, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O2",
        stdout=subprocess.DEVNULL)
    log = run("cmake", "--build", BUILD, "-j", os.cpu_count(), check=False, capture_output=True, text=True)
    if log.returncode != 0:
        raise SystemExit(f"mutations.py: the mutated sources do not build:\n{log.stdout[-3000:]}")


def failing_tests(pattern):
    """The names of failing tests; at least one test must have run."""
    result = run("ctest", "--test-dir", BUILD, "-j", os.cpu_count(), "-R", pattern, check=False, capture_output=True,
                 text=True)
    if "No tests were found" in result.stdout + result.stderr:
        raise SystemExit(f"mutations.py: no test matches {pattern}")
    return re.findall(r"^\s*\d+ - (\S+) \((?!Skipped)", result.stdout, re.MULTILINE)


def main(wanted):
    unknown = [name for name in wanted if name not in MUTATIONS]
    if unknown:
        raise SystemExit(f"mutations.py: no mutation '{unknown[0]}'; there are: {', '.join(MUTATIONS)}")
    passed = failed = 0
    for name in wanted or MUTATIONS:
        file, mutate, tests = MUTATIONS[name]
        copy_sources()
        target = COPY / file
        target.write_text(mutate(target.read_text()))
        build()
        caught = failing_tests(tests)
        passed, failed = (passed + 1, failed) if caught else (passed, failed + 1)
        print(f"{'caught' if caught else 'MISSED':8}{name}: {len(caught)} tests fail" +
              (f", {', '.join(caught[:3])}" if caught else ""), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
