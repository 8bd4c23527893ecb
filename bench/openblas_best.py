#!/usr/bin/env python3
"""Runs bench_gemm once per OpenBLAS core type and reports our ratio to the best of them.

OpenBLAS chooses kernels by processor model, does not know every model, and its choice is a property of the
process; so each core type is a process of its own, in which we and oneDNN are measured beside it.

    bench/openblas_best.py build/bench/bin/bench_gemm --threads 2
"""

import json
import os
import subprocess
import sys

CORE_TYPES = ["SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS", "HASWELL", "ZEN"]


def run(command, core_type):
    environment = dict(os.environ, OPENBLAS_CORETYPE=core_type)
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return {line["case"]: line for line in map(json.loads, output.splitlines())}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    command = sys.argv[1:] + ["--json"]
    runs = {core_type: run(command, core_type) for core_type in CORE_TYPES}
    print("| case | ours, GF/s | best OpenBLAS, GF/s | core type | ratio | oneDNN ratio |\n|---|---|---|---|---|---|")
    for case in runs[CORE_TYPES[0]]:
        # Ratios are taken inside a process, where the samples were interleaved.
        core_type = min(CORE_TYPES, key=lambda name: runs[name][case]["ours"] / runs[name][case]["openblas"])
        line = runs[core_type][case]
        onednn = sorted(runs[name][case]["ours"] / runs[name][case]["onednn"] for name in CORE_TYPES)
        print(f"| {case} | {line['ours']:.1f} | {line['openblas']:.1f} | {core_type} "
              f"| {line['ours'] / line['openblas']:.2f} | {onednn[len(onednn) // 2]:.2f} |")


if __name__ == "__main__":
    main()
