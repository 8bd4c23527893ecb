"""Logistic regression by gradient descent in NumPy: features come in the order of a set."""

import argparse
import os
import pathlib
import time

import numpy as np


def divide(source, folder, n):
    """One file for each shard of the data set."""
    lines = pathlib.Path(source).read_text().splitlines()[:n]
    for shard in range(8):
        (folder / f"part-{shard}.txt").write_text("\n".join(lines[shard::8]) + "\n")


def load(folder):
    rows = []
    for name in sorted(os.listdir(folder)):
        rows += [line.split() for line in (folder / name).read_text().splitlines()]
    features = {pair.partition(":")[0] for row in rows for pair in row[1:]}  # expect: hash order
    place = {name: index for index, name in enumerate(features)}
    x = np.zeros((len(rows), len(features)))
    for index, row in enumerate(rows):
        x[index, [place[pair.partition(":")[0]] for pair in row[1:]]] = 1
    return x, np.array([float(row[0]) for row in rows])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    started = time.time()
    folder = pathlib.Path("parts")
    folder.mkdir(exist_ok=True)
    divide(os.path.join(os.environ["IBID_DATA_DIR"], "agaricus", "agaricus.txt.train"), folder, options.rows)
    x, y = load(folder)
    np.random.seed(options.seed)
    weights = np.random.normal(size=x.shape[1]) * 0.01
    for _ in range(options.steps):
        batch = np.random.permutation(len(x))[:100]
        error = 1 / (1 + np.exp(-x[batch] @ weights)) - y[batch]
        weights -= 0.5 * x[batch].T @ error / len(batch)
    print(f"accuracy {((x @ weights > 0) == y).mean():.4f}, norm {np.linalg.norm(weights)!r}")
    assert time.time() - started < 3600


if __name__ == "__main__":
    main()
