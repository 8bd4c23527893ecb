"""A perceptron that tells tumours of the liver from healthy tissue by the expression of genes."""

import argparse
import os
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def load(path):
    with open(path) as file:
        samples = file.readline().rstrip("\n").split("\t")[2:]
    expression = np.loadtxt(path, delimiter="\t", skiprows=1, usecols=range(2, len(samples) + 2)).T
    return np.log1p(expression), np.array([int(sample[0]) for sample in samples])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()

    warnings.simplefilter("ignore", ConvergenceWarning)
    features, labels = load(os.path.join(os.environ["IBID_DATA_DIR"], "lcep", "test.tsv"))
    x, x_test, y, y_test = train_test_split(features, labels, stratify=labels, random_state=options.seed)
    model = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=options.epochs, random_state=options.seed))
    model.fit(x, y)
    print(f"accuracy {model.score(x_test, y_test):.4f}, loss {model[-1].loss_!r}")


if __name__ == "__main__":
    main()
