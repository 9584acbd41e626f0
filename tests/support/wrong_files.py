#!/usr/bin/env python3
"""wrong_files.py: writes wrong files for the tests of the program.

usage: wrong_files.py data SAMPLE FOLDER
       wrong_files.py models MODEL FOLDER
       wrong_files.py kinds MODEL FOLDER

  data    folders data-*, each with one error in its four IDX files
  models  files bad-*.safetensors, each with one error, and huge.safetensors, whose values are valid but make the logits
          overflow
  kinds   files kind-*, each of another kind, and prints a line "NAME<tab>what weft calls it" for each
"""
import gzip
import os
import pickle
import shutil
import struct
import sys
import zipfile

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
        "label-10": {NAMES[3]: raw[NAMES[3]][:-1] + b"\x0a"},
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


def zipped(path, *names):
    """An archive of files, of which only the name of the first one is in the first bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, 1000 * b"content")
    with open(path, "rb") as file:
        return file.read()


def write_kinds(model, folder):
    rest = bytes(range(256)) * 3
    html = "an HTML page", "an XML document"
    with open(model, "rb") as file:
        safetensors = file.read()
    path = os.path.join(folder, "archive")
    kinds = {
        "empty": ("an empty file", b""),
        "zeros": ("a file of zeros", bytes(4096)),
        "html": (html[0], b"<!DOCTYPE html>\n<html><body>404</body></html>\n"),
        "html-upper": (html[0], b"\r\n  <HTML><HEAD><TITLE>Sign in</TITLE>"),
        "html-bom": (html[0], b"\xef\xbb\xbf<!doctype HTML>"),
        "xml": (html[1], b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'),
        "svg": (html[1], b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        "lfs": ("a pointer of Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"),
        "torch": ("a file of torch.save (zip)", zipped(path, "archive/data.pkl")),
        "torch-script": ("a file of torch.save (zip)", zipped(path, "archive/data/0", "archive/data.pkl")),
        "torch-export": ("a file of torch.save (zip)", zipped(path, "archive/data/weights/weight_0")),
        "zip-data": ("a zip archive", zipped(path, "archive/data/0.txt")),
        "npz": ("a NumPy archive (.npz)", zipped(path, "weight.npy")),
        "zip": ("a zip archive", zipped(path, "readme.txt")),
        "zip-empty": ("an empty zip archive", b"PK\5\6" + bytes(18)),
        "xz": ("an xz file", b"\xfd7zXZ\0\0\4" + rest),
        "bzip2": ("a bzip2 file", b"BZh91AY&SY" + rest),
        "zstd": ("a zstd file", b"\x28\xb5\x2f\xfd" + rest),
        "7z": ("a 7z archive", b"7z\xbc\xaf\x27\x1c" + rest),
        "tar": ("a tar archive", b"model".ljust(257, b"\0") + b"ustar\x0000" + bytes(248)),
        "pdf": ("a PDF document", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        "png": ("a PNG picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + rest),
        "jpeg": ("a JPEG picture", b"\xff\xd8\xff\xe0\0\x10JFIF" + rest),
        "gif": ("a GIF picture", b"GIF89a" + rest),
        "webp": ("a WebP picture", b"RIFF\x24\0\0\0WEBPVP8 " + rest),
        "bmp": ("a BMP picture", b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + rest),
        "tiff": ("a TIFF picture", b"II*\0" + rest),
        "heic": ("a HEIC picture", b"\0\0\0\x18ftypheic" + rest),
        "heif": ("a HEIC picture", b"\0\0\0\x18ftypmif1" + rest),
        "avif": ("an AVIF picture", b"\0\0\0\x1cftypavif" + rest),
        "mp4": ("a video or audio file (MP4)", b"\0\0\0\x20ftypisom" + rest),
        "hdf5": ("an HDF5 file", b"\x89HDF\r\n\x1a\n" + rest),
        "numpy": ("a NumPy array (.npy)", b"\x93NUMPY\1\0v\0{'descr': '<f4'" + rest),
        "gguf": ("a GGUF file", b"GGUF\3\0\0\0" + rest),
        "onnx": ("an ONNX file", b"\x08\x07\x12\x07pytorch\x1a\x032.1:" + rest),
        "safetensors": ("a safetensors file", safetensors),
        "idx": ("an IDX file", b"\0\0\x08\3" + struct.pack(">III", 1, 28, 28) + bytes(784)),
        "utf16": ("a text in UTF-16", '{"input": [1, 28, 28]}'.encode("utf-16")),
        "utf16-be": ("a text in UTF-16", "step,epoch".encode("utf-16-be")),
        "utf32": ("a text in UTF-32", '{"input": [1, 28, 28]}'.encode("utf-32")),
        "utf32-be": ("a text in UTF-32", "\ufeffstep,epoch".encode("utf-32-be")),
        "utf32-plain": ("a text in UTF-32", "step,epoch".encode("utf-32-le")),
        "json": ("a JSON file", b'\n {"input": []}'),
        "text": ("a text file", b"no page, no JSON\n"),
        "bom": ("a text file", b"\xef\xbb\xbfno page, no JSON\n"),
    }
    for protocol in 2, 3, 4, 5:
        kinds["pickle-%d" % protocol] = "a pickle file", pickle.dumps({"weight": [1.5]}, protocol)
    kinds["gzip"] = "a gzip file", gzip.compress(kinds["html"][1])
    os.remove(path)
    for name, (words, content) in kinds.items():
        with open(os.path.join(folder, "kind-" + name), "wb") as file:
            file.write(content)
        print("%s\t%s" % (name, words))


if __name__ == "__main__":
    {"data": write_data, "models": write_models, "kinds": write_kinds}[sys.argv[1]](sys.argv[2], sys.argv[3])
