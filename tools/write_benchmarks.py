#!/usr/bin/env python3
"""Turns the lines that tools/bench.sh collects into docs/benchmarks.md.

    tools/write_benchmarks.py RESULTS.jsonl OUTPUT.md [--busy] [--openblas CORE_TYPE]

A goal is the least ratio (peer's time over ours) that a case should reach; cases that miss theirs are listed at the
top of the page.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys

# (bench, pattern of the case, pattern of the peer, threads or 0, instruction set or "", least ratio)
GOALS = [
    ("step", "training step", "PyTorch", 2, "", 1.5),
    ("step", "training step", "PyTorch", 1, "", 1.25),
    ("elementwise", "softmax", "PyTorch", 0, "avx512", 0.75),
    ("elementwise", "softmax", "PyTorch", 0, "avx2", 0.5),
    ("elementwise", "dropout", "PyTorch", 0, "", 10.0),
    ("elementwise", "batch norm", "PyTorch", 0, "", 0.9),
    ("elementwise", "3-D convolution", "PyTorch.*as installed", 0, "avx512", 1.3),
    ("elementwise", "exp 4M", "PyTorch", 0, "avx512", 0.75),
    ("elementwise", "exp 4M", "PyTorch", 0, "avx2", 0.45),
    ("elementwise", "tanh 4M", "PyTorch", 0, "", 1.5),
    ("elementwise", "sigmoid 4M", "PyTorch", 0, "avx512", 0.7),
    ("elementwise", "sigmoid 4M", "PyTorch", 0, "avx2", 0.45),
    ("reduce", "", "openblas", 0, "", 0.9),
    ("gemm", r"^(1024|4096|256x256)", "openblas", 0, "", 0.93),
    ("gemm", r"^(1024|4096|256x256)", "onednn", 0, "", 0.9),
    ("gemm", r"^(64x36864|36864|64x288|128x64|64x128|128x9216|64x9216|256x4096)", "openblas", 0, "", 0.9),
    ("gemm", r"^(64x36864|64x288x36864 TN)", "onednn", 0, "", 0.65),
    ("gemm", r"^(128x128|100x100|37x53)", "openblas", 0, "", 0.85),
    ("gemm", r"^32x26x2", "openblas", 0, "", 0.6),
    ("gemm", r"^1x1000x1000 NN", "openblas", 0, "", 0.9),
    ("gemm", r"^1x(1000x1000|8192x8192) NT", "openblas", 0, "", 0.45),
    ("gemm", r"^(4x4|8x32|1x1x)", "openblas", 1, "", 0.35),
    ("gemm", r"^(4x4|8x32|1x1x)", "openblas", 2, "", 0.5),
    ("conv", r"(3x3|3x3x3) .*(26x26|56x56|14x14|64x64x64).*forward", "onednn", 0, "", 0.9),
    ("conv", r"1x1 .*forward", "onednn", 0, "", 0.8),
    ("conv", r"1->32.*forward", "onednn", 0, "", 0.65),
    ("conv", r"backward data", "onednn", 0, "", 0.85),
    ("conv", r"backward weights", "onednn", 0, "", 0.95),
]

PEER_NAMES = {"openblas": "OpenBLAS", "onednn": "oneDNN"}
PEER_PACKAGES = {"OpenBLAS": "libopenblas0-pthread", "oneDNN": "libdnnl2", "PyTorch": "python3-torch"}


def goal_for(bench, case, peer, threads, isa):
    for of, pattern, of_peer, of_threads, of_isa, ratio in GOALS:
        if of == bench and re.match(of_peer, peer) and re.search(pattern, case) and of_threads in (0, threads) \
                and of_isa in ("", isa):
            return ratio
    return None


class Row:
    def __init__(self, line, peer, ratio, ours, theirs):
        self.bench, self.case, self.threads = line["bench"], line["case"], line["threads"]
        self.isa = line.get("isa", "default")
        self.peer, self.ratio, self.ours, self.theirs = peer, ratio, ours, theirs
        self.goal = goal_for(self.bench, self.case, peer, self.threads, self.isa)
        self.missed = self.goal is not None and ratio < self.goal

    def conditions(self):
        return f"{self.threads} thread{'s' if self.threads > 1 else ''}" + \
            (f", {self.isa}" if self.isa != "default" else "")


def rows_of(line):
    if "ours_ms" in line:
        if "peer_ms" in line:
            variant = f" ({line['variant']})" if line.get("variant") else ""
            yield Row(line, "PyTorch" + variant, line["ratio"], f"{line['ours_ms']:.2f} ms",
                      f"{line['peer_ms']:.2f} ms")
        return
    for key, name in PEER_NAMES.items():
        if key in line:
            peer = Row(line, key, line["ours"] / line[key], f"{line['ours']:.1f} GF/s", f"{line[key]:.1f} GF/s")
            peer.peer = name
            yield peer


def table(rows):
    out = ["| case | conditions | ours | peer | its figure | ratio | goal |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        goal = "" if r.goal is None else f"{r.goal:.2f}" + (" missed" if r.missed else "")
        out.append(f"| {r.case} | {r.conditions()} | {r.ours} | {r.peer} | {r.theirs} | {r.ratio:.2f} | {goal} |")
    return out


def command(*words):
    try:
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine_facts(lines):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = dict(line.split(":", 1) for line in file.read().replace("\t", "").split("\n\n")[0].splitlines())
    packages = []
    for name, package in PEER_PACKAGES.items():
        version = command("dpkg-query", "-W", "-f=${Version}", package)
        packages.append(f"{name} {version or 'of unknown version'}")
    compiler = command("c++", "--version").splitlines()
    return [f"- Processor: {cpu['model name'].strip()}, family {cpu['cpu family'].strip()} model {cpu['model'].strip()}, "
            f"{os.cpu_count()} cores visible.",
            f"- Compiler: {compiler[0] if compiler else 'unknown'}. Peers: {', '.join(packages)} (Debian).",
            f"- Date: {datetime.date.today().isoformat()}. Load average at the end of the run: "
            f"{os.getloadavg()[1]:.1f} over five minutes (the benchmark itself makes 1 to 2)."]


def digests_section(lines):
    steps = {(l["threads"], l["isa"]): l for l in lines if l["bench"] == "step" and "peer_ms" in l}
    out = []
    for line in lines:
        step = steps.get((line.get("threads"), line.get("isa")))
        if line["bench"] == "step" and "digests" in line["case"] and step:
            share = line["ours_ms"] / 10 / step["ours_ms"]
            out.append(f"| {line['threads']} | {line['isa']} | {line['ours_ms']:.2f} ms | {step['ours_ms']:.2f} ms "
                       f"| {100 * share:.2f} % |")
    if not out:
        return []
    return ["", "## What recording costs", "",
            "A recorded run takes digests of every gradient, parameter and optimiser state each 10th step "
            "(`--digest-every 10`).", "",
            "| threads | instruction set | digests of one step | one step | share of all steps |",
            "|---|---|---|---|---|"] + out


def memory_section(lines):
    out = []
    for line in lines:
        if "ours_bytes" in line:
            out.append(f"| {line['case']} | {line['threads']} | {line['isa']} | {line['ours_bytes'] / 2**20:.0f} MiB "
                       f"| {line['peer_bytes'] / 2**20:.0f} MiB | {line['peer_bytes'] / line['ours_bytes']:.2f} |")
    if not out:
        return []
    return ["", "## Peak memory", "", "Resident memory at its peak over five steps, less what the process had with its "
            "libraries and data loaded.", "",
            "| case | threads | instruction set | ours | PyTorch | ratio |", "|---|---|---|---|---|---|"] + out


TITLES = {
    "step": ("Training step of the digit classifier", "Batches of 64, 1,199,882 parameters, Adam, both dropouts. "
             "PyTorch's images lie ready in memory; ours are taken from bytes inside the step. PyTorch's faster "
             "memory layout counts. With `avx2` PyTorch is held to AVX2 as well."),
    "elementwise": ("Element-wise functions, normalisation, 3-D convolution", "Ours are correctly rounded where section "
                    "8.1 of the standard says so; PyTorch's vectorised functions are not. PyTorch is told to keep freed memory, "
                    "which our tensors do; *as installed* it is not, and asks the system for large tensors anew."),
    "reduce": ("Reductions", "OpenBLAS has no plain sum; sums are compared with its dot product, operation by "
               "operation, although a sum reads half as much."),
    "gemm": ("Matrix products", "`bench/openblas_best.py` tries all kernels that OpenBLAS has. "
             "Forms: N as stored row by row, T transposed."),
    "conv": ("Convolutions", "oneDNN in the layouts it likes best, its reorders not counted."),
}


BUSY = ("**Taken while other programs were running on a virtual machine of 2 cores.** Only one thread was measured, in "
        "processor time; shared caches and memory still move single figures by 5 to 10 %. The goals for 2 threads were not "
        "measured and are not met until a quiet machine shows it.")


def page(lines, busy, core_type):
    rows = [row for line in lines for row in rows_of(line)]
    missed = [r for r in rows if r.missed]
    with_goal = [r for r in rows if r.goal is not None]
    out = ["# Benchmarks", "",
           "Written by `tools/write_benchmarks.py`; `make bench` measures anew (about 15 minutes on two quiet cores, and "
           "it installs the peers).", "",
           "A ratio is the peer's time over ours: above 1 we are faster. We and the peer take turns in short blocks, and "
           "the median over at least 7 rounds counts. One thread is measured in processor time, several by the clock, "
           "where rounds in which a process was interrupted are left out if enough others remain.", ""]
    out += machine_facts(lines)
    if core_type:
        out.append(f"- OpenBLAS was told to use its {core_type} kernels, because by itself it may not know the processor.")
    if busy:
        out += ["", BUSY]
    out += ["", "## Goals", "",
            f"{len(with_goal) - len(missed)} of {len(with_goal)} goals are reached. Missed:", ""]
    out += [f"- {r.case}, {r.conditions()}, against {r.peer}: {r.ratio:.2f}, goal {r.goal:.2f}" for r in missed] or ["- none"]
    for bench, (title, text) in TITLES.items():
        of = [r for r in rows if r.bench == bench]
        if of:
            out += ["", f"## {title}", "", text, ""] + table(of)
        if bench == "step":
            out += digests_section(lines) + memory_section(lines)
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("output")
    parser.add_argument("--busy", action="store_true", help="say that other programs disturbed the run")
    parser.add_argument("--openblas", default="", help="the core type that OpenBLAS was given")
    options = parser.parse_args()
    with open(options.results, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    if not lines:
        sys.exit("error[usage]: there are no results in " + options.results)
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(page(lines, options.busy, options.openblas))


if __name__ == "__main__":
    main()
