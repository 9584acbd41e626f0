#!/usr/bin/env python3
"""from_pytorch.py: makes a network file and a model file of weft from a module of PyTorch.

usage: tools/from_pytorch.py [OPTION]... FILE.py:CLASS

FILE.py defines CLASS, a subclass of torch.nn.Module, or a function that returns a module; it is called
without arguments. PyTorch 1.13 or later traces it with torch.fx.

  --input-shape C,H,W   the shape of an image (default: 1,28,28), or one number of features
  --weights FILE        first loads this state dict (torch.save)
  --out NAME            writes NAME.json, the network, and NAME.safetensors, the network with its parameters
                        (default: CLASS)

    tools/from_pytorch.py lenet.py:LeNet --weights lenet.pt --out lenet
    weft summary --network lenet.json
    weft evaluate lenet.safetensors
    weft train --network lenet.json --init lenet.safetensors

A part that weft cannot compute is named with its file and line. What it can: Conv2d, BatchNorm1d and 2d, Linear,
MaxPool2d, AvgPool2d, AdaptiveAvgPool2d and AdaptiveMaxPool2d with equal windows, ReLU, LeakyReLU, Sigmoid, Tanh,
GELU(approximate="tanh"), SiLU, Dropout, Identity, Flatten; the functions and methods of tensors with these names; sums of
tensors, torch.cat of channels, views that flatten, and means over (2, 3). A softmax at the end is omitted.

Exit code: 0: done; 1: the module cannot be converted; 2: wrong usage.
"""
import argparse
import hashlib
import importlib.util
import json
import math
import os
import re
import struct
import sys
import traceback
import warnings

warnings.simplefilter("ignore")  # of PyTorch, about a missing NumPy
try:
    import torch
    from torch import fx, nn
except ImportError as missing:
    sys.exit(f"from_pytorch.py: PyTorch cannot be imported by {sys.executable}: {missing}")

BATCH = 2  # images of the pass that finds the shapes
NAME_MAX = 63


class Refusal(Exception):
    """Why a module cannot be converted."""


class Layer:
    """A layer of the list. module: the path of the module that has its parameters."""

    def __init__(self, kind, name=None, arguments=None, inputs=(), module=None):
        self.kind, self.name, self.module = kind, name, module
        self.arguments = {key: value for key, value in (arguments or {}).items() if value is not None}
        self.inputs = list(inputs)  # layers; None: the network's input


# ---- the arguments of PyTorch in those of weft ----


def size(value):
    """A number or a pair as weft writes it."""
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) == 1:
        pair *= 2
    return pair[0] if pair[0] == pair[1] else list(pair)


def other(value, default):
    """The value unless it is weft's default, which is omitted."""
    return None if value == default else value


