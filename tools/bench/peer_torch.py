"""peer_torch.py: a network in PyTorch, timed in the same way as weft bench. tools/bench/run uses it.

    peer_torch.py --part train|evaluate|whole|trial [--threads N] [--batch N] [--images N] [--steps N] ...

Prints one JSON object. The images are normalised tensors in memory before the time starts, except in
"whole": the complete program, from the files to both confusion matrices and the saved model. "trial"
trains with each of --ways, so that the fastest is known; one that this PyTorch does not have, or that
fails, has the reason instead of a time.
"""
import argparse
import gzip
import json
import os
import sys
import time
import warnings

warnings.simplefilter("ignore")  # of PyTorch, about what it will change, and about a missing NumPy
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

DATA = "/usr/share/datasets/fashion-mnist"
WARM_STEPS = 2  # as in weft bench
TRIES = 2  # of each way in a trial, of which the shorter one counts


class Published(nn.Module):
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


class Add(nn.Module):
    def forward(self, first, *others):
        for other in others:
            first = first + other
        return first


class Concat(nn.Module):
    def forward(self, *inputs):
        return torch.cat(inputs, 1)


# A kind of layer: the module for an input like x. Arguments that are not named here have PyTorch's names.
KINDS = {
    "conv2d": lambda x, **more: nn.Conv2d(x.shape[1], **more),
    "max_pool2d": lambda x, **more: nn.MaxPool2d(**more),
    "avg_pool2d": lambda x, **more: nn.AvgPool2d(**more),
    "global_avg_pool2d": lambda x: nn.AdaptiveAvgPool2d(1),
    "relu": lambda x: nn.ReLU(),
    "leaky_relu": lambda x, **more: nn.LeakyReLU(**more),
    "sigmoid": lambda x: nn.Sigmoid(),
    "tanh": lambda x: nn.Tanh(),
    "gelu": lambda x, **more: nn.GELU(**more),
    "silu": lambda x: nn.SiLU(),
    "dropout": lambda x, **more: nn.Dropout(**more),
    "batch_norm": lambda x, **more: (nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d)(x.shape[1], **more),
    "flatten": lambda x: nn.Flatten(),
    "linear": lambda x, **more: nn.Linear(x.shape[1], **more),
    "add": lambda x: Add(),
    "concat": lambda x: Concat(),
}


class Graph(nn.Module):
    """The network of a list of layers, the file that weft reads with --network."""

    def __init__(self, path):
        super().__init__()
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        numbers = {"input": 0}  # of the tensors that have names
        values = [torch.zeros(2, *content["input"])]
        self.layers = nn.ModuleList()
        self.inputs = []
        for number, layer in enumerate(content["layers"], 1):
            kind = layer.pop("kind")
            numbers[layer.pop("name", f"{kind}{number}")] = number
            inputs = layer.pop("inputs", None)
            self.inputs.append([numbers[name] for name in inputs] if inputs else [number - 1])
            self.layers.append(KINDS[kind](values[self.inputs[-1][0]], **layer))
            values.append(self.layers[-1](*(values[i] for i in self.inputs[-1])))

    def forward(self, x):
        values = [x]
        for layer, inputs in zip(self.layers, self.inputs):
            values.append(layer(*(values[i] for i in inputs)))
        return values[-1]


def read(folder, name):
    """The sizes and the bytes of an IDX file, plain or gzip."""
    path = os.path.join(folder, name)
    opened = open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz")
    with opened as file:
        content = bytearray(file.read())
    first = 4 + 4 * content[3]
    sizes = [int.from_bytes(content[i : i + 4], "big") for i in range(4, first, 4)]
    return sizes, torch.frombuffer(content, dtype=torch.uint8)[first:]


def read_split(options, prefix):
    """Normalised images (N x channels x height x width) and labels."""
    (count, *shape), pixels = read(options.data, prefix + "-images-idx3-ubyte")
    labels = read(options.data, prefix + "-labels-idx1-ubyte")[1].long()
    shape = [1] * (3 - len(shape)) + shape
    images = (pixels.float().reshape(count, *shape) / 255 - 0.2859) / 0.3530
    if "channels_last" in options.way:
        images = images.to(memory_format=torch.channels_last)
    return images[: options.images], labels[: options.images]


