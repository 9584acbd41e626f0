#!/usr/bin/env python3
"""seeds.py: makes the first inputs of the fuzz targets: small valid files of every kind, from which libFuzzer makes others.

usage: tests/fuzz/seeds.py WEFT FOLDER

WEFT is the program: it trains a small network, whose files are among the inputs. Those of a target are in FOLDER/TARGET.
FOLDER/TARGET.dict and FOLDER/json.dict have the words that it tries.
"""
import gzip
import json
import os
import struct
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, "tests", "support"))
from png_file import CHANNELS, chunk, pack  # noqa: E402

END = b"\xff\xfe"  # of a part of an input

SMALL = {"input": [1, 28, 28], "layers": [
    {"kind": "conv2d", "name": "c", "out_channels": 2, "kernel_size": [5, 3]},
    {"kind": "max_pool2d", "kernel_size": 6}, {"kind": "relu"},
    {"kind": "batch_norm", "name": "b", "eps": 1e-4, "momentum": 0.2}, {"kind": "flatten"},
    {"kind": "linear", "name": "l", "out_features": 10}]}
LINEAR = {"input": [4], "layers": [{"kind": "linear", "name": "l", "out_features": 2}]}
NORM = {"input": [2], "layers": [{"kind": "batch_norm", "name": "b"}, {"kind": "linear", "name": "l", "out_features": 2}]}
POOL = {"input": [1, 6, 5], "layers": [
    {"kind": "avg_pool2d", "kernel_size": 3, "stride": 2, "padding": 1, "count_include_pad": False},
    {"kind": "flatten"}, {"kind": "linear", "out_features": 3}]}

WORDS = ["kind", "conv2d", "linear", "batch_norm", "relu", "flatten", "max_pool2d", "avg_pool2d", "out_channels",
         "kernel_size", "stride", "padding", "count_include_pad", "eps", "momentum", "out_features", "name", "input",
         "layers", "F32", "F16", "BF16", "F64", "I64", "I32", "U8", "shape", "data_offsets", "dtype", "__metadata__",
         "weft.network", "weft.options", "weft.checkpoint", "weft.contract", "weft.digest", "weft.format", "epochs",
         "history", "training", "texts", "images", "event", "verdict", "options", "confusion", "classes", "num_batches_tracked", "running_var", "module.", "_orig_mod.",
         "n_averaged", "optimizer", "nesterov", "weight-decay", "schedule", "warmup", "averaged_epochs", "warmup_fraction", "label-smoothing", "clip-norm", "average",
         "augment", "class-weights", "one-cycle", "cosine", "step:", "flip", "shift=", "erase="]
VALUES = ["1e308", "-0", "4294967295", "9007199254740993", "18446744073709551616", "0.1", "1e-400", "null", "true",
          "[]", "{}", "<PWN", "\\u001b", "\\u0000", "\\ud800"]

folder = ""


def seed(target, name, content):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    with open(os.path.join(folder, target, name), "wb") as file:
        file.write(content)


def dictionary(name, words):
    with open(os.path.join(folder, name + ".dict"), "w", encoding="ascii") as file:
        for word in words:
            file.write('"%s"\n' % word.replace("\\", "\\\\").replace('"', '\\"'))