def convolution(conv):
    padding = conv.padding
    if conv.padding_mode != "zeros":
        raise Refusal(f"padding_mode {conv.padding_mode!r}: weft pads with zeros")
    if padding == "valid":
        padding = 0
    if padding == "same":
        total = [step * (side - 1) for step, side in zip(conv.dilation, conv.kernel_size)]
        if any(sum_ % 2 for sum_ in total):
            raise Refusal("padding 'same' of an even kernel_size: weft pads both sides equally")
        padding = [sum_ // 2 for sum_ in total]
    return "conv2d", {"out_channels": conv.out_channels, "kernel_size": size(conv.kernel_size),
                      "stride": other(size(conv.stride), 1), "padding": other(size(padding), 0),
                      "dilation": other(size(conv.dilation), 1), "groups": other(conv.groups, 1),
                      "bias": other(conv.bias is not None, True)}


def batch_norm(norm):
    if not norm.track_running_stats:
        raise Refusal("track_running_stats=False: weft evaluates with running statistics")
    if norm.momentum is None:
        raise Refusal("momentum=None, a cumulative mean: weft has a constant momentum")
    return "batch_norm", {"eps": norm.eps, "momentum": norm.momentum, "affine": other(norm.affine, True)}


def linear(layer):
    return "linear", {"out_features": layer.out_features, "bias": other(layer.bias is not None, True)}


def pool(kind, shapes, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False,
         count_include_pad=True, divisor_override=None):
    """max_pool2d and avg_pool2d. shapes: of the input and the output."""
    stride = kernel_size if stride is None or stride == [] else stride
    if size(dilation) != 1:
        raise Refusal(f"dilation {dilation}: weft's pools have none")
    if return_indices:
        raise Refusal("return_indices=True: weft's pools return only values")
    if divisor_override is not None:
        raise Refusal("divisor_override: weft divides by the size of the window")
    sides = [value if isinstance(value, list) else [value] * 2
             for value in (size(kernel_size), size(stride), size(padding))]
    floor = [(shapes[0][2 + i] + 2 * sides[2][i] - sides[0][i]) // sides[1][i] + 1 for i in range(2)]
    if ceil_mode and list(shapes[1][2:]) != floor:
        raise Refusal("ceil_mode=True: weft ignores the rows and columns that fill no window")
    return kind, {"kernel_size": size(kernel_size), "stride": other(size(stride), size(kernel_size)),
                  "padding": other(size(padding), 0), "count_include_pad": other(bool(count_include_pad), True)}


def adaptive(kind, shapes):
    """An adaptive pool, whose windows are equal and do not overlap."""
    sides, outputs = shapes[0][2:], shapes[1][2:]
    if kind == "avg_pool2d" and tuple(outputs) == (1, 1):
        return "global_avg_pool2d", {}
    if any(side % output for side, output in zip(sides, outputs)):
        raise Refusal(f"an output of {text(outputs)} from {text(sides)}: its windows have different sizes")
    kernel = size([side // output for side, output in zip(sides, outputs)])
    return (kind, {"kernel_size": kernel}) if kernel != 1 else (None, {})


def gelu(approximate="none"):
    if approximate != "tanh":
        raise Refusal(f"gelu with approximate={approximate!r}: weft has approximate='tanh'")
    return "gelu", {"approximate": "tanh"}


def concat(shapes, dim):
    if dim not in (1, 1 - len(shapes[1])):
        raise Refusal(f"concatenation in dimension {dim}: weft joins channels, dimension 1")
    return "concat", {}


MODULES = {
    "Conv2d": lambda m, s: convolution(m),
    "BatchNorm1d": lambda m, s: batch_norm(m),
    "BatchNorm2d": lambda m, s: batch_norm(m),
    "Linear": lambda m, s: linear(m),
    "MaxPool2d": lambda m, s: pool("max_pool2d", s, m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode,
                                   m.return_indices),
    "AvgPool2d": lambda m, s: pool("avg_pool2d", s, m.kernel_size, m.stride, m.padding, 1, m.ceil_mode, False,
                                   m.count_include_pad, m.divisor_override),
    "AdaptiveAvgPool2d": lambda m, s: adaptive("avg_pool2d", s),
    "AdaptiveMaxPool2d": lambda m, s: adaptive("max_pool2d", s),
    "ReLU": lambda m, s: ("relu", {}),
    "LeakyReLU": lambda m, s: ("leaky_relu", {"negative_slope": other(m.negative_slope, 0.01)}),
    "Sigmoid": lambda m, s: ("sigmoid", {}),
    "Tanh": lambda m, s: ("tanh", {}),
    "GELU": lambda m, s: gelu(m.approximate),
    "SiLU": lambda m, s: ("silu", {}),
    "Dropout": lambda m, s: ("dropout", {"p": other(m.p, 0.5)}),
    "Identity": lambda m, s: (None, {}),
    "Flatten": lambda m, s: ("flatten", {}),
    "LogSoftmax": lambda m, s: ("softmax", {}),
    "Softmax": lambda m, s: ("softmax", {}),
}
WITH_PARAMETERS = ("conv2d", "batch_norm", "linear")

# Names of the arguments of functions after the first one, the tensor.
POOL = "kernel_size stride padding ceil_mode count_include_pad divisor_override"
FUNCTIONS = {
    "relu": ("inplace", lambda s, inplace=False: ("relu", {})),
    "leaky_relu": ("negative_slope inplace", lambda s, negative_slope=0.01, inplace=False:
                   ("leaky_relu", {"negative_slope": other(negative_slope, 0.01)})),
    "sigmoid": ("", lambda s: ("sigmoid", {})),
    "tanh": ("", lambda s: ("tanh", {})),
    "gelu": ("", lambda s, **named: gelu(**named)),
    "silu": ("inplace", lambda s, inplace=False: ("silu", {})),
    "dropout": ("p training inplace", lambda s, p=0.5, training=True, inplace=False:
                ("dropout", {"p": other(p, 0.5)}) if training else (None, {})),
    "max_pool2d": ("kernel_size stride padding dilation ceil_mode return_indices",
                   lambda s, **named: pool("max_pool2d", s, **named)),
    "avg_pool2d": (POOL, lambda s, **named: pool("avg_pool2d", s, **named)),
    "adaptive_avg_pool2d": ("output_size", lambda s, output_size: adaptive("avg_pool2d", s)),
    "adaptive_max_pool2d": ("output_size return_indices", lambda s, output_size, return_indices=False:
                            adaptive("max_pool2d", s)),
    "flatten": ("start_dim end_dim", lambda s, start_dim=0, end_dim=-1: ("flatten", {})),
    "cat": ("dim", lambda s, dim=0: concat(s, dim)),
    "log_softmax": ("dim _stacklevel dtype", lambda s, **named: ("softmax", {})),
    "softmax": ("dim _stacklevel dtype", lambda s, **named: ("softmax", {})),
}
ALIASES = {"concat": "cat", "concatenate": "cat", "iadd": "add", "add_": "add", "relu_": "relu", "sigmoid_": "sigmoid",
           "tanh_": "tanh", "leaky_relu_": "leaky_relu", "dropout_": "dropout", "_max_pool2d": "max_pool2d",
           "_adaptive_max_pool2d": "adaptive_max_pool2d", "reshape": "view"}
SHAPES = ("size", "getattr", "getitem", "mul", "floordiv", "dim", "numel")  # of what is not a tensor


def text(shape):
    return " x ".join(map(str, shape))


# ---- the graph ----


class Tracer(fx.Tracer):
    record_stack_traces = True


class Shapes(fx.Interpreter):
    """Computes the shape of each tensor of the graph."""

    def run_node(self, n):
        try:
            result = super().run_node(n)
        except Exception as failure:
            raise Refusal(f"{place(n)}{describe(n)}: {str(failure).splitlines()[0]}") from None
        n.meta["shape"] = tuple(result.shape) if isinstance(result, torch.Tensor) else None
        return result


def users_frame(frames):
    """The innermost of the calls ["FILE", LINE] that is in the user's code, as a place."""
    library = os.path.dirname(torch.__file__) + os.sep
    frames = [frame for frame in frames if not frame[0].startswith((library, "<")) and
              os.path.abspath(frame[0]) != os.path.abspath(__file__)]
    return f"{frames[-1][0]}:{frames[-1][1]}: " if frames else ""


def place(node):
    """The file and line of the user's code that made the node. Some versions of PyTorch list the innermost call first;
    the outermost one is in this file."""
    frames = re.findall(r'File "([^"]+)", line (\d+)', node.stack_trace or "")
    if frames and os.path.abspath(frames[-1][0]) == os.path.abspath(__file__):
        frames.reverse()
    return users_frame(frames)


def function_name(target):
    name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
    return ALIASES.get(name, name)


def describe(node):
    if node.op == "call_module":
        return f"{node.target} ({type(node.graph.owning_module.get_submodule(node.target)).__name__})"
    if node.op == "get_attr":
        return node.target
    return f"{'tensor.' if node.op == 'call_method' else ''}{function_name(node.target)}()"


def changes_in_place(node, root):
    if node.op == "call_module":
        return getattr(root.get_submodule(node.target), "inplace", False)
    name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
    return name.endswith("_") or name == "iadd" or node.kwargs.get("inplace") is True


def check_in_place(graph, root):
    """A layer of weft changes no tensor: refuses a change that another node could see."""
    order = {node: i for i, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        if node.op in ("call_module", "call_function", "call_method") and changes_in_place(node, root):
            first = node.args[0]
            if isinstance(first, fx.Node) and any(order[user] > order[node] for user in first.users):
                raise Refusal(f"{place(node)}{describe(node)}: it changes a tensor in place that is read afterwards")


def bind(node, names):
    """The arguments after the first one, by name."""
    names, found = names.split(), dict(node.kwargs)
    for unused in ("input", "tensors"):
        found.pop(unused, None)
    if len(node.args) - 1 > len(names):
        raise Refusal("it has too many arguments")
    found.update(zip(names, node.args[1:]))
    return found


class Converter:
    def __init__(self, graph, root):
        self.graph, self.root = graph, root
        self.layers, self.layer_of, self.softmax = [], {}, False
        self.calls = {}
        for node in graph.nodes:
            if node.op == "call_module":
                self.calls[node.target] = self.calls.get(node.target, 0) + 1

    def tensors(self, node):
        """The tensors that a node reads."""
        if node.op != "call_module" and function_name(node.target) == "add":
            return list(node.args) + [node.kwargs[key] for key in ("input", "other") if key in node.kwargs]
        first = node.args[0] if node.args else node.kwargs.get("input", node.kwargs.get("tensors"))
        return list(first) if isinstance(first, (list, tuple)) else [first]

    def add(self, kind, arguments, inputs, name=None, module=None):
        layer = Layer(kind, name, arguments, inputs, module)
        self.layers.append(layer)
        return layer

    def good_name(self, path):
        return len(path) <= NAME_MAX and path != "input" and re.fullmatch(r"\w+(\.\w+)*", path, re.ASCII)

    def call_module(self, node):
        module, path = self.root.get_submodule(node.target), node.target
        kind = type(module).__name__
        if kind not in MODULES or type(module).__module__.split(".")[0] != "torch":
            raise Refusal("weft has no such layer")
        kind, arguments = MODULES[kind](module, self.shapes(node))
        if kind in WITH_PARAMETERS:
            if any(layer.module == path for layer in self.layers):
                raise Refusal("it is called more than once: layers of weft share no parameters")
            if not self.good_name(path):
                raise Refusal(f"weft's names have 1 to {NAME_MAX} letters, digits, _ and dots, and none is \"input\"")
            return kind, arguments, path, path
        return kind, arguments, path if self.calls[path] == 1 and self.good_name(path) else None, None

    def shapes(self, node):
        first = self.tensors(node)[0]
        return first.meta.get("shape") if isinstance(first, fx.Node) else None, node.meta["shape"]

    def check_flatten(self, node):
        before, after = self.shapes(node)
        if after != (before[0], math.prod(before[1:])):
            raise Refusal(f"{text(before)} becomes {text(after)}, batch first: weft only flattens images")

    def mean(self, node):
        before, after = self.shapes(node)
        named = bind(node, "dim keepdim")
        dims = named.get("dim", named.get("axis"))
        dims = sorted(dim % len(before) for dim in ([dims] if isinstance(dims, int) else dims or range(len(before))))
        if len(before) != 4 or dims != [2, 3]:
            raise Refusal("a mean over other dimensions than rows and columns, (2, 3)")
        return "global_avg_pool2d", {}

    def call_function(self, node):
        name, inputs = function_name(node.target), self.tensors(node)
        if name == "add":
            return self.call_add(node)
        if name == "view":
            return "flatten", {}
        if name == "mean":
            return self.mean(node)
        if name not in FUNCTIONS or not isinstance(inputs[0], fx.Node):
            raise Refusal("weft has no such operation")
        if any(tensor.op == "get_attr" for tensor in node.all_input_nodes):
            raise Refusal("it reads a parameter or constant of the module itself")
        names, convert = FUNCTIONS[name]
        try:
            return convert(self.shapes(node), **bind(node, names))
        except TypeError as wrong:
            raise Refusal(str(wrong)) from None

    def call_add(self, node):
        both = self.tensors(node)
        if len(both) != 2 or any(not isinstance(tensor, fx.Node) or tensor.meta["shape"] is None for tensor in both):
            raise Refusal("the sum of a tensor and a number: weft adds tensors")
        if both[0].meta["shape"] != both[1].meta["shape"]:
            raise Refusal(f"the sum of {' and '.join(text(tensor.meta['shape']) for tensor in both)}, batch first: "
                          "weft adds tensors of the same shape")
        if node.kwargs.get("alpha", 1) != 1:
            raise Refusal("alpha: weft adds without a factor")
        return "add", {}

    def convert(self, node):
        """Adds the layers of a node that computes a tensor."""
        name = module = None
        if self.softmax:
            raise Refusal("it follows a softmax")
        if node.op == "call_module":
            kind, arguments, name, module = self.call_module(node)
        else:
            kind, arguments = self.call_function(node)
        reads = self.tensors(node)
        for tensor in reads:
            if tensor not in self.layer_of:
                raise Refusal("it reads a parameter or constant of the module itself")
        inputs = [self.layer_of[tensor] for tensor in reads]
        before, after = self.shapes(node)
        if kind == "linear" and len(before) > 2:
            raise Refusal(f"its input is {text(before)}, batch first: weft's linear layers read features: flatten first")
        if kind == "flatten":
            self.check_flatten(node)
            kind = kind if len(before) > 2 else None
        if kind == "softmax":
            self.softmax = True
            print(f"from_pytorch.py: {place(node)}{describe(node)}: omitted: weft's loss and its predictions have it",
                  file=sys.stderr)
        if kind in (None, "softmax"):
            self.layer_of[node] = inputs[0]
            return
        layer = self.add(kind, arguments, inputs, name, module)
        if kind == "global_avg_pool2d" and len(after) == 2:
            layer = self.add("flatten", {}, [layer])
        self.layer_of[node] = layer

    def run(self):
        inputs = [node for node in self.graph.nodes if node.op == "placeholder" and node.users]
        if len(inputs) != 1:
            raise Refusal(f"forward() reads {len(inputs)} tensors: weft's networks have one input")
        self.layer_of[inputs[0]] = None
        for node in self.graph.nodes:
            if node.op in ("placeholder", "output", "get_attr"):
                continue
            if node.meta["shape"] is None and function_name(node.target) in SHAPES:
                continue  # a size, which only a view reads
            try:
                self.convert(node)
            except Refusal as refusal:
                raise Refusal(f"{place(node)}{describe(node)}: {refusal}") from None
        result = next(node for node in self.graph.nodes if node.op == "output").args[0]
        if not isinstance(result, fx.Node) or result not in self.layer_of or self.layer_of[result] is None:
            raise Refusal("forward() must return one tensor that a layer computes")
        if self.layer_of[result] is not self.layers[-1]:
            raise Refusal("forward() returns a tensor that is not the last one")
        return self.layers


def name_layers(layers):
    """Gives a name to each layer that another one must name, or whose automatic name is another layer's."""
    taken = {layer.name for layer in layers if layer.name}
    automatic = [layer.name or f"{layer.kind}{i + 1}" for i, layer in enumerate(layers)]
    for i, layer in enumerate(layers):
        if layer.name is None and automatic[i] in taken:
            layer.name = automatic[i] + "_"
            while layer.name in taken or layer.name in automatic[:i] + automatic[i + 1:]:
                layer.name += "_"
            automatic[i] = layer.name
            taken.add(layer.name)
    return dict(zip(layers, automatic))


def network_text(shape, layers):
    """The network file: a line for each layer."""
    names, lines = name_layers(layers), []
    for i, layer in enumerate(layers):
        entry = {"kind": layer.kind, **({"name": layer.name} if layer.name else {}), **layer.arguments}
        if len(layer.inputs) > 1 or layer.inputs[0] is not (layers[i - 1] if i > 0 else None):
            entry["inputs"] = [names[layer] if layer else "input" for layer in layer.inputs]
        lines.append("    " + json.dumps(entry))
    return f'{{"input": {json.dumps(shape)},\n  "layers": [\n' + ",\n".join(lines) + "]}\n"


# ---- the model file ----


def values(tensor):
    """The bytes of a tensor in safetensors, little-endian."""
    letter = "q" if tensor.dtype == torch.int64 else "f"
    flat = tensor.detach().cpu().contiguous().view(-1)
    flat = flat.to(torch.int64 if letter == "q" else torch.float32).tolist()
    return struct.pack(f"<{len(flat)}{letter}", *flat)


def model_bytes(network, layers, state):
    """A model file with the digest that weft checks: the SHA-256 of the file with zeros in its place."""
    zeros, data = "0" * 64, b""
    metadata = {"format": "pt", "weft.network": " ".join(network.split()), "weft.format": "2", "weft.digest": zeros}
    header = {"__metadata__": metadata}
    for layer in layers:
        for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
            tensor = state.get(f"{layer.module}.{part}") if layer.module else None
            if tensor is not None:
                content = values(tensor)
                header[f"{layer.module}.{part}"] = {
                    "dtype": "I64" if tensor.dtype == torch.int64 else "F32", "shape": list(tensor.shape),
                    "data_offsets": [len(data), len(data) + len(content)]}
                data += content
    written = json.dumps(header)
    written += " " * (-len(written) % 8)
    length = struct.pack("<Q", len(written))
    digest = hashlib.sha256(length + written.encode() + data).hexdigest()
    return length + written.replace(f'"weft.digest": "{zeros}"', f'"weft.digest": "{digest}"').encode() + data


# ---- the program ----


def load_module(path, name, weights):
    """The module that FILE.py defines."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    specification = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
    try:
        source = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(source)
        module = getattr(source, name)()
    except (OSError, AttributeError, TypeError) as failure:
        raise Refusal(f"{path}: {name}: {failure}") from None
    if not isinstance(module, nn.Module):
        raise Refusal(f"{path}: {name}() is no torch.nn.Module")
    if weights:
        try:
            module.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        except (OSError, RuntimeError, AttributeError, TypeError) as failure:
            raise Refusal(f"{weights}: {failure}") from None
    return module


def trace(module, shape):
    """The graph of a module in training, so that dropout is in it, with the shapes of its tensors."""
    module.train()
    try:
        graph = Tracer().trace(module)
    except Exception as failure:  # what forward() does with a tensor that torch.fx cannot
        frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(failure.__traceback__)]
        raise Refusal(f"{users_frame(frames)}torch.fx cannot trace forward(): {failure}") from None
    traced = fx.GraphModule(module, graph)
    check_in_place(traced.graph, traced)
    traced.graph.eliminate_dead_code()
    traced.eval()
    try:
        with torch.no_grad():
            Shapes(traced).run(torch.zeros(BATCH, *shape))
    except Refusal as refusal:  # to which torch.fx has added lines
        raise Refusal(str(refusal).splitlines()[0]) from None
    return traced


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("--input-shape", default="1,28,28")
    parser.add_argument("--weights")
    parser.add_argument("--out")
    parser.add_argument("--help", action="store_true")
    parser.add_argument("module", nargs="?", default="")
    options = parser.parse_args()
    path, colon, name = options.module.rpartition(":")
    if options.help:
        print(__doc__.split("\n\n", 1)[1], end="")
        return 0
    if not colon or not re.fullmatch(r"[1-9]\d*(,[1-9]\d*,[1-9]\d*)?", options.input_shape):
        print(__doc__.split("\n\n", 1)[1], end="", file=sys.stderr)
        return 2
    shape = [int(side) for side in options.input_shape.split(",")]
    try:
        traced = trace(load_module(path, name, options.weights), shape)
        layers = Converter(traced.graph, traced).run()
    except Refusal as refusal:
        print(f"from_pytorch.py: {refusal}", file=sys.stderr)
        return 1
    network, out = network_text(shape, layers), options.out or name
    try:
        with open(out + ".json", "w", encoding="utf-8") as file:
            file.write(network)
        with open(out + ".safetensors", "wb") as file:
            file.write(model_bytes(network, layers, traced.state_dict()))
    except OSError as failure:
        print(f"from_pytorch.py: {failure.filename or out}: {failure.strerror}", file=sys.stderr)
        return 1
    print(f"{out}.json: {len(layers)} layers; {out}.safetensors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
