"""programs.py: the programs that tools/bench/run runs: weft, PyTorch, and small C programs that it builds."""
import json
import os
import subprocess
import sys
import tempfile
import time

TOOLS = os.path.dirname(os.path.abspath(__file__))
PEER = os.path.join(TOOLS, "peer_torch.py")
LIMIT = 3600  # seconds for one program


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
        """Nanoseconds from one core to another and back; None with a single core."""
        try:
            return float(run([self.path("core-round-trip")])[0])
        except Failed:
            return None

    def loader_seconds(self):
        return run([self.path("opencl-baseline", "-lOpenCL"), "list"])[1]

    def driver_memory(self, platform):
        return run([self.path("opencl-baseline", "-lOpenCL"), "run", platform])[2]


def sizes(batch=None, images=None, steps=None, wide=None):
    """The options that weft bench and peer_torch.py share."""
    given = {"--batch": batch, "--images": images, "--steps": steps, "--wide": wide}
    return [word for name, value in given.items() if value for word in (name, str(value))]


class Weft:
    """weft on one device."""

    least_batch = 1

    def __init__(self, name, program, device, data, threads=None, environment=None):
        self.name = name
        self.program = program
        self.device = device
        self.data = data
        self.options = (["--data", data] if data else []) + (["--threads", str(threads)] if threads else [])
        self.environment = environment or {}
        self.peaks = []  # share of the peak of each run of train
        self.about = None  # the device, as weft bench prints it

    def bench(self, part, *more):
        command = [self.program, "bench", "--json", "--quiet", "--device", self.device, "--repeat", "1",
                   "--only", part, *self.options, *more]
        events = [json.loads(line) for line in run(command, self.environment)[0].splitlines()]
        self.about = events[0]["device"]
        return next(e for e in events if e["event"] == "bench" and e["what"] == part)

    def train(self, common):
        """Seconds of an epoch. Appends its share of the peak, measured in the same run, to peaks."""
        result = self.bench("train", "--peak", *common)
        self.peaks.append(result["share_of_peak"])
        return result["seconds"]

    def evaluate(self, common):
        return self.bench("evaluate", *common)["seconds"]

    def whole(self, epochs, common=(), environment=None):
        """Seconds and peak memory of the complete process weft train."""
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            command = [self.program, "train", "--quiet", "--device", self.device, "--epochs", str(epochs),
                       "--out", os.path.join(folder, "run"), *self.options, *common]
            _, seconds, memory = run(command, {**self.environment, **(environment or {})})
        return seconds, memory

    def cold(self, epochs, common=()):
        """Seconds of weft train without compiled kernels in the caches of weft and of the drivers."""
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            return self.whole(epochs, common, {"XDG_CACHE_HOME": folder, "POCL_CACHE_DIR": folder + "/pocl",
                                               "CUDA_CACHE_PATH": folder + "/cuda"})[0]


# The fastest setting of threads depends on the build of PyTorch: all are tried. None: as installed.
TUNED = {"OMP_NUM_THREADS": "{}", "OPENBLAS_NUM_THREADS": "1"}
SETTINGS = [("as installed", None, False), ("{} threads", None, True), ("{} threads, OpenBLAS 1", TUNED, True)]
EVALUATION_BATCHES = [100, 500, 1000, 10000]


class Torch:
    """PyTorch under one Python, with one of the settings."""

    least_batch = 2  # in training its batch norm does not accept a single value

    def __init__(self, python, setting, threads, data):
        name, environment, fixed = setting
        self.python = python
        self.setting = name.format(threads)
        self.options = (["--data", data] if data else []) + (["--threads", str(threads)] if fixed else [])
        self.environment = {k: v.format(threads) for k, v in (environment or {}).items()}
        self.version = None
        self.evaluation_batch = EVALUATION_BATCHES[0]

    @property
    def name(self):
        return f"PyTorch {self.version}, {self.setting}"

    def peer(self, part, *more):
        text = run([self.python, PEER, "--part", part, *self.options, *more], self.environment)[0]
        result = json.loads(text.splitlines()[-1])
        self.version = result["torch"]
        return min(result["times"])

    def train(self, common):
        return self.peer("train", *common)

    def evaluate(self, common):
        return self.peer("evaluate", *common, *sizes(batch=self.evaluation_batch))

    def whole(self, epochs, common=()):
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            command = [self.python, PEER, "--part", "whole", *self.options, "--epochs", str(epochs),
                       "--out", folder, *common]
            _, seconds, memory = run(command, self.environment)
        return seconds, memory


def has_torch(python):
    try:
        run([python, "-c", "import torch"])
    except (Failed, OSError):
        return False
    return True


def newest_torch(index):
    """The Python of a virtual environment with the newest PyTorch. Creates it at the first call."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(cache, "weft-bench", "torch")
    python = os.path.join(folder, "bin", "python3")
    if not os.path.exists(python):
        run([sys.executable, "-m", "venv", folder])
    if not has_torch(python):
        print("installing the newest PyTorch ...", file=sys.stderr, flush=True)
        run([python, "-m", "pip", "install", "--quiet", *(["--index-url", index] if index else []), "torch"])
    return python
