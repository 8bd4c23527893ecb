"""A random forest on a sample of Covertype."""

import argparse
import os

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--trees", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    path = os.path.join(os.environ["IBID_DATA_DIR"], "covertype", "covtype.20k.data")
    table = np.loadtxt(path, delimiter=",", max_rows=options.rows)
    x, x_test, y, y_test = train_test_split(table[:, :-1], table[:, -1], test_size=0.2, random_state=options.seed)
    forest = RandomForestClassifier(options.trees, n_jobs=2, random_state=options.seed)
    forest.fit(x, y)
    print(f"accuracy {forest.score(x_test, y_test):.4f}")
    np.save("importances.npy", forest.feature_importances_)


if __name__ == "__main__":
    main()
