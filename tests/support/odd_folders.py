"""Data folders that are unusual, for tests: weft reads them, or says what is wrong.

    odd_folders.py KIND FOLDER

makes FOLDER. A program can import pictures and labels instead. KIND is one of the functions below
whose comment says what the folder has.
"""
import os
import random
import struct
import sys

import png_file
from png_file import chunk

SIDE = 8
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def idx(path, sizes, content, kind=8):
    with open(path, "wb") as file:
        file.write(struct.pack(f">HBB{len(sizes)}I", 0, kind, len(sizes), *sizes) + bytes(content))


def image_bytes(label, seed, size):
    """A class is bright or dark in a part of its own, with noise."""
    noise = random.Random(f"{label} {seed}")
    return bytes((180 if i * 7 // size % 3 == label % 3 else 60) + noise.randrange(40) for i in range(size))


def splits(folder, sizes, labels, kind=8):
    """Writes both splits as IDX files: images of sizes, of these labels."""
    os.makedirs(folder)
    code = {8: "B", 9: "b", 11: "h", 12: "i"}[kind]
    size = 1
    for side in sizes:
        size *= side
    for seed, split in enumerate(("train", "t10k")):
        idx(f"{folder}/{split}-images-idx3-ubyte", [len(labels), *sizes],
            b"".join(image_bytes(label, f"{seed} {i}", size) for i, label in enumerate(labels)))
        idx(f"{folder}/{split}-labels-idx1-ubyte", [len(labels)],
            struct.pack(f">{len(labels)}{code}", *labels), kind)


def interlaced(pixels, width, height, size):
    """The rows of all passes of pixels (rows of bytes, ${size} a pixel)."""
    rows = []
    for left, top, right, down in PASSES:
        for y in range(top, height, down):
            row = b"".join(pixels[y][x * size:(x + 1) * size] for x in range(left, width, right))
            if row:
                rows.append(row)
    return rows


def png_kinds(folder):
    """PNG files of every kind of pixel in one folder, which is colour; and what is no picture:
    hidden files, a folder in a class, a folder that is called like a picture, a text."""
    noise = random.Random(3)

    def put(split, name, i, colour, size, **options):
        path = f"{folder}/{split}/{name}"
        os.makedirs(path, exist_ok=True)
        rows = [noise.randbytes(SIDE * size) for _ in range(SIDE)]
        if options.get("interlaced"):
            rows = interlaced(rows, SIDE, SIDE, size)
        if options.get("depth") == 1:
            rows = [row[:SIDE // 8] for row in rows]
        png_file.write(f"{path}/{i}.png", SIDE, SIDE, colour, rows, **options)

    colours = chunk(b"PLTE", noise.randbytes(768))
    greys = chunk(b"PLTE", bytes(v for v in range(256) for _ in range(3)))
    clear = chunk(b"tRNS", noise.randbytes(256))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    kinds = ((0, 1, {}), (2, 3, {}), (4, 2, {}), (6, 4, {}), (0, 2, {"depth": 16}),
             (2, 6, {"depth": 16}), (4, 4, {"depth": 16}), (6, 8, {"depth": 16}),
             (3, 1, {"chunks": colours}), (3, 1, {"chunks": colours + clear}),
             (3, 1, {"chunks": greys}), (0, 1, {"depth": 1}), (2, 3, {"interlaced": True}),
             (3, 1, {"chunks": colours, "interlaced": True}), (0, 1, {"chunks": gamma}),
             (2, 3, {"chunks": gamma}), (2, 3, {"chunks": chunk(b"tRNS", bytes(6))}))
    for split in "train", "test":
        for name in "deux é", "दो":
            for i, (colour, size, options) in enumerate(kinds):
                put(split, name, f"{i:02}", colour, size, **options)
    first = f"{folder}/train/deux é"
    for path in f"{first}/.hidden.png", f"{folder}/train/.DS_Store", f"{first}/Thumbs.db", f"{folder}/README":
        with open(path, "w") as file:
            file.write("no picture")
    os.makedirs(f"{first}/more")
    with open(f"{first}/more/x.txt", "w") as file:
        file.write("no picture")


def shapes(folder):
    """IDX files of sizes that are unusual, of labels of all kinds, and of a class without images."""
    three = [i % 3 for i in range(12)]
    for name, sizes in (("one", [1, 1]), ("wide", [5, 300]), ("first", [3, 8, 5]), ("last", [8, 5, 3]),
                        ("either", [3, 8, 3])):
        splits(f"{folder}/{name}", sizes, three)
    for name, kind in ("short", 11), ("int", 12):
        splits(f"{folder}/{name}", [4, 4], three, kind)
    splits(f"{folder}/gap", [4, 4], [0, 2, 5] * 4)
    splits(f"{folder}/equal", [3, 4, 4], three)
    idx(f"{folder}/equal/train-images-idx3-ubyte", [12, 3, 4, 4], bytes([7]) * 12 * 48)
    splits(f"{folder}/names", [4, 4], three)
    with open(f"{folder}/names/classes.txt", "wb") as file:
        file.write("\ufeff  =a,b \r\n\t-<i>&\r\n\u65e5\u672c\r\n\r\n".encode())


def wrong(folder):
    """Folders that are refused."""
    three = [i % 3 for i in range(12)]
    for name, sizes in ("colour", [3, 4, 4]), ("size", [4, 5]):
        splits(f"{folder}/{name}", [4, 4], three)
        splits(f"{folder}/other-{name}", sizes, three)
        for kind in "images-idx3", "labels-idx1":
            os.replace(f"{folder}/other-{name}/t10k-{kind}-ubyte", f"{folder}/{name}/t10k-{kind}-ubyte")
    splits(f"{folder}/label", [4, 4], three)
    idx(f"{folder}/label/t10k-labels-idx1-ubyte", [12], [0, 1, 2, 3] * 3)
    splits(f"{folder}/beyond", [4, 4], [0, 1, 1000], 11)
    splits(f"{folder}/negative", [4, 4], [0, 1, -1], 9)
    for name, text in (("few", b"a\nb\n"), ("many", b"a\nb\nc\nd\n"), ("latin", b"a\nb\xe9\nc\n"),
                       ("equal", b"a\nb\n a \n"), ("empty", b"a\n\nc\n"), ("tab", b"a\nb\tb\nc\n"),
                       *((f"mark-{mark:x}", f"a\nb{chr(mark)}b\nc\n".encode()) for mark in (0x202e, 0x2066, 0x200b)),
                       ("long", b"a\nb\n" + 201 * b"c")):
        splits(f"{folder}/{name}", [4, 4], three)
        with open(f"{folder}/{name}/classes.txt", "wb") as file:
            file.write(text)
    grey = [bytes(8)] * 8
    for name in "directory", "lonely", "nested":
        for split in ("train", "test") if name != "lonely" else ("train",):
            for label in "a", "b":
                os.makedirs(f"{folder}/{name}/{split}/{label}")
                png_file.write(f"{folder}/{name}/{split}/{label}/1.png", 8, 8, 0, grey)
    os.makedirs(f"{folder}/directory/train/a/2.png")
    os.makedirs(f"{folder}/nested/test/b/more")
    png_file.write(f"{folder}/nested/test/b/more/1.png", 8, 8, 0, grey)


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
