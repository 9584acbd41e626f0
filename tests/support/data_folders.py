"""Data folders in all formats, for tests of other pictures than Fashion-MNIST's.

    data_folders.py FORMAT FOLDER [NAME=VALUE ...]

makes FOLDER, in which the pictures of a class have a pattern of their own and some noise, so that a
network can learn them. They are in the order of their classes, as weft reads PNG files, so folders
of two formats have the same images. FORMAT is idx, png, cifar10 or cifar100. Values: classes, train and test
(pictures a split; test=0: none), height, width, channels, seed, names (a file of names, one a
line), type (of the labels of idx: 8, 9, 11 or 12), order (first or last: where idx has the
channels). A program can import make and png instead.
"""
import os
import random
import struct
import sys

import png_file

DEFAULTS = {"classes": 3, "train": 60, "test": 30, "height": 8, "width": 8, "channels": 1,
            "seed": 1, "names": "", "type": 8, "order": "first"}


def png(path, width, height, channels, planes):
    """Writes planes (bytes, one channel after the other) as a PNG file."""
    area = width * height
    rows = [bytes(planes[c * area + y * width + x] for x in range(width) for c in range(channels))
            for y in range(height)]
    png_file.write(path, width, height, {1: 0, 3: 2, 4: 6}[channels], rows)


def pictures(count, options, seed):
    """Returns (label, bytes channel after channel) of each picture."""
    size = options["channels"] * options["height"] * options["width"]
    patterns = random.Random(options["seed"])
    pattern = [patterns.randbytes(size) for _ in range(options["classes"])]
    noise = random.Random(seed)
    made = []
    for i in range(count):
        label = i * options["classes"] // count
        grain = noise.randbytes(size)
        made.append((label, bytes((3 * a + b) // 4 for a, b in zip(pattern[label], grain))))
    return made


def name_list(options):
    if options["names"]:
        with open(options["names"], encoding="utf-8") as file:
            return file.read().split("\n")[:options["classes"]]
    return [f"class {i:03}" for i in range(options["classes"])]


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def make_idx(folder, options, splits):
    code = {8: "B", 9: "b", 11: "h", 12: "i"}[options["type"]]
    channels, height, width = options["channels"], options["height"], options["width"]
    for split, made in splits.items():
        name = {"train": "train", "test": "t10k"}[split]
        sizes = [len(made), height, width]
        content = b"".join(planes for _, planes in made)
        if channels > 1 and options["order"] == "first":
            sizes = [len(made), channels, height, width]
        elif channels > 1:
            sizes = [len(made), height, width, channels]
            area = height * width
            content = b"".join(bytes(planes[c * area + i]
                                     for i in range(area) for c in range(channels))
                               for _, planes in made)
        write(f"{folder}/{name}-images-idx3-ubyte",
              struct.pack(f">HBB{len(sizes)}I", 0, 8, len(sizes), *sizes) + content)
        write(f"{folder}/{name}-labels-idx1-ubyte",
              struct.pack(f">HBBI{len(made)}{code}", 0, options["type"], 1, len(made),
                          *(label for label, _ in made)))
    if options["names"]:
        write(f"{folder}/classes.txt", "".join(f"{n}\n" for n in name_list(options)).encode())


def make_png(folder, options, splits):
    names = name_list(options)
    for split, made in splits.items():
        for i, (label, planes) in enumerate(made):
            os.makedirs(f"{folder}/{split}/{names[label]}", exist_ok=True)
            png(f"{folder}/{split}/{names[label]}/{i:05}.png", options["width"], options["height"],
                options["channels"], planes)


def make_cifar(folder, options, splits, coarse):
    for split, made in splits.items():
        records = [bytes([label % 20, label] if coarse else [label]) + planes
                   for label, planes in made]
        if coarse:
            write(f"{folder}/{split}.bin", b"".join(records))
        elif split == "test":
            write(f"{folder}/test_batch.bin", b"".join(records))
        else:
            for batch in range(5):
                part = len(records) // 5
                write(f"{folder}/data_batch_{batch + 1}.bin",
                      b"".join(records[batch * part:(batch + 1) * part]))
    names = "".join(f"{n}\n" for n in name_list(options))
    write(f"{folder}/{'fine_label_names' if coarse else 'batches.meta'}.txt", names.encode())


def make(form, folder, **given):
    options = {**DEFAULTS, **given}
    if form.startswith("cifar"):
        options.update(channels=3, height=32, width=32, classes=int(form[5:]))
    os.makedirs(folder)
    splits = {"train": pictures(options["train"], options, 10)}
    if options["test"] > 0:
        splits["test"] = pictures(options["test"], options, 20)
    if form == "idx":
        make_idx(folder, options, splits)
    elif form == "png":
        make_png(folder, options, splits)
    else:
        make_cifar(folder, options, splits, form == "cifar100")


if __name__ == "__main__":
    values = {}
    for argument in sys.argv[3:]:
        key, _, value = argument.partition("=")
        values[key] = type(DEFAULTS[key])(value)
    make(sys.argv[1], sys.argv[2], **values)
