#!/usr/bin/env python3
"""foreign_models.py: writes a model file as PyTorch and its tools would, byte by byte.

usage: foreign_models.py MODEL FOLDER

MODEL is a model of weft. The files have its values, but neither its metadata nor its digest:

  plain, prefix-*, averaged, null, half, brain, double, counters   the same network; all are read
  small-*               with a value that becomes 0
  sequential, dotted, stems   other names; FOLDER/*.json has the lists of layers with these names
  bad-*                 files that are refused
"""
import copy
import json
import os
import struct
import sys


def read(path):
    """Returns {name: [dtype, shape, bytes]} and the metadata."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    return {n: [t["dtype"], t["shape"], data[8 + length :][slice(*t["data_offsets"])]] for n, t in header.items()}, metadata


def write(path, tensors, metadata=None):
    """As the library safetensors: with the names in alphabetical order."""
    header, end, values = {"__metadata__": metadata if metadata is not None else {"format": "pt"}}, 0, b""
    if metadata == "null":
        header["__metadata__"] = None
    for name in sorted(tensors):
        dtype, shape, data = tensors[name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
        values += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + values)


def floats(data):
    return struct.unpack("<%df" % (len(data) // 4), data)


def with_type(tensors, name, pack):
    """All tensors of floats as NAME; pack makes the bytes of one value."""
    return {n: [name, s, b"".join(map(pack, floats(b)))] if t == "F32" else [t, s, b] for n, (t, s, b) in tensors.items()}


def bfloat(value):
    return struct.pack("<f", value)[2:]


def renamed(tensors, modules):
    return {".".join([modules[n.rpartition(".")[0]], n.rpartition(".")[2]]): t for n, t in tensors.items()}


def list_with(network, modules):
    network = copy.deepcopy(network)
    for layer in network["layers"]:
        if layer.get("name") in modules:
            layer["name"] = modules[layer["name"]]
    return network


tensors, metadata = read(sys.argv[1])
network = json.loads(metadata["weft.network"])
counters = [n for n in tensors if n.endswith("num_batches_tracked")]
one = {"n_averaged": ["I64", [], struct.pack("<q", 5)]}
sequential = dict(zip(["conv1", "batchN1", "conv2", "fc1", "batchN2", "fc2", "out"], ["0", "3", "4", "8", "10", "11", "13"]))
dotted = {n: ("features." if i < 3 else "head.part.") + str(i) for i, n in enumerate(sequential)}
with_half = with_type(tensors, "F16", lambda v: struct.pack("<e", v))
half_values = {n: ["F32", s, struct.pack("<%df" % (len(b) // 2), *struct.unpack("<%de" % (len(b) // 2), b))] if t == "F16" else [t, s, b] for n, (t, s, b) in with_half.items()}
with_brain = with_type(tensors, "BF16", bfloat)
brain_values = {n: ["F32", s, b"".join(b"\0\0" + b[i : i + 2] for i in range(0, len(b), 2))] if t == "BF16" else [t, s, b] for n, (t, s, b) in with_brain.items()}
good = {
    "plain": tensors,
    "half": with_half,
    "half-values": half_values,
    "brain": with_brain,
    "brain-values": brain_values,
    "double": with_type(tensors, "F64", lambda v: struct.pack("<d", v)),
    "rounded": with_type(tensors, "F64", lambda v: struct.pack("<d", v * (1 + 2.0**-40))),
    "averaged": {**{"module." + n: t for n, t in tensors.items()}, **one},
    "wrapped": {"module." + n: t for n, t in {**{"module." + n: t for n, t in tensors.items()}, **one}.items()},
    "counters": {n: (["F32", [1], struct.pack("<f", 600)] if n in counters else t) for n, t in tensors.items()},
    "no-counters": {n: t for n, t in tensors.items() if n not in counters},
    "sequential": renamed(tensors, sequential),
    "dotted": renamed(tensors, dotted),
    "inside": {n.replace("features.", "features.module._orig_mod."): t for n, t in renamed(tensors, dotted).items()},
    "wrapped-dotted": {"_orig_mod.module." + n: t for n, t in renamed(tensors, dotted).items()},
}
# One value is below 2^-36.
small = [2.0**-37] + [0.5] * 9
for kind, name, pack in ("single", "F32", lambda v: struct.pack("<f", v)), ("double", "F64", lambda v: struct.pack("<d", v)), ("brain", "BF16", bfloat):
    good["small-" + kind] = {**with_type(tensors, name, pack), "out.bias": [name, [10], b"".join(map(pack, small))]}
# Layers of which the names of many end like that of the first: "stem", "block00.stem" and so on.
stems = ["stem"] + ["block%02d.stem" % i for i in range(18)]
stem = {"weight": ["F32", [1, 1, 1, 1], struct.pack("<f", 0.5)], "bias": ["F32", [1], bytes(4)]}
last = {"out.weight": ["F32", [10, 784], struct.pack("<7840f", *((i * 37 % 101 - 50) / 1000 for i in range(7840)))], "out.bias": ["F32", [10], bytes(40)]}
good["stems"] = {**{"%s.%s" % (n, part): t for n in stems for part, t in stem.items()}, **last}
good["stems-prefix"] = {"net." + n: t for n, t in good["stems"].items()}
for prefix in "module", "_orig_mod", "model", "net", "backbone", "module._orig_mod.net", "state_dict.model", "a-b c.é":
    good["prefix-" + prefix.replace(" ", "_")] = {prefix + "." + n: t for n, t in tensors.items()}


def changed(name, tensor):
    return {**tensors, name: tensor}


def transposed(name):
    dtype, (rows, columns), data = tensors[name]
    values = floats(data)
    return [dtype, [columns, rows], struct.pack("<%df" % len(values), *(values[i * columns + j] for j in range(columns) for i in range(rows)))]


bad = {
    "missing": {n: t for n, t in tensors.items() if n != "fc2.bias"},
    "missing-prefixed": {"module." + n: t for n, t in tensors.items() if n != "conv1.weight"},
    "optimiser": {**tensors, "optimizer.state.0.exp_avg": ["F32", [2], bytes(8)], "epoch": ["I64", [], bytes(8)]},
    "pruned": {n.replace("fc1.weight", "fc1.weight_orig"): t for n, t in {**tensors, "fc1.weight_mask": tensors["fc1.weight"]}.items()},
    "ema": {**{"model." + n: t for n, t in tensors.items()}, **{"ema." + n: t for n, t in tensors.items()}},
    "transposed": changed("fc1.weight", transposed("fc1.weight")),
    "channels-last": changed("conv2.weight", ["F32", [12, 5, 5, 6], tensors["conv2.weight"][2]]),
    "integers": changed("out.bias", ["I64", [10], bytes(80)]),
    "nan": {n: (["F16", s, b"\0\x7e" + b[2:]] if n == "out.bias" else [t, s, b]) for n, (t, s, b) in with_half.items()},
    "infinite": {n: (["BF16", s, b"\x80\x7f" + b[2:]] if n == "out.bias" else [t, s, b]) for n, (t, s, b) in with_brain.items()},
    "auxiliary": {**tensors, "aux.out.weight": tensors["out.weight"], "aux.out.bias": tensors["out.bias"]},
    "complete": {**tensors, "epoch": ["I64", [], bytes(8)], "loss_fn.weight": tensors["out.bias"]},
    "too-large": {n: (["F64", s, struct.pack("<d", 1e39) + b[8:]] if n == "out.bias" else [t, s, b]) for n, (t, s, b) in good["double"].items()},
    "counter": changed(counters[0], ["I64", [2], bytes(16)]),
}
folder = sys.argv[2]
for name, content in {**good, **{"bad-" + n: t for n, t in bad.items()}}.items():
    write(os.path.join(folder, name + ".safetensors"), content)
write(os.path.join(folder, "null.safetensors"), tensors, "null")
with open(os.path.join(folder, "stems.json"), "w", encoding="utf-8") as to:
    layers = [{"kind": "conv2d", "name": n, "out_channels": 1, "kernel_size": 1} for n in stems]
    json.dump({"input": [1, 28, 28], "layers": layers + [{"kind": "flatten"}, {"kind": "linear", "name": "out", "out_features": 10}]}, to)
for name, modules in (("sequential", sequential), ("dotted", dotted)):
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as to:
        json.dump(list_with(network, modules), to)
