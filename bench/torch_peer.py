#!/usr/bin/python3
"""PyTorch's side of bench/against_torch.py: answers the orders of bench/serve.h.

A case has the name of ours, and a variant in brackets where PyTorch can lay the data out in several ways. Inputs
are of the same shapes and filled alike; gradients flow, and everything runs in evaluation or training mode as
ours does.
"""

import os
import resource
import sys
import time

THREADS = int(sys.argv[sys.argv.index("--threads") + 1])
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch  # noqa: E402  (its thread count is read when it is loaded)
import torch.nn.functional as F  # noqa: E402


class DigitClassifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, 32, 3)
        self.conv2 = torch.nn.Conv2d(32, 64, 3)
        self.dropout1 = torch.nn.Dropout2d(0.25)
        self.dropout2 = torch.nn.Dropout(0.25)
        self.fc1 = torch.nn.Linear(9216, 128)
        self.fc2 = torch.nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        x = F.relu(self.fc1(torch.flatten(self.dropout1(x), 1)))
        return F.log_softmax(self.fc2(self.dropout2(x)), dim=1)


def training_step(layout):
    def prepare():
        model = DigitClassifier().to(memory_format=layout).train()
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        images = torch.rand(20 * 64, 1, 28, 28)
        labels = torch.randint(0, 10, (20 * 64,))
        order = {"batch": 0}

        def step():
            first = order["batch"] % 20 * 64
            order["batch"] += 1
            x = images[first:first + 64].contiguous(memory_format=layout)
            y = labels[first:first + 64]
            optimiser.zero_grad(set_to_none=True)
            output = model(x)
            loss = F.nll_loss(output, y)
            loss.backward()
            optimiser.step()
            return loss.item(), int((output.argmax(1) == y).sum())

        return step

    return prepare


def without_gradient(make):
    def prepare():
        call = make()

        def run():
            with torch.no_grad():
                call()

        return run

    return prepare


def of_rows(rows, cols, function):
    def make():
        x = torch.empty(rows, cols).uniform_(-4, 4)
        return lambda: function(x)

    return without_gradient(make)


def batch_norm(layout):
    def prepare():
        x = torch.rand(64, 64, 24, 24).contiguous(memory_format=layout).requires_grad_(True)
        dy = torch.rand(64, 64, 24, 24).contiguous(memory_format=layout)
        norm = torch.nn.BatchNorm2d(64).train()

        def run():
            x.grad = None
            norm.zero_grad(set_to_none=True)
            norm(x).backward(dy)

        return run

    return prepare


def convolution_3d(layout):
    def make():
        x = torch.rand(1, 32, 64, 64, 64).contiguous(memory_format=layout)
        conv = torch.nn.Conv3d(32, 32, 3, padding=1, bias=False).to(memory_format=layout)
        return lambda: conv(x)

    return without_gradient(make)


FOUR_MILLION = 4 * 1024 * 1024
CASES = {
    "digit classifier, training step [contiguous]": training_step(torch.contiguous_format),
    "digit classifier, training step [channels last]": training_step(torch.channels_last),
    "softmax 4096x1000": of_rows(4096, 1000, lambda x: F.softmax(x, 1)),
    "softmax 65536x64": of_rows(65536, 64, lambda x: F.softmax(x, 1)),
    "softmax 512x32000": of_rows(512, 32000, lambda x: F.softmax(x, 1)),
    "log-softmax 4096x1000": of_rows(4096, 1000, lambda x: F.log_softmax(x, 1)),
    "log-softmax 65536x64": of_rows(65536, 64, lambda x: F.log_softmax(x, 1)),
    "log-softmax 512x32000": of_rows(512, 32000, lambda x: F.log_softmax(x, 1)),
    "dropout 16M": of_rows(1, 4 * FOUR_MILLION, lambda x: F.dropout(x, 0.25, True)),
    "exp 4M": of_rows(1, FOUR_MILLION, torch.exp),
    "tanh 4M": of_rows(1, FOUR_MILLION, torch.tanh),
    "sigmoid 4M": of_rows(1, FOUR_MILLION, torch.sigmoid),
    "gelu 4M": of_rows(1, FOUR_MILLION, F.gelu),
    "batch norm 64x24x24x64, training, forward and backward [contiguous]": batch_norm(torch.contiguous_format),
    "batch norm 64x24x24x64, training, forward and backward [channels last]": batch_norm(torch.channels_last),
    "3-D convolution 32->32 3x3x3 64x64x64, forward [contiguous]": convolution_3d(torch.contiguous_format),
    "3-D convolution 32->32 3x3x3 64x64x64, forward [channels last]": convolution_3d(torch.channels_last_3d),
}


def resident_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Server:
    def __init__(self):
        self.name, self.call, self.baseline = None, None, 0
        self.now = time.process_time if THREADS == 1 else time.perf_counter

    def run(self, calls, name):
        if self.name != name:
            if self.name is None:
                self.baseline = resident_bytes()
            self.call = None
            self.call = CASES[name]()
            self.name = name
        before = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
        start = self.now()
        for _ in range(calls):
            self.call()
        seconds = (self.now() - start) / calls
        return f"{seconds:.9g} {resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - before}"

    def memory(self):
        return str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - self.baseline)


def main():
    torch.set_num_threads(THREADS)
    server = Server()
    for line in sys.stdin:
        order, *rest = line.rstrip("\n").split(" ", 2)
        if order == "quit":
            break
        if order == "version":
            answer = torch.__version__.split("a")[0]
        elif order == "list":
            answer = "\t".join(CASES)
        elif order == "memory":
            answer = server.memory()
        else:
            answer = server.run(int(rest[0]), rest[1])
        print(answer, flush=True)


if __name__ == "__main__":
    main()
