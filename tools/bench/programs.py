"""programs.py: the programs that tools/bench/run runs: weft, and small C programs that it builds."""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

TOOLS = os.path.dirname(os.path.abspath(__file__))
DATA = "/usr/share/datasets/fashion-mnist"  # where weft and peer_torch.py look for it
LIMIT = 3600  # seconds for one program
PADDED = {"train": 10000, "t10k": 1000}  # images of padded_data


class Failed(Exception):
    """A program failed."""


def run(command, environment=None, limit=LIMIT):
    """Runs a command. Returns its stdout, its seconds and its peak memory in bytes."""
    full = dict(os.environ, **(environment or {}))
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with subprocess.Popen(command, env=full, stdin=subprocess.DEVNULL, stdout=out, stderr=err) as child:
            code, memory = wait(child, start + limit)
        seconds = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        text, message = out.read().decode(), err.read().decode(errors="replace")
    if code != 0:
        raise Failed(f"{' '.join(command)}: exit code {code}: {message.strip()[-2000:]}")
    return text, seconds, memory


def wait(child, deadline):
    """Waits for a child and kills it at the deadline. Returns its exit code and its peak memory."""
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid != 0:
            break
        if time.perf_counter() > deadline:
            child.kill()
        time.sleep(0.001)
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return child.returncode, usage.ru_maxrss * unit


class Programs:
    """Small C programs of this folder, built at their first use. Use it in a with statement."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="weft-bench-")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.folder.cleanup()

    def path(self, name, *libraries):
        target = os.path.join(self.folder.name, name)
        if not os.path.exists(target):
            compiler = os.environ.get("CC", "cc").split()
            run([*compiler, "-O2", "-pthread", os.path.join(TOOLS, name + ".c"), "-o", target, *libraries])
        return target

    def round_trip(self):
        """The time from one core to another and back, and that of waking a thread there, as a text."""
        try:
            return "{} ns, {} us".format(*run([self.path("core-round-trip")])[0].split())
        except Failed:
            return "-"  # there is a single core

    def loader_seconds(self):
        return run([self.path("opencl-baseline", "-lOpenCL"), "list"])[1]

    def driver_memory(self, platform):
        return run([self.path("opencl-baseline", "-lOpenCL"), "run", platform])[2]

    def padded_data(self, source, planes):
        """A data folder with some of the images of ${source}, and a border that makes them 32 x 32, as each of
        ${planes}."""
        target = os.path.join(self.folder.name, f"padded-{planes}")
        if not os.path.exists(target):
            os.mkdir(target)
            for split, most in PADDED.items():
                pixels = read_idx(os.path.join(source, split + "-images-idx3-ubyte"))[16:]
                labels = read_idx(os.path.join(source, split + "-labels-idx1-ubyte"))[8:]
                count = min(most, len(labels))
                with open(os.path.join(target, split + "-images-idx3-ubyte"), "wb") as file:
                    file.write(struct.pack(">4B4I", 0, 0, 8, 4, count, planes, 32, 32))
                    file.writelines(planes * pad(pixels[784 * i : 784 * (i + 1)]) for i in range(count))
                with open(os.path.join(target, split + "-labels-idx1-ubyte"), "wb") as file:
                    file.write(struct.pack(">4BI", 0, 0, 8, 1, count) + labels[:count])
        return target


def pad(image):
    """An image of 28 x 28 with a border of 2."""
    return bytes(64) + b"".join(bytes(2) + image[i : i + 28] + bytes(2) for i in range(0, 784, 28)) + bytes(64)


def read_idx(path):
    """The content of an IDX file, plain or gzip."""
    with open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz") as file:
        return file.read()


def sizes(batch=None, images=None, steps=None, wide=None):
    """The options that weft bench and peer_torch.py share."""
    given = {"--batch": batch, "--images": images, "--steps": steps, "--wide": wide}
    return [word for name, value in given.items() if value for word in (name, str(value))]


class Weft:
    """weft on one device."""

    least_batch = 1

    def __init__(self, name, program, device, data, threads=None):
        self.name = name
        self.program = program
        self.device = device
        self.data = data
        self.options = (["--data", data] if data else []) + (["--threads", str(threads)] if threads else [])
        self.shares = []  # of the peak, of each run of train
        self.peaks = []  # GFLOP/s, measured in the same runs
        self.about = None  # the device, as weft bench prints it

    def bench(self, part, *more):
        command = [self.program, "bench", "--json", "--quiet", "--device", self.device, "--repeat", "1",
                   "--only", part, *self.options, *more]
        events = [json.loads(line) for line in run(command)[0].splitlines()]
        self.about = events[0]["device"]
        return {event["what"]: event for event in events if event["event"] == "bench"}

    def train(self, common):
        """Seconds of an epoch. The peak is measured in the same run."""
        results = self.bench("train", "--peak", *common)
        self.shares.append(results["train"]["share_of_peak"])
        self.peaks.append(results["peak"]["gflops"])
        return results["train"]["seconds"]

    def evaluate(self, common):
        return self.bench("evaluate", *common)["evaluate"]["seconds"]

    def whole(self, epochs, common=(), environment=None):
        """Seconds and peak memory of the complete process weft train."""
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            command = [self.program, "train", "--quiet", "--device", self.device, "--epochs", str(epochs),
                       "--out", os.path.join(folder, "run"), *self.options, *common]
            _, seconds, memory = run(command, environment)
        return seconds, memory

    def cold(self, epochs, common=()):
        """Seconds of weft train without compiled kernels in the caches of weft and of the drivers."""
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            return self.whole(epochs, common, {"XDG_CACHE_HOME": folder, "POCL_CACHE_DIR": folder + "/pocl",
                                               "CUDA_CACHE_PATH": folder + "/cuda"})[0]