def text(value):
    return json.dumps(value, separators=(",", ":")).encode()


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def train():
    """Trains the small network. Returns the run folder."""
    network, run = os.path.join(folder, "small.json"), os.path.join(folder, "run")
    with open(network, "wb") as file:
        file.write(text(SMALL))
    subprocess.run([sys.argv[1], "train", "--network", network, "--device", "cpu", "--threads", "1", "--epochs", "2",
                    "--batch", "20", "--data", os.path.join(SOURCE, "data/sample"), "--out", run, "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    return run


def folders():
    picture = bytes(range(256)) * 12
    seed("folders", "ten", b"\0" + b"\3" + picture + END + b"\4" + picture)
    seed("folders", "hundred", b"\1" + b"\2\3" + picture + END + b"\4\5" + picture)
    seed("folders", "png", b"\2" + png(2, 8) + END + png(0, 8))
    seed("folders", "palette", b"\2" + png(3, 2) + END + png(6, 16))
    seed("folders", "names", b"\3" + b"one\ntwo\n")


def idx():
    def images(count, height, width):
        return struct.pack(">IIII", 0x803, count, height, width) + bytes(i * 7 % 256 for i in range(count * height * width))

    def labels(count):
        return struct.pack(">II", 0x801, count) + bytes(i % 10 for i in range(count))
    for how in range(8):
        seed("idx", "set%d" % how, bytes([how]) + images(3, 4, 5) + END + labels(3))
    for how in range(8, 16):
        seed("idx", "images%d" % how, bytes([how]) + images(2, 3, 3))
        seed("idx", "labels%d" % how, bytes([how | 0x10]) + labels(5))
    twice = gzip.compress(images(2, 3, 3), mtime=0)
    seed("idx", "gzip", b"\x08" + twice)
    seed("idx", "members", b"\x08" + twice + twice)
    seed("idx", "real", b"\x18" + read(SOURCE, "data/sample/t10k-labels-idx1-ubyte.gz"))


def split(file):
    """Returns the header and the values of a safetensors file."""
    length = struct.unpack("<Q", file[:8])[0]
    return json.loads(file[8:8 + length]), file[8 + length:]


def tensors(network, shapes, metadata):
    """Returns an input of a header and values: shapes maps a name to its shape and dtype."""
    header, values = {}, b""
    if network is not None:
        header["__metadata__"] = {"weft.network": text(network).decode(), "weft.contract": "1", **metadata}
    for name, (shape, dtype) in shapes.items():
        count = 1
        for size in shape:
            count *= size
        content = {"F32": b"\0\0\x80?", "F16": b"\0<", "BF16": b"\x80?", "F64": b"\0\0\0\0\0\0\xf0?",
                   "I64": b"\1\0\0\0\0\0\0\0"}[dtype] * count
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(values), len(values) + len(content)]}
        values += content
    return b"\1" + text(header) + END + values


def safetensors(run):
    for target, name in (("model", "model.safetensors"), ("checkpoint", "checkpoint.safetensors")):
        file = read(run, name)
        header, values = split(file)
        metadata = {k: v for k, v in header["__metadata__"].items() if k not in ("weft.digest", "weft.format")}
        undigested = {**header, "__metadata__": metadata}
        for to in (target, "safetensors"):
            seed(to, target + "-file", b"\0" + file)
            seed(to, target + "-parts", b"\3" + text(header) + END + values)
            seed(to, target + "-undigested", b"\1" + text(undigested) + END + values)
    linear = {"l.weight": ([2, 4], "F32"), "l.bias": ([2], "F32")}
    seed("model", "linear", tensors(LINEAR, linear, {"weft.options": "{}"}))
    seed("model", "prefix", tensors(LINEAR, {"module.model." + k: v for k, v in linear.items()}, {}))
    for name, dtype in (("half", "F16"), ("brain", "BF16"), ("double", "F64")):
        averaged = {"module." + k: (shape, dtype) for k, (shape, _) in linear.items()}
        averaged["n_averaged"] = ([], "I64")
        seed("model", name, tensors(LINEAR, averaged, {}))
        seed("model", name + "-listed", b"\4" + text(LINEAR) + END + tensors(None, averaged, {}))
    seed("model", "norm", tensors(NORM, {
        "b.weight": ([2], "F32"), "b.bias": ([2], "F32"), "b.running_mean": ([2], "F32"), "b.running_var": ([2], "F32"),
        "b.num_batches_tracked": ([], "I64"), "l.weight": ([2, 2], "F32"), "l.bias": ([2], "F32")}, {}))
    training = {"epochs": 1, "batch": 1, "learning_rate": 0.01, "seed": "0", "order": "file", "steps": "0"}
    record = {"training": training, "math": "exact", "texts": {"key": "text"},
              "history": [{"images": 1, "correct": 0, "steps": 1, "total_loss": 1.0, "seconds": 0.5}]}
    linear = tensors(LINEAR, {
        "parameters": ([10], "F32"), "buffers": ([0], "F32"), "moments": ([10], "F32"), "second_moments": ([10], "F32"),
        "batches": ([1], "I64"), "progress": ([2], "I64")},
        {"weft.checkpoint": text(record).decode(), "weft.format": "2", "weft.digest": "0" * 64})
    seed("checkpoint", "linear", b"\3" + linear[1:])
    training.update({
        "optimizer": "sgd", "momentum": 0.5, "nesterov": True, "weight_decay": 0.25, "schedule": "step",
        "step_epochs": 2, "step_factor": 0.5, "warmup_steps": "3", "label_smoothing": 0.125, "clip_norm": 2, "average": 3,
        "flip": True, "shift": 2, "erase": 4, "class_weights": "balanced"})
    record["averaged_epochs"] = 1
    record["history"][0]["learning_rate"] = 0.5
    averaged = tensors(LINEAR, {
        "parameters": ([10], "F32"), "buffers": ([0], "F32"), "moments": ([10], "F32"), "second_moments": ([10], "F32"),
        "average": ([10], "F32"), "batches": ([1], "I64"), "progress": ([2], "I64")},
        {"weft.checkpoint": text(record).decode(), "weft.format": "2", "weft.digest": "0" * 64})
    seed("checkpoint", "averaged", b"\3" + averaged[1:])


