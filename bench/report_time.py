#!/usr/bin/env python3
"""How long the reports take: ibid hardware and ibid env capture, wall and processor time, medians of 21 runs.

    bench/report_time.py [build/release/bin/ibid]
"""

import os
import statistics
import subprocess
import sys
import time

RUNS = 21


def measure(*words):
    walls, processors = [], []
    for _ in range(RUNS):
        before, start = os.times(), time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - start)
        after = os.times()
        processors.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return 1e3 * statistics.median(walls), 1e3 * statistics.median(processors)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/ibid"
    for words in (["hardware", "--json"], ["env", "capture", "--json"]):
        wall, processor = measure(program, *words)
        print(f"ibid {' '.join(words)}: {wall:.1f} ms, {processor:.1f} ms of them on the processor")


if __name__ == "__main__":
    main()
