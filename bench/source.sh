#!/bin/sh
# Capturing a repository against git's own look at it, in turns; prints medians and ratios.
#
#   bench/source.sh [--rounds N] [--files N] FOLDER
#
# FOLDER is a scratch folder with 400 MiB to spare; what is made there is kept for the next time. The repository has
# N files (20,000) of 1.2 KiB, 20 of them changed. `git`: status and diff --binary. `first`: ibid without its
# cache of digests. `again`: with it.
set -eu
rounds=7
files=20000
folder=""
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --files) files=${2:?--files needs a number}; shift 2 ;;
    -*) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
[ -n "$folder" ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
ibid=${IBID_BINARY:-$(dirname "$0")/../build/release/bin/ibid}
exec python3 - "$ibid" "$folder" "$rounds" "$files" << 'PYTHON'
import os, pathlib, shutil, statistics, subprocess, sys, time

ibid, folder, rounds, n_files = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve(), *map(int, sys.argv[3:])
repository = folder / f"repository_{n_files}"
environment = dict(os.environ, XDG_CACHE_HOME=str(folder / "cache"), HOME=str(folder))


def git(*words):
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "gc.auto=0", *words],
                   cwd=repository, env=environment, check=True, stdout=subprocess.DEVNULL)


def make():
    if (repository / "made").exists():
        return
    shutil.rmtree(repository, ignore_errors=True)
    for i in range(n_files):
        path = repository / f"{i // 100:03}" / f"{i % 100:02}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"line {i} {j * 7919 % 1000:03}\n" for j in range(80)))
    (repository / ".gitignore").write_text("made\n")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("gc", "-q")
    for i in range(0, n_files, max(1, n_files // 20)):
        with open(repository / f"{i // 100:03}" / f"{i % 100:02}.py", "a") as file:
            file.write("changed\n")
    (repository / "made").touch()


def by_git():
    git("status")
    git("diff", "--binary")


def capture():
    subprocess.run([ibid, "source", "capture", repository, "--store", folder / "store", "-o", folder / "r.json"],
                   env=environment, check=True, stdout=subprocess.DEVNULL)


def first():
    shutil.rmtree(folder / "cache", ignore_errors=True)
    capture()


make()
by_git(), capture()
times = {by_git: [], first: [], capture: []}
for _ in range(rounds):
    for run in times:
        begin = time.perf_counter()
        run()
        times[run].append(time.perf_counter() - begin)
middle = {run: statistics.median(values) for run, values in times.items()}
for run, name in ((by_git, "git"), (first, "first"), (capture, "again")):
    print(f"{name:6} {middle[run]:7.3f} s   {middle[by_git] / middle[run]:5.2f}")
PYTHON