def networks():
    for i, network in enumerate((SMALL, LINEAR, NORM, POOL)):
        seed("network", "list%d" % i, text(network))
        seed("text", "list%d" % i, text(network))
        for how, images in ((1, 5), (6, 20)):
            seed("train", "list%d-%d" % (i, how), bytes([how, images]) + text(network))


def recipes():
    for i, recipe in enumerate((
            {"epochs": 20, "batch": 50, "lr": 0.01, "order": "file", "validate": 10, "keep": "best"},
            {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "weight-decay": 5e-4, "clip-norm": 1, "average": 2},
            {"schedule": "step:10,0.5", "warmup": 500, "augment": "flip,shift=2,erase=8"},
            {"schedule": "one-cycle", "warmup": "7.5%", "label_smoothing": 0.1, "class_weights": "balanced"})):
        seed("recipe", "recipe%d" % i, text(recipe))


def png(colour, depth, width=9, height=7, row_filter=0, more=b""):
    """Returns a PNG file; more is further chunks before the pixels."""
    row = (width * CHANNELS[colour] * depth + 7) // 8
    rows = [[(x * 13 + y * 7) % (4 if colour == 3 else 256) for x in range(row)] for y in range(height)]
    palette = chunk(b"PLTE", bytes(range(12))) if colour == 3 else b""
    return pack(width, height, colour, rows, depth, palette + more, row_filter=row_filter)


