#!/usr/bin/env python3
"""wrong_files.py: writes wrong files for the tests of the program.

usage: wrong_files.py data SAMPLE FOLDER
       wrong_files.py models MODEL FOLDER

  data    folders data-*, each with one error in its four IDX files
  models  files bad-*.safetensors, each with one error, and huge.safetensors, whose values are valid but make the logits
          overflow
"""
import gzip
import os
import shutil
import struct
import sys

import sealed

NAMES = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
]


def write_data(sample, folder):
    raw = {name: gzip.open(os.path.join(sample, name + ".gz")).read() for name in NAMES}
    images, labels = NAMES[0], NAMES[1]
    packed = gzip.compress(raw[images])
    plain = {
        "magic": {images: b"\1" + raw[images][1:]},
        "type": {images: raw[images][:2] + b"\x0d" + raw[images][3:]},
        "dimensions": {images: raw[images][:3] + b"\1" + raw[images][4:]},
        "short": {images: raw[images][:-1]},
        "long": {images: raw[images] + b"\0"},
        "empty": {images: b""},
        "no-image": {images: raw[images][:4] + struct.pack(">III", 0, 28, 28)},
        "gigantic": {images: raw[images][:4] + b"\xff" * 12},
        "label-10": {labels: raw[labels][:-1] + b"\x0a"},
        "fewer-labels": {labels: raw[labels][:4] + struct.pack(">I", 99) + raw[labels][8:-1]},
        "test-short": {NAMES[2]: raw[NAMES[2]][:-1]},
    }
    gzipped = {
        "gzip-cut": packed[:-20],
        "gzip-crc": packed[:-8] + b"\0\0\0\0" + packed[-4:],
        "gzip-more": packed + b"x",
    }
    for case, files in plain.items():
        target = os.path.join(folder, "data-" + case)
        shutil.copytree(sample, target)
        for name, content in files.items():
            os.remove(os.path.join(target, name + ".gz"))
            with open(os.path.join(target, name), "wb") as file:
                file.write(content)
    for case, content in gzipped.items():
        target = os.path.join(folder, "data-" + case)
        shutil.copytree(sample, target)
        with open(os.path.join(target, images + ".gz"), "wb") as file:
            file.write(content)
    target = os.path.join(folder, "data-missing")
    shutil.copytree(sample, target)
    os.remove(os.path.join(target, labels + ".gz"))


def pack(tensors, metadata):
    """The bytes of a safetensors file of {name: (dtype, shape, bytes)}."""
    header, values = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in tensors.items():
        offsets = [len(values), len(values) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        values += content
    return sealed.pack(header, values)


def read_model(path):
    header, values = sealed.read(path)
    metadata = header.pop("__metadata__", {})
    tensors = {
        name: (tensor["dtype"], tensor["shape"], values[slice(*tensor["data_offsets"])])
        for name, tensor in header.items()
    }
    return tensors, metadata


def write_models(model, folder):
    tensors, metadata = read_model(model)
    with open(model, "rb") as file:
        content = file.read()
    name = "fc1.weight"
    dtype, shape, values = tensors[name]
    nan = struct.pack("<f", float("nan"))

    def changed(**new):
        return pack({**tensors, **new}, metadata)

    def with_tensor(entry):
        return pack({**tensors, name: entry}, metadata)

    cases = {
        "empty": b"",
        "short": content[:-1],
        "long": content + b"\0",
        "header": struct.pack("<Q", 1 << 60) + content[8:],
        "text": b"this is no model, but a text of some length",
        "json": content[:8] + b"[" + content[9:],
        "shape": with_tensor((dtype, shape[::-1], values)),
        "dtype": with_tensor(("F64", [shape[0], shape[1] // 2], values)),
        "nan": with_tensor((dtype, shape, nan + values[4:])),
        "missing": pack({n: t for n, t in tensors.items() if n != name}, metadata),
        "extra": changed(more=("F32", [1], b"\0\0\0\0")),
        "network": pack(tensors, {**metadata, "weft.network": '{"input": [1], "layers": []}'}),
    }
    for case, wrong in cases.items():
        with open(os.path.join(folder, "bad-%s.safetensors" % case), "wb") as file:
            file.write(wrong)
    name = "out.weight"
    dtype, shape, values = tensors[name]
    huge = struct.pack("<f", 3e38) * (len(values) // 4)
    with open(os.path.join(folder, "huge.safetensors"), "wb") as file:
        file.write(with_tensor((dtype, shape, huge)))


if __name__ == "__main__":
    {"data": write_data, "models": write_models}[sys.argv[1]](sys.argv[2], sys.argv[3])
