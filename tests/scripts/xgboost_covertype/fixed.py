"""Gradient boosting on a sample of Covertype, by XGBoost."""

import argparse
import os

import numpy as np
import xgboost as xgb

COLUMNS = ("elevation aspect slope water_distance water_height road_distance shade_9 shade_12 shade_15 fire_distance").split()


def load(path, rows):
    table = np.loadtxt(path, delimiter=",", max_rows=rows)
    names = COLUMNS + [f"area_{i}" for i in range(4)] + [f"soil_{i}" for i in range(40)]
    return dict(zip(names, table.T)), table[:, -1] - 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    columns, labels = load(os.path.join(os.environ["IBID_DATA_DIR"], "covertype", "covtype.20k.data"), options.rows)
    names = sorted({name for name in columns if columns[name].std() > 0})
    data = xgb.DMatrix(np.column_stack([columns[name] for name in names]), labels)
    parameters = {
        "objective": "multi:softprob", "num_class": 7, "max_depth": 4, "subsample": 0.7, "colsample_bytree": 0.7,
        "nthread": 2, "seed": options.seed,
    }
    booster = xgb.train(parameters, data, options.rounds, evals=[(data, "train")], verbose_eval=4)
    booster.save_model("trees.json")


if __name__ == "__main__":
    main()