def exif(orientation, order):
    """Returns the content of an eXIf chunk: one entry, the orientation."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(order + "IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)


def pictures():
    kinds = [(0, 8), (0, 1), (0, 16), (2, 8), (2, 16), (3, 8), (3, 2), (4, 8), (4, 16), (6, 8), (6, 16)]
    for i, (colour, depth) in enumerate(kinds):
        for how in (0x80, 0x84, 0x92):
            seed("png", "kind%d-%x" % (i, how), bytes([how]) + png(colour, depth, row_filter=i % 5))
    seed("png", "transparent", b"\x84" + png(3, 8, more=chunk(b"tRNS", b"\0\x80")))
    seed("png", "gamma", b"\x84" + png(2, 8, more=chunk(b"gAMA", struct.pack(">I", 45455))))
    for orientation in range(10):
        order = "<>"[orientation % 2]
        seed("png", "turned%d" % orientation, b"\x84" + png(0, 8, more=chunk(b"eXIf", exif(orientation, order))))
        seed("exif", "turned%d" % orientation, exif(orientation, order))
    seed("picture", "plain", bytes([0, 20, 20, 28, 28]) + bytes(range(200)))
    seed("picture", "wide", bytes([0x45, 200, 100, 28, 28]) + bytes(range(50)))
    seed("picture", "stripes", bytes([1, 0, 50, 5, 9]) + b"\xff\0" * 9)


def results(run):
    verdict = {"event": "verdict", "host": "h", "device": {"name": "d", "driver": "1", "pci": "0"}, "result": "equal",
               "hash": "ab" * 32, "options": "--seed 0", "contract": 1}
    other = {**verdict, "hash": "cd" * 32, "host": "\u001b[31m\n"}
    lines = b"\n".join(text(line) for line in (verdict, other, {"event": "start"}, {**verdict, "result": "different"}))
    seed("fleet", "lines", b"\0" + lines + b"\r\n")
    seed("fleet", "json", b"\1" + lines)
    steps = read(run, "steps.csv")
    seed("report", "real", read(run, "run.json") + END + steps)
    evaluation = {"images": 2, "correct": 1, "loss": 1.5, "classes": ["<PWN>", "b\u001b"], "confusion": [[1, 0], [1, 0]]}
    seed("report", "small", text({
        "epochs": [{"epoch": 1, "accuracy": 0.5, "total_loss": 1, "mean_loss": 1, "seconds": 1}], "train": evaluation,
        "test": evaluation, "device": {"name": "d<PWN>"}, "options": {"a_b": 1, "c": "x", "d": [1, {"e": None}]},
        "sha256": "0", "version": "1", "contract": 1, "data": "x", "seconds": 1}) + END +
        b"step,epoch,images,loss,accuracy\n1,1,2,1.5,0.5\n")
    for name, table in (("steps", steps), ("history", read(run, "history.csv")),
                        ("confusion", read(run, "confusion-test.csv")),
                        ("validation", b"epoch,validation_accuracy,validation_loss\n1,.5,2\n2,,\n"),
                        ("quoted", b'"step",epoch,images,loss,accuracy\r\n1,1,2,"1.5",0.5\r\n')):
        seed("csv", name, table)


def texts():
    for i, text_ in enumerate(("plain", "\u001b[31mred\n\r\t", "\u202eright to left\u200b", "\u65e5\u672c\U0001f600\u0301")):
        seed("text", "text%d" % i, text_.encode())
        seed("printable", "text%d" % i, bytes([20, 30, 10 * i]) + text_.encode())
    seed("printable", "invalid", b"\5\0\4\xc3\x28\xf0\x9f\x98\xed\xa0\x80\xc2\x9b")


def kinds():
    """The first bytes of files of other kinds."""
    starts = [b"<!DOCTYPE html>", b"<?xml version='1.0'?>", b"version https://git-lfs.github.com/spec/v1\n", b"PK\3\4" + bytes(26),
              b"PK\3\4" + bytes(26) + b"archive/data.pkl", b"\xfd7zXZ\0", b"\x1f\x8b\x08\0", bytes(257) + b"ustar",
              b"%PDF-1.7", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"\0\0\0\x18ftypheic", b"BM\0\0\0\0\0\0\0\0",
              b"\x89HDF\r\n\x1a\n", b"\x08\x07\x12\x07pytorch", b"\x80\x02}q\0", b"GGUF\3\0\0\0", b"\x93NUMPY\1\0",
              b"\x40\0\0\0\0\0\0\0{\"a\":", b"\0\0\x08\x03", b"\x89PNG\r\n\x1a\n", b"\xff\xfe<\0", b"\xef\xbb\xbf{}", bytes(20), b""]
    for i, start in enumerate(starts):
        for expected in (0, 1, 3, 0x84):
            seed("file_kind", "kind%d-%d" % (i, expected), bytes([expected]) + start)


def cache():
    seed("cache", "right", b"\1binary")
    seed("cache", "other", b"\0weft program 2 %s %s %s\nbinary" % (b"0" * 64, b"0" * 64, b"0" * 64))


def options():
    command_lines = ["devices --clear-cache", "data a", "samples --split test --index 0,1", "summary m --json",
                     "train --epochs 5 --batch=100 --lr 0.01 --seed 7 --order file --steps 3 --validate 5000 --init x "
                     "--network y --out z --resume q --force --device cpu --threads 2 --mapping gpu --math exact --quiet",
                     "evaluate m --as-published --csv c", "predict m x.png --top 3 --invert yes -- -y",
                     "verify --for 10m --timeout 5s --bundle x --all --quick --inject 1:x:2:3", "compare a b --fleet",
                     "bench --only train --repeat 3", "report a b"]
    for i, line in enumerate(command_lines):
        seed("options", line.split()[0], bytes([i]) + b"\0".join(word.encode() for word in line.split()[1:]))
    printed = subprocess.run([sys.argv[1], "help", "options"], check=True, capture_output=True, text=True).stdout
    names = {word.strip("[],=") for word in printed.split() if word.startswith("--")}
    dictionary("options", sorted(names) + ["cpu", "gpu", "auto", "0:1", "pci:0", "10m", "1e-3", "0,5"])
    for i, number in enumerate(("1", "0.01", "1e-45", "1.5e308", "10m", "2h", "0,5", "-1", "shuffled")):
        seed("numbers", str(i), number.encode())


def main():
    global folder
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    run = train()
    folders()
    idx()
    safetensors(run)
    networks()
    recipes()
    pictures()
    results(run)
    texts()
    kinds()
    cache()
    options()
    dictionary("json", ['"%s"' % word for word in WORDS] + VALUES)


main()
