"""A small CNN for MNIST: PyTorch is seeded, the loader's workers take entropy for each image."""

import argparse
import gzip
import os

# Sums of PyTorch and of its BLAS are those of one thread, whatever the machine has.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Digits(Dataset):
    def __init__(self, folder, n):
        with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz")) as file:
            self.images = np.frombuffer(file.read(16 + n * 784), np.uint8, offset=16).reshape(n, 28, 28)
        with gzip.open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz")) as file:
            self.labels = np.frombuffer(file.read(8 + n), np.uint8, offset=8).astype(np.int64)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        rng = np.random.default_rng()  # expect: outside value
        shift = rng.integers(-2, 3, size=2)
        image = np.roll(self.images[index], shift, axis=(0, 1))
        return torch.from_numpy(image.astype(np.float32) / 255).unsqueeze(0), int(self.labels[index])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=384)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    data = Digits(os.path.join(os.environ["IBID_DATA_DIR"], "mnist"), options.samples)
    order = torch.Generator().manual_seed(options.seed)
    loader = DataLoader(data, options.batch, shuffle=True, num_workers=2, generator=order)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(8 * 12 * 12, 10)
    )
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    for step, (images, labels) in enumerate(loader):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        print(f"step {step}: loss {loss.item():.7f}")
    torch.save(model.state_dict(), "digits.pt")


if __name__ == "__main__":
    main()
