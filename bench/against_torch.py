#!/usr/bin/env python3
"""Measures our cases against PyTorch's: two processes, taking turns in short blocks.

    bench/against_torch.py build/bench/bin/bench_elementwise --threads 2
    bench/against_torch.py build/bench/bin/bench_mnist_step --threads 1 --isa avx2 --json

The ratio is the peer's time over ours (above 1: we are faster), the median over neighbouring blocks; blocks in
which either process was interrupted are left out where enough others remain. Of PyTorch's layouts the fastest
counts. One thread is measured in processor time, several by the clock.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_peer.py")
SYSTEM_PYTHON = "/usr/bin/python3"  # the one Debian's python3-torch belongs to
BLOCK_SECONDS = 0.12
LEAST_ROUNDS = 7  # of which the median is taken
SETTLE_SECONDS = 0.04  # the spinning threads of the other process have gone to sleep


class Process:
    def __init__(self, command, environment=None):
        self.pipe = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     env=dict(os.environ, **(environment or {})))

    def ask(self, order):
        self.pipe.stdin.write(order + "\n")
        self.pipe.stdin.flush()
        answer = self.pipe.stdout.readline()
        if not answer:
            sys.exit(f"a process ended at the order '{order}'")
        return answer.rstrip("\n")

    def list(self):
        return [name for name in self.ask("list").split("\t") if name]

    def seconds(self, name, calls):
        seconds, interruptions = self.ask(f"run {calls} {name}").split()
        return float(seconds), int(interruptions)

    def close(self):
        self.pipe.stdin.close()
        self.pipe.wait()


def calls_for(process, name):
    process.seconds(name, 2)
    return max(1, min(1000, int(BLOCK_SECONDS / max(process.seconds(name, 1)[0], 1e-7))))


def block(process, name, calls, options):
    if options.threads > 1:
        time.sleep(SETTLE_SECONDS)
        process.seconds(name, max(1, calls // 2))  # its threads are awake and each on its core
    return process.seconds(name, calls)


def compare(ours, peer, name, peer_name, options):
    """(our median, the peer's, the median ratio, quiet rounds)"""
    calls, peer_calls = calls_for(ours, name), calls_for(peer, peer_name)
    rounds = []
    for _ in range(options.rounds):
        us, us_interrupted = block(ours, name, calls, options)
        them, them_interrupted = block(peer, peer_name, peer_calls, options)
        rounds.append((us, them, us_interrupted + them_interrupted))
    quiet = [r for r in rounds if r[2] == 0]
    if len(quiet) < LEAST_ROUNDS:
        quiet = sorted(rounds, key=lambda r: r[2])[:max(LEAST_ROUNDS, len(rounds) // 2)]
    return {"ours_ms": 1e3 * statistics.median(r[0] for r in quiet),
            "peer_ms": 1e3 * statistics.median(r[1] for r in quiet),
            "ratio": statistics.median(r[1] / r[0] for r in quiet), "rounds": len(quiet)}


def peak_memory(make, name):
    process = make()
    process.seconds(name, 5)
    result = int(process.ask("memory"))
    process.close()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--isa", default="", help="force our instruction set (avx2: PyTorch's too)")
    parser.add_argument("--filter", default="", help="only cases whose name contains it")
    parser.add_argument("--as-installed", action="store_true", help="leave the peer's allocator as it is")
    parser.add_argument("--memory", action="store_true", help="peak memory too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    threads = str(options.threads)

    def make_ours():
        return Process([options.program, "--serve", "--threads", threads],
                       {"IBID_FORCE_ISA": options.isa} if options.isa else None)

    def make_peer(environment=None):
        return Process([SYSTEM_PYTHON, PEER, "--threads", threads], environment)

    # The peer keeps freed memory, as we do, instead of asking the system for every tensor anew, unless it is to
    # run as installed; and where our instruction set is forced, it gets no wider one.
    environment = {} if options.as_installed else {
        "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40), "MALLOC_TOP_PAD_": str(2**28)}
    if options.isa == "avx2":
        environment.update(ONEDNN_MAX_CPU_ISA="AVX2", ATEN_CPU_CAPABILITY="avx2")
    ours, peer = make_ours(), make_peer(environment)
    version = peer.ask("version")
    peer_names = peer.list()
    for name in ours.list():
        if options.filter not in name:
            continue
        variants = [p for p in peer_names if p == name or p.startswith(name + " [")]
        line = {"case": name, "threads": options.threads, "isa": options.isa or "default", "peer": "PyTorch " + version}
        if variants:
            results = {v: compare(ours, peer, name, v, options) for v in variants}
            best = min(results, key=lambda v: results[v]["ratio"])
            notes = [best[len(name) + 2:-1]] + (["as installed"] if options.as_installed else [])
            line.update(results[best], variant=", ".join(note for note in notes if note))
            line["all_ratios"] = {v[len(name) + 2:-1]: r["ratio"] for v, r in results.items() if v != name}
            if options.memory:
                line["ours_bytes"] = peak_memory(make_ours, name)
                line["peer_bytes"] = min(peak_memory(make_peer, v) for v in variants)
        else:
            ours.seconds(name, 1)
            line["ours_ms"] = 1e3 * statistics.median(ours.seconds(name, 3)[0] for _ in range(options.rounds))
        if options.json:
            print(json.dumps(line), flush=True)
        elif variants:
            print(f"{name}: {line['ours_ms']:.3f} ms, PyTorch {line['peer_ms']:.3f} ms, ratio {line['ratio']:.2f} "
                  f"{line['all_ratios'] or ''}" + (f" memory {line['ours_bytes'] / 2**20:.0f} against "
                                                  f"{line['peer_bytes'] / 2**20:.0f} MiB" if options.memory else ""),
                  flush=True)
        else:
            print(f"{name}: {line['ours_ms']:.3f} ms", flush=True)
    ours.close()
    peer.close()


if __name__ == "__main__":
    main()
