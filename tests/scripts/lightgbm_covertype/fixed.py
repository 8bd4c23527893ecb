"""Gradient boosting on a sample of Covertype, by LightGBM, with rows held out at random."""

import argparse
import os

import lightgbm as lgb
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    path = os.path.join(os.environ["IBID_DATA_DIR"], "covertype", "covtype.20k.data")
    table = np.loadtxt(path, delimiter=",", max_rows=options.rows)
    rng = np.random.default_rng(options.seed)
    table = table[rng.permutation(len(table))]
    features, labels = table[:, :-1], table[:, -1] - 1
    held_out = len(table) // 5
    data = lgb.Dataset(features[held_out:], labels[held_out:])
    parameters = {
        "objective": "multiclass", "num_class": 7, "num_leaves": 15, "verbose": -1, "num_threads": 2,
        "deterministic": True, "force_row_wise": True, "seed": options.seed,
    }
    booster = lgb.train(parameters, data, options.rounds)
    accuracy = (booster.predict(features[:held_out]).argmax(axis=1) == labels[:held_out]).mean()
    print(f"accuracy {accuracy:.4f}")
    booster.save_model("trees.txt")


if __name__ == "__main__":
    main()
