#!/usr/bin/env python3
"""How long the reports take: ibid hardware and ibid env capture, of this machine and of an environment with 300 packages,
wall and processor time, medians of 21 runs.

    bench/report_time.py [build/release/bin/ibid]
"""

import base64
import hashlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 21
PACKAGES = 300
FILES = 120  # of each: half as many again are compiled code
DESCRIPTION = "A line of the long description that most packages have.\n" * 200


def measure(*words):
    walls, processors = [], []
    for _ in range(RUNS):
        before, start = os.times(), time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - start)
        after = os.times()
        processors.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return 1e3 * statistics.median(walls), 1e3 * statistics.median(processors)


def digest_of(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def write_package(site, number):
    name = f"package_{number:03d}"
    info = site / f"{name}-1.{number}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.{number}\n\n{DESCRIPTION}")
    (info / "INSTALLER").write_text("pip\n")
    lines = []
    for file in range(FILES):
        lines.append(f"{name}/module_{file}.py,sha256={digest_of(name + str(file))},{file}\n")
        if file % 2:
            lines.append(f"{name}/__pycache__/module_{file}.cpython-311.pyc,,\n")
    (info / "RECORD").write_text("".join(lines))


def large_environment(folder):
    """The interpreter of a virtual environment whose packages are metadata alone."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(pathlib.Path(folder, "lib").glob("*/site-packages"))
    for number in range(PACKAGES):
        write_package(site, number)
    return os.path.join(folder, "bin", "python")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/ibid"
    for words in (["hardware", "--json"], ["env", "capture", "--json"]):
        wall, processor = measure(program, *words)
        print(f"ibid {' '.join(words)}: {wall:.1f} ms, {processor:.1f} ms of them on the processor")
    with tempfile.TemporaryDirectory(prefix="ibid_bench_") as folder:
        wall, processor = measure(program, "env", "capture", "--json", "--python", large_environment(folder))
        print(f"ibid env capture --json, {PACKAGES} packages: {wall:.1f} ms, {processor:.1f} ms of them on the processor")


if __name__ == "__main__":
    main()
