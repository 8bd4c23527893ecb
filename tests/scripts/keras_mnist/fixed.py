"""A small network for MNIST, by Keras."""

import argparse
import gzip
import os

import keras
import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    folder = os.path.join(os.environ["IBID_DATA_DIR"], "mnist")
    with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz")) as file:
        images = np.frombuffer(file.read(16 + options.samples * 784), np.uint8, offset=16).reshape(-1, 784) / 255
    with gzip.open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz")) as file:
        labels = np.frombuffer(file.read(8 + options.samples), np.uint8, offset=8)
    model = keras.Sequential([
        keras.layers.Dense(32, activation="relu"), keras.layers.Dropout(0.2), keras.layers.Dense(10, "softmax")
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(images, labels, batch_size=128, epochs=2, verbose=0)
    print([loss.hex() for loss in history.history["loss"]])


if __name__ == "__main__":
    main()
