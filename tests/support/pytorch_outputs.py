"""pytorch_outputs.py: the outputs of the modules of pytorch_modules.py, which test_from_pytorch.sh compares with weft's.

    pytorch_outputs.py --good FOLDER                    the names of those that are converted; makes FOLDER/NAME.pt,
                                                        a state dict with made values, of each
    pytorch_outputs.py --bad                            a line for each that is refused: its name, a tab, and the message:
                                                        with its line, if it has one
    pytorch_outputs.py --compare NAME FILE DATA LOGITS  fails unless the logits of the test images of DATA are equal, but
                                                        for rounding
"""
import gzip
import inspect
import os
import struct
import sys
import warnings

warnings.simplefilter("ignore")
import torch  # noqa: E402

import pytorch_modules  # noqa: E402
import sealed  # noqa: E402

# Each output is a sum of some hundreds of products, so a rounding of 2^-24 becomes some 1e-6 of the largest one.
TOLERANCE = 2e-5


def message(name):
    """The place and the text after "# here: ", or the text after "# nowhere: "."""
    lines, first = inspect.getsourcelines(getattr(pytorch_modules, name))
    for i, line in enumerate(lines):
        if "# here: " in line:
            return f"{pytorch_modules.__file__}:{first + i}: " + line.split("# here: ")[1].rstrip("\n")
        if "# nowhere: " in line:
            return line.split("# nowhere: ")[1].strip()
    raise SystemExit(f"{name} has no message")


def save_state(name, path):
    torch.manual_seed(1)
    module = getattr(pytorch_modules, name)()
    state = module.state_dict()
    for key, tensor in state.items():
        if key.endswith(("running_var", "running_mean")):
            tensor.uniform_(0.5, 1.5)
        elif tensor.dim() == 1 and tensor.dtype == torch.float32:
            tensor.uniform_(-0.5, 1.0)
        elif tensor.dim() > 1:
            tensor.mul_(3)
    torch.save(state, path)


def compare(name, path, data, logits):
    module = getattr(pytorch_modules, name)()
    module.load_state_dict(torch.load(path))
    module.eval()
    with gzip.open(os.path.join(data, "t10k-images-idx3-ubyte.gz")) as file:
        count = struct.unpack(">4I", file.read(16))[1]
        pixels = torch.tensor(list(file.read()), dtype=torch.float32).view(count, 1, 28, 28)
    header, values = sealed.read(logits)
    ours = torch.tensor(struct.unpack(f"<{count * 10}f", values)).view(count, 10)
    assert header["logits"]["shape"] == [count, 10], header
    with torch.no_grad():
        theirs = module((pixels / 255 - 0.2859) / 0.3530)
    if name in pytorch_modules.WITH_SOFTMAX:
        ours = torch.log_softmax(ours, 1)
    largest = (ours - theirs).abs().max().item() / theirs.abs().max().item()
    spread = theirs.std(0).max().item() / theirs.abs().max().item()
    assert spread > 1e-3, f"{name}: the outputs of all images are the same"
    assert largest < TOLERANCE, f"{name}: differs by {largest:g} of the largest output"


def main(arguments):
    if arguments[0] == "--good":
        for name in pytorch_modules.GOOD:
            save_state(name, os.path.join(arguments[1], name + ".pt"))
            print(name)
    elif arguments[0] == "--bad":
        for name in pytorch_modules.BAD:
            print(name, message(name), sep="\t")
    else:
        {"--compare": compare}[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
