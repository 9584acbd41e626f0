"""peer_torch.py: the published network in PyTorch, timed in the same way as weft bench. tools/bench/run uses it.

    peer_torch.py --part train|evaluate|whole [--threads N] [--batch N] [--images N] [--steps N] ...

Prints one JSON object. The images are normalised tensors in memory before the time starts, except in
"whole": the complete program, from the files to both confusion matrices and the saved model.
"""
import argparse
import gzip
import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional

DATA = "/usr/share/datasets/fashion-mnist"
WARM_STEPS = 2  # as in weft bench


class Network(nn.Module):
    """The published network, with its channels and features multiplied by wide."""

    def __init__(self, wide):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6 * wide, 5)
        self.batchN1 = nn.BatchNorm2d(6 * wide)
        self.conv2 = nn.Conv2d(6 * wide, 12 * wide, 5)
        self.fc1 = nn.Linear(12 * wide * 16, 120 * wide)
        self.batchN2 = nn.BatchNorm1d(120 * wide)
        self.fc2 = nn.Linear(120 * wide, 60 * wide)
        self.out = nn.Linear(60 * wide, 10)

    def forward(self, x):
        x = functional.relu(functional.max_pool2d(self.conv1(x), 2, 2))
        x = self.batchN1(x)
        x = functional.relu(functional.max_pool2d(self.conv2(x), 2, 2)).flatten(1)
        x = self.batchN2(functional.relu(self.fc1(x)))
        return self.out(functional.relu(self.fc2(x)))


def read(folder, name, skip):
    """The bytes of an IDX file, plain or gzip, after its header."""
    path = os.path.join(folder, name)
    if os.path.exists(path):
        with open(path, "rb") as plain:
            content = plain.read()
    else:
        with gzip.open(path + ".gz") as packed:
            content = packed.read()
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)[skip:]


def read_split(folder, prefix):
    """Normalised images (N x 1 x 28 x 28) and labels."""
    pixels = read(folder, prefix + "-images-idx3-ubyte", 16).float().reshape(-1, 1, 28, 28)
    labels = read(folder, prefix + "-labels-idx1-ubyte", 8).long()
    return (pixels / 255 - 0.2859) / 0.3530, labels


class Training:
    """A network and its optimiser."""

    def __init__(self, wide, batch):
        torch.manual_seed(0)
        self.network = Network(wide)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.01 / wide)
        self.batch = batch

    def epoch(self, images, labels, steps=None):
        """One shuffled epoch, or its first steps. Returns the accuracy."""
        self.network.train()
        order = torch.randperm(len(images))[: steps * self.batch if steps else None]
        correct = torch.zeros((), dtype=torch.long)
        total = torch.zeros(())
        for first in range(0, len(order), self.batch):
            chosen = order[first : first + self.batch]
            batch, classes = images[chosen], labels[chosen]
            logits = self.network(batch)
            loss = functional.cross_entropy(logits, classes)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += loss.detach()
            correct += (logits.argmax(1) == classes).sum()
        if not torch.isfinite(total):
            sys.exit("peer_torch.py: the loss is not a finite number")
        return int(correct) / len(order)


@torch.no_grad()
def evaluate(network, images, labels, batch):
    """The confusion matrix and the mean loss."""
    network.eval()
    confusion = torch.zeros(100, dtype=torch.long)
    loss = 0.0
    for first in range(0, len(images), batch):
        classes = labels[first : first + batch]
        logits = network(images[first : first + batch])
        loss += float(functional.cross_entropy(logits, classes, reduction="sum"))
        confusion += torch.bincount(classes * 10 + logits.argmax(1), minlength=100)
    return confusion.reshape(10, 10), loss / len(images)


def time_training(options):
    images, labels = read_split(options.data, "train")
    images, labels = images[: options.images], labels[: options.images]
    training = Training(options.wide, options.batch)
    training.epoch(images, labels, WARM_STEPS)
    times = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        training.epoch(images, labels, options.steps)
        times.append(time.perf_counter() - start)
    return times


def time_evaluation(options):
    images, labels = read_split(options.data, "t10k")
    images, labels = images[: options.images], labels[: options.images]
    network = Training(options.wide, options.batch).network
    evaluate(network, images, labels, options.batch)
    times = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        evaluate(network, images, labels, options.batch)
        times.append(time.perf_counter() - start)
    return times


def run_whole(options):
    start = time.perf_counter()
    training = Training(options.wide, options.batch)
    splits = [read_split(options.data, prefix) for prefix in ("train", "t10k")]
    for epoch in range(1, options.epochs + 1):
        accuracy = training.epoch(*splits[0], options.steps)
        print(f"epoch {epoch}: accuracy {accuracy:.4f}", file=sys.stderr)
    for name, (images, labels) in zip(("train", "test"), splits):
        confusion, _ = evaluate(training.network, images, labels, 1000)
        with open(os.path.join(options.out, f"confusion-{name}.csv"), "w", encoding="ascii") as out:
            out.writelines(",".join(map(str, row)) + "\n" for row in confusion.tolist())
    torch.save(training.network.state_dict(), os.path.join(options.out, "model.pt"))
    return [time.perf_counter() - start]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--part", choices=["train", "evaluate", "whole"], required=True)
    parser.add_argument("--data", default=DATA)
    parser.add_argument("--threads", type=int, help="default: PyTorch's choice")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--images", type=int, default=60000)
    parser.add_argument("--steps", type=int, help="maximum number of steps of an epoch")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of whole")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--wide", type=int, default=1)
    parser.add_argument("--out", help="folder for the files of whole")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.part == "whole" and not options.out:
        parser.error("whole needs --out")
    work = {"train": time_training, "evaluate": time_evaluation, "whole": run_whole}
    times = work[options.part](options)
    print(json.dumps({"part": options.part, "times": times, "torch": torch.__version__,
                      "threads": torch.get_num_threads()}))


main()
