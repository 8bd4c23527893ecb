#!/usr/bin/env python3
"""What --trace-files costs: time of programs with it and without it, interleaved, and the ratio of the medians.

    bench/trace_cost.py [build/release/bin/ibid [ROUNDS]]

Programs that do nothing but open, read and close small files, one that computes, and one that makes small
writes, which the filter lets pass. Times are what the record says: by the clock, start of the tracer included, and of the
processor, which other work on the machine disturbs less; the tracer's own is not in that.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

PROGRAMS = {
    "10,000 openings of 1,000 files": "for i in range(10000):\n    with open(f'in/{i % 1000}') as f: f.read()\n",
    "10,000 openings of new files": "for i in range(10000): open(f'out-{i}', 'w').close()\n",
    "1,000,000 small writes": "import os\nf = os.open('/dev/null', os.O_WRONLY)\nfor i in range(1000000): os.write(f, b'x')\n",
    "computation": "n = 0\nfor i in range(20000000): n += i * i % 7\n",
}


def seconds(program, folder, name, options, script):
    record = folder / name
    words = [program, "run", "--quiet", "--no-hook", "--keep-files", "0", "--output", str(record), *options]
    (folder / "in").mkdir(exist_ok=True)
    for i in range(1000):
        (folder / "in" / str(i)).write_text("text")
    subprocess.run([*words, "--", "/usr/bin/python3", "-c", script], cwd=folder, check=True)
    end = json.loads((record / "result.json").read_text())
    return end["seconds"], end["user_seconds"] + end["system_seconds"]


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/ibid")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    print("| program | without | with `--trace-files` | ratio | ratio of processor time |\n|---|---|---|---|---|")
    for title, script in PROGRAMS.items():
        plain, traced = [], []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                plain.append(seconds(program, folder, "plain", [], script))
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                traced.append(seconds(program, folder, "traced", ["--trace-files"], script))
        a, b = ([statistics.median(column) for column in zip(*times)] for times in (plain, traced))
        print(f"| {title} | {a[0]:.3f} s | {b[0]:.3f} s | {b[0] / a[0]:.2f} | {b[1] / a[1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
