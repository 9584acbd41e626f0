"""random_training.py: a network, a recipe and images that follow from a number, for tools/deep/random-runs and
tools/maintain/compare-pytorch.

    random_training.py NUMBER FOLDER       writes FOLDER/network.json and FOLDER/data; prints the options of weft train
"""
import json
import os
import random
import sys

import data_folders

ACTIVATIONS = ("relu", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu")


class Network:
    """A list of layers that is being drawn."""

    def __init__(self, chance, shape):
        self.chance, self.layers = chance, []
        self.shapes = {"input": shape}  # of each tensor: (channels, height, width), or (features,)
        self.unread = ["input"]

    def add(self, kind, inputs, shape, **arguments):
        name = "t%d" % (len(self.layers) + 1)
        follows = inputs == [self.layers[-1]["name"] if self.layers else "input"]
        layer = {"kind": kind, "name": name, **({} if follows else {"inputs": inputs}), **arguments}
        self.layers.append(layer)
        self.unread = [tensor for tensor in self.unread if tensor not in inputs] + [name]
        self.shapes[name] = shape
        return name

    def pick(self, fits=lambda shape: True):
        """Returns a tensor: often the last one, which makes chains that weft fuses. None: none fits."""
        names = [name for name, shape in self.shapes.items() if fits(shape)]
        if not names:
            return None
        return names[-1] if self.chance.random() < 0.6 else self.chance.choice(names)

    def size(self, choices, limit=None):
        """Returns a number, or [height, width]."""
        pair = [self.chance.choice([n for n in choices if limit is None or n <= limit[i]]) for i in range(2)]
        return pair[0] if pair[0] == pair[1] else pair


def pair_of(value):
    return value if isinstance(value, list) else [value, value]


def add_conv2d(network, tensor):
    chance, (channels, height, width) = network.chance, network.shapes[tensor]
    groups = chance.choice([n for n in range(1, channels + 1) if channels % n == 0])
    out = groups * chance.choice([n for n in (1, 2, 3, 4, 5) if n * groups <= 12] or [1])
    padding = network.size((0, 0, 1, 2))
    dilation = network.size((1, 1, 1, 2, 3))
    most = [(side + 2 * p - 1) // d + 1 for side, p, d in zip((height, width), pair_of(padding), pair_of(dilation))]
    kernel = network.size((1, 2, 3, 3, 5), most)
    stride = network.size((1, 1, 2, 3))
    sides = [(side + 2 * p - d * (k - 1) - 1) // s + 1 for side, p, d, k, s in zip(
        (height, width), *map(pair_of, (padding, dilation, kernel, stride)))]
    arguments = {"out_channels": out, "kernel_size": kernel}
    for name, value, default in (("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1),
                                 ("groups", groups, 1), ("bias", chance.random() < 0.7, True)):
        if value != default or chance.random() < 0.2:
            arguments[name] = value
    network.add("conv2d", [tensor], (out, *sides), **arguments)


def add_pool(network, tensor):
    chance, (channels, height, width) = network.chance, network.shapes[tensor]
    kernel = network.size((1, 2, 2, 3), (height, width))
    padding = [chance.choice(range(k // 2 + 1)) for k in pair_of(kernel)]
    stride = network.size((1, 2, 2, 3))
    sides = [(side + 2 * p - k) // s + 1 for side, p, k, s in zip(
        (height, width), padding, pair_of(kernel), pair_of(stride))]
    kind = chance.choice(("max_pool2d", "avg_pool2d"))
    arguments = {"kernel_size": kernel, "stride": stride, "padding": padding}
    if padding == [0, 0] and chance.random() < 0.5:
        del arguments["padding"]
    if kind == "avg_pool2d" and chance.random() < 0.5:
        arguments["count_include_pad"] = chance.random() < 0.5
    network.add(kind, [tensor], (channels, *sides), **arguments)


def add_pointwise(network, tensor):
    chance, kind = network.chance, network.chance.choice(ACTIVATIONS)
    arguments = {"approximate": "tanh"} if kind == "gelu" else {}
    if kind == "leaky_relu" and chance.random() < 0.7:
        arguments["negative_slope"] = chance.choice((0.2, 0.0, 1.5, -0.3))
    network.add(kind, [tensor], network.shapes[tensor], **arguments)


def add_dropout(network, tensor):
    p = network.chance.choice((0.5, 0.25, 0.1, 0.0))
    network.add("dropout", [tensor], network.shapes[tensor], p=p)


def add_batch_norm(network, tensor):
    chance, arguments = network.chance, {}
    if chance.random() < 0.4:
        arguments["affine"] = False
    if chance.random() < 0.4:
        arguments["momentum"] = chance.choice((0.5, 0.01, 1.0, 0.0))
    if chance.random() < 0.3:
        arguments["eps"] = chance.choice((1e-3, 1e-7))
    network.add("batch_norm", [tensor], network.shapes[tensor], **arguments)


def add_linear(network, tensor):
    out = network.chance.choice((1, 3, 8, 17))
    arguments = {"out_features": out}
    if network.chance.random() < 0.4:
        arguments["bias"] = False
    network.add("linear", [tensor], (out,), **arguments)


def add_flat(network, tensor):
    channels, height, width = network.shapes[tensor]
    if network.chance.random() < 0.5:
        network.add("flatten", [tensor], (channels * height * width,))
    else:
        network.add("global_avg_pool2d", [tensor], (channels, 1, 1))


def add_join(network, tensor):
    """A sum of tensors of the same shape, or the channels of tensors of the same height and width."""
    chance, shape = network.chance, network.shapes[tensor]
    same = [name for name, other in network.shapes.items() if other == shape]
    near = [name for name, other in network.shapes.items() if len(other) == len(shape) and other[1:] == shape[1:]]
    inputs = [tensor]
    if chance.random() < 0.5:
        inputs += [chance.choice(same) for _ in range(chance.choice((1, 1, 2, 3)))]
        network.add("add", inputs, shape)
        return
    inputs += [chance.choice(near) for _ in range(chance.choice((1, 1, 2)))]
    channels = sum(network.shapes[name][0] for name in inputs)
    if channels <= 40 or len(shape) == 1 and channels <= 600:
        network.add("concat", inputs, (channels, *shape[1:]))


def finish(network, classes):
    """Leads every tensor that no layer reads to the logits."""
    for name in [name for name in network.unread if len(network.shapes[name]) > 1]:
        channels, height, width = network.shapes[name]
        network.add("flatten", [name], (channels * height * width,))
    last = network.unread
    if len(last) > 1 and network.chance.random() < 0.5:
        last = [network.add("linear", [name], (classes,), out_features=classes) for name in list(last)]
        network.add("add", last, (classes,))
        return
    if len(last) > 1:
        last = [network.add("concat", list(last), (sum(network.shapes[name][0] for name in last),))]
    if network.chance.random() < 0.5:
        last = [network.add("linear", last, (8,), out_features=8)]
        last = [network.add("relu", last, (8,))]
    network.add("linear", last, (classes,), out_features=classes)


def draw_network(chance, shape, classes):
    network = Network(chance, shape)
    spatial = (add_conv2d, add_conv2d, add_conv2d, add_pool, add_pool, add_flat)
    every = (add_pointwise, add_pointwise, add_batch_norm, add_batch_norm, add_dropout, add_join, add_join)
    for _ in range(chance.choice((2, 4, 6, 8, 12, 16))):
        add = chance.choice(spatial + every + (add_linear,))
        dimensions = 3 if add in spatial else 1 if add is add_linear else None
        tensor = network.pick(lambda other, dimensions=dimensions: dimensions in (None, len(other)))
        if tensor is not None and len(network.unread) < 8:
            add(network, tensor)
    finish(network, classes)
    return {"input": list(shape), "layers": network.layers}


def draw_recipe(chance, epochs, steps):
    """Returns options of weft train, as a recipe file has them."""
    optimizer = chance.choice(("adam", "adamw", "sgd"))
    recipe = {"epochs": epochs, "optimizer": optimizer, "lr": chance.choice((0.05, 0.02) if optimizer == "sgd" else (0.01, 0.003))}
    if optimizer == "sgd" and chance.random() < 0.8:
        recipe["momentum"] = chance.choice((0.9, 0.5))
        recipe["nesterov"] = chance.random() < 0.5
    if chance.random() < 0.6:
        recipe["weight-decay"] = chance.choice((0.05, 0.0005))
    recipe["schedule"] = chance.choice(("constant", "cosine", "one-cycle", "step:1,0.5"))
    warmup = chance.choice((None, "1", "%d" % max(1, steps // 3), "35%"))
    if warmup is not None:
        recipe["warmup"] = warmup
    for name, values in (("label-smoothing", (0.1, 0.3)), ("clip-norm", (0.1, 1.0, 50.0)), ("average", (1, 2, epochs)),
                         ("augment", ("flip", "shift=1", "erase=2", "flip,shift=2,erase=3")),
                         ("class-weights", ("balanced",)), ("order", ("file",))):
        if chance.random() < 0.5:
            recipe[name] = chance.choice(values)
    if chance.random() < 0.3:
        recipe["validate"] = chance.choice((5, 13))
        recipe["keep"] = chance.choice(("best", "last")) if "average" not in recipe else "last"
    return recipe


def draw_images(chance, shape, classes, count):
    """Returns (label, bytes) of each image: a pattern of its class, and noise. The classes have different sizes."""
    size = shape[0] * shape[1] * shape[2]
    patterns = [chance.randbytes(size) for _ in range(classes)]
    labels = list(range(classes)) + [min(chance.randrange(classes), chance.randrange(classes)) for _ in range(count - classes)]
    chance.shuffle(labels)
    return [(label, bytes((a + b) // 2 for a, b in zip(patterns[label], chance.randbytes(size)))) for label in labels]


class Training:
    """What follows from a number: a network, a recipe, and the images of a folder."""

    def __init__(self, number):
        chance = random.Random(number)
        self.shape = (chance.choice((1, 3)), chance.randint(5, 14), chance.randint(5, 14))
        self.classes, images = chance.randint(2, 10), chance.randint(24, 90)
        batch = chance.choice((1, 5, 16, 17, 33, 100) if images < 40 else (7, 16, 17, 33, 100))
        epochs = chance.choice((2, 3, 4))
        self.network = draw_network(chance, self.shape, self.classes)
        self.recipe = {"batch": batch, **draw_recipe(chance, epochs, epochs * -(-images // batch))}
        self.draw(chance, images)

    def draw(self, chance, images):
        self.train = draw_images(chance, self.shape, self.classes, images)
        self.test = draw_images(chance, self.shape, self.classes, 20)

    def replace(self, network, shape, classes):
        """Replaces the network, and the images by others that fit."""
        self.network, self.shape, self.classes = network, shape, classes
        self.draw(random.Random(len(self.train)), max(len(self.train), 4 * classes))

    def write(self, folder):
        """Writes network.json and data. Returns the options of weft train."""
        channels, height, width = self.shape
        os.makedirs(os.path.join(folder, "data"))
        with open(os.path.join(folder, "network.json"), "w", encoding="utf-8") as file:
            json.dump(self.network, file)
        data_folders.make_idx(os.path.join(folder, "data"), {**data_folders.DEFAULTS, "channels": channels, "height": height,
                                                             "width": width}, {"train": self.train, "test": self.test})
        return ["--network", os.path.join(folder, "network.json"), "--data", os.path.join(folder, "data"), *self.options()]

    def options(self):
        """Returns the recipe as options of weft train."""
        return [word for name, value in self.recipe.items() if value is not False
                for word in (["--" + name] if value is True else ["--" + name, str(value)])]


if __name__ == "__main__":
    print(*Training(int(sys.argv[1])).write(sys.argv[2]))