class Training:
    """A network and its optimiser, in one of the ways: words with commas between them."""

    def __init__(self, options, way):
        torch.manual_seed(0)
        if hasattr(torch, "_dynamo"):
            torch._dynamo.reset()
        network = Graph(options.network) if options.network else Published(options.wide)
        if "channels_last" in way:
            network = network.to(memory_format=torch.channels_last)
        fused = {"fused": True} if "fused" in way else {}
        self.network = network
        self.compute = torch.compile(self.loss) if "compile" in way else self.loss
        self.optimiser = torch.optim.Adam(network.parameters(), lr=0.01 / options.wide, **fused)
        self.batch = options.batch

    def loss(self, images, classes):
        """The loss, and how many images are right."""
        logits = self.network(images)
        return functional.cross_entropy(logits, classes), (logits.detach().argmax(1) == classes).sum()

    def epoch(self, images, labels, steps=None):
        """One shuffled epoch, or its first steps. Returns the accuracy."""
        self.network.train()
        order = torch.randperm(len(images))[: steps * self.batch if steps else None]
        correct = torch.zeros((), dtype=torch.long)
        total = torch.zeros(())
        for first in range(0, len(order), self.batch):
            chosen = order[first : first + self.batch]
            loss, right = self.compute(images[chosen], labels[chosen])
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            total += loss.detach()
            correct += right
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


def timed(function, repeat):
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return times


def time_training(options, way=None):
    images, labels = read_split(options, "train")
    training = Training(options, way or options.way)
    training.epoch(images, labels, WARM_STEPS)
    return timed(lambda: training.epoch(images, labels, options.steps), options.repeat)


def time_evaluation(options):
    images, labels = read_split(options, "t10k")
    network = Training(options, options.way).network
    network = torch.compile(network) if "compile" in options.way else network
    evaluate(network, images, labels, options.batch)
    return timed(lambda: evaluate(network, images, labels, options.batch), options.repeat)


def time_ways(options):
    """The seconds of each way, or why there are none."""
    times = []
    options.repeat = TRIES
    for options.way in options.ways:
        try:
            times.append(min(time_training(options)))
        except Exception as failure:  # of any kind: compilers, options that are not known
            lines = [line for line in str(failure).splitlines() if line.strip()]
            times.append(f"{type(failure).__name__}: {lines[0] if lines else ''}"[:160])
    return times


def run_whole(options):
    def whole():
        training = Training(options, options.way)
        splits = [read_split(options, "train"), read_split(options, "t10k")]
        for _ in range(options.epochs):
            training.epoch(*splits[0], options.steps)
        for name, (images, labels) in zip(("train", "test"), splits):
            confusion, _ = evaluate(training.network, images, labels, 1000)
            with open(os.path.join(options.out, f"confusion-{name}.csv"), "w", encoding="ascii") as out:
                out.writelines(",".join(map(str, row)) + "\n" for row in confusion.tolist())
        torch.save(training.network.state_dict(), os.path.join(options.out, "model.pt"))

    return timed(whole, 1)


def main():
    work = {"train": time_training, "evaluate": time_evaluation, "whole": run_whole, "trial": time_ways}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--part", choices=list(work), required=True)
    parser.add_argument("--data", default=DATA)
    parser.add_argument("--threads", type=int, help="default: PyTorch's choice")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--images", type=int)
    parser.add_argument("--steps", type=int, help="maximum number of steps of an epoch")
    parser.add_argument("--epochs", type=int, default=5, help="epochs of whole")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--wide", type=int, default=1)
    parser.add_argument("--network", help="a list of layers in JSON, in place of the published network")
    parser.add_argument("--way", default="", help="of fused, channels_last, compile, with commas")
    parser.add_argument("--ways", nargs="+", help="those of a trial")
    parser.add_argument("--out", help="folder for the files of whole")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.part == "whole" and not options.out:
        parser.error("whole needs --out")
    times = work[options.part](options)
    print(json.dumps({"part": options.part, "times": times, "torch": torch.__version__,
                      "threads": torch.get_num_threads()}))


main()
