#!/bin/sh
# Hashing folders against programs that do the same, in turns; prints medians and ratios.
#
#   bench/hash.sh [--rounds N] [--files N] [--threads N] FOLDER
#
# FOLDER is a scratch folder with 2 GiB to spare; what is made there is kept for the next time. The ratio is the
# peer's time by ours: above 1 ibid is faster. `warm`: files in memory. `cold`: dropped from it before each run.
# Needs b3sum (Debian's b3sum) and git.
set -eu
rounds=7
files=200000
threads=2
folder=""
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --files) files=${2:?--files needs a number}; shift 2 ;;
    --threads) threads=${2:?--threads needs a number}; shift 2 ;;
    -*) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
[ -n "$folder" ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
ibid=${IBID_BINARY:-$(dirname "$0")/../build/release/bin/ibid}
exec python3 - "$ibid" "$folder" "$rounds" "$files" "$threads" << 'PYTHON'
import os, pathlib, statistics, subprocess, sys, time

ibid, folder, rounds, n_files, threads = sys.argv[1], pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:])
large = folder / "large"
small = folder / f"small_{n_files}"


def make():
    large.mkdir(parents=True, exist_ok=True)
    for i in range(4):
        path = large / f"file{i}"
        if not path.exists() or path.stat().st_size != 256 << 20:
            path.write_bytes(os.urandom(256 << 20))
    for i in range(n_files):
        path = small / f"{i // 1000:03}" / f"{i % 1000:03}.bin"
        if i % 1000 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(b"%d\n" % i * (i * 7919 % 300 + 1))
    os.sync()


def drop_large():
    for path in large.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def read_large():
    for path in large.iterdir():
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def timed(run, before):
    before()
    usage, start = os.times(), time.perf_counter()
    run()
    wall, after = time.perf_counter() - start, os.times()
    cpu = (after.user + after.system + after.children_user + after.children_system
           - usage.user - usage.system - usage.children_user - usage.children_system)
    return wall, cpu


def command(*words, **options):
    def run():
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, **options)
    return run


def compare(title, ours, peers, before=lambda: None):
    runs = {"ibid": ours, **peers}
    times = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(timed(run, before))
    wall = {name: statistics.median(t[0] for t in list) for name, list in times.items()}
    cpu = {name: statistics.median(t[1] for t in list) for name, list in times.items()}
    for name in runs:
        ratio = "" if name == "ibid" else f"  ratio {wall[name] / wall['ibid']:.2f}, by processor time {cpu[name] / cpu['ibid']:.2f}"
        print(f"{title:12} {name:10} {wall[name]:7.3f} s  processor {cpu[name]:7.3f} s{ratio}", flush=True)


make()
ours = command(ibid, "data", "hash", "--no-cache", "--threads", str(threads), large)
paths = sorted(large.iterdir())
peers = {"b3sum": command("b3sum", "--num-threads", str(threads), *paths), "sha256sum": command("sha256sum", *paths),
         "read": read_large}
print(f"4 files of 256 MiB, {threads} threads")
compare("large warm", ours, peers)
compare("large cold", ours, peers, drop_large)
listing = folder / "small.list"
listing.write_text("".join(f"{path}\n" for path in sorted(small.glob("*/*"))))


def git():
    with open(listing, "rb") as stdin:
        command("git", "hash-object", "--stdin-paths", stdin=stdin)()


print(f"{n_files} small files")
compare("small warm", command(ibid, "data", "hash", "--no-cache", "--threads", str(threads), small), {"git": git})
subprocess.run([ibid, "data", "hash", small], check=True, stdout=subprocess.DEVNULL)
compare("small cached", command(ibid, "data", "hash", small), {"git": git})
PYTHON
