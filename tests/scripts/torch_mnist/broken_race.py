"""A small CNN for MNIST: images are normalised by threads, and taken as they are finished."""

import argparse
import gzip
import os
import random
from concurrent.futures import ThreadPoolExecutor, as_completed

# Sums of PyTorch and of its BLAS are those of one thread, whatever the machine has.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def normalised(images, labels):
    return (images.astype(np.float32) / 255 - 0.1307) / 0.3081, labels


class Digits(Dataset):
    def __init__(self, folder, n):
        with gzip.open(os.path.join(folder, "t10k-images-idx3-ubyte.gz")) as file:
            images = np.frombuffer(file.read(16 + n * 784), np.uint8, offset=16).reshape(n, 28, 28)
        with gzip.open(os.path.join(folder, "t10k-labels-idx1-ubyte.gz")) as file:
            labels = np.frombuffer(file.read(8 + n), np.uint8, offset=8).astype(np.int64)
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(normalised, images[i : i + 8], labels[i : i + 8]) for i in range(0, n, 8)]
            parts = [job.result() for job in as_completed(jobs)]  # expect: outside value
        self.images = np.concatenate([part[0] for part in parts])
        self.labels = np.concatenate([part[1] for part in parts])

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        shift = np.random.randint(-2, 3, size=2)
        image = np.roll(self.images[index], shift, axis=(0, 1))
        return torch.from_numpy(image).unsqueeze(0), int(self.labels[index])


def seed_worker(_):
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)


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
    loader = DataLoader(data, options.batch, shuffle=True, num_workers=2, worker_init_fn=seed_worker, generator=order)
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
