#!/usr/bin/env python3
"""What the hook costs a training in PyTorch: time a step with it and without it, interleaved, and the ratio.

    bench/hook_cost.py [build/release/bin/ibid [STEPS [ROUNDS]]]

The model is the MNIST CNN of PyTorch's examples (1.2 million parameters, batches of 64, Adadelta), on one thread. Time is
that of the processor, which other work on the machine disturbs least. The first 8 steps, which all have a digest, do
not count. The ratio of means is what the budget is about, since digests fall on few steps; that of medians shows what
the hook costs at the others. Both are medians over the rounds. On a busy machine they are worth little; what a digest
costs is then told best by neighbouring steps of one program, of which every second has one.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

TRAINING = """
import statistics, sys, time
import torch
from torch import nn
torch.manual_seed(0)
torch.set_num_threads(1)
model = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
                      nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
optimiser = torch.optim.Adadelta(model.parameters())
data = torch.utils.data.TensorDataset(torch.randn(64 * 8, 1, 28, 28), torch.randint(0, 10, (64 * 8,)))
times = []
while len(times) < int(sys.argv[1]):
    for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
        start = time.process_time()
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimiser.step()
        times.append(time.process_time() - start)
times = times[8:]
even, odd = times[0::2], times[1::2]
pairs = statistics.median(a - b for a, b in zip(even, odd)) / statistics.median(odd)
print("STEP", statistics.mean(times), statistics.median(times), pairs)
"""


def step_seconds(program, folder, number, steps, options):
    words = [program, "run", "--quiet", "--output", str(folder / f"r{number}"), *options, "--", "/usr/bin/python3", "train.py", steps]
    output = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout
    return [float(word) for word in output.split()[1:]]


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/ibid")
    steps = sys.argv[2] if len(sys.argv) > 2 else "200"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    variants = {"without the hook": ["--no-hook"], "auto, 3%": [], "every second step": ["--digest-every", "2"]}
    results = {name: [] for name in variants}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "train.py").write_text(TRAINING)
        for number in range(rounds):
            for index, (variant, options) in enumerate(variants.items()):
                results[variant].append(step_seconds(program, folder, number * len(variants) + index, steps, options))
    # Rounds are compared with one another: other work on the machine hits neighbours alike.
    for variant, measured in results.items():
        mean = statistics.median(1e3 * row[0] for row in measured)
        of_means, of_medians = (statistics.median(own[i] / base[i] for own, base in zip(measured, results["without the hook"]))
                                for i in (0, 1))
        print(f"{variant}: {mean:.2f} ms a step; ratio of means {of_means:.3f}, of medians {of_medians:.3f}")
    for variant in ("without the hook", "every second step"):
        pairs = statistics.median(row[2] for row in results[variant])
        print(f"{variant}: steps of even number take {100 * pairs:+.2f} % of a step more than their neighbours")


if __name__ == "__main__":
    main()
