"""torches.py: PyTorch as tools/bench/run runs it: which Python, which settings, and the fastest of them."""
import copy
import json
import os
import sys
import tempfile

from programs import TOOLS, Failed, run, sizes

PEER = os.path.join(TOOLS, "peer_torch.py")

# The fastest setting of threads depends on the build of PyTorch: all are tried. None: as installed.
TUNED = {"OMP_NUM_THREADS": "{}", "OPENBLAS_NUM_THREADS": "1"}
SETTINGS = [("as installed", None, False), ("{} threads", None, True), ("{} threads, OpenBLAS 1", TUNED, True)]
# How the network is trained: words of peer_torch.py. Some are not available everywhere.
EAGER = ["plain", "channels_last", "fused", "fused,channels_last"]
COMPILED = ["fused,compile", "fused,channels_last,compile"]
EVALUATION_BATCHES = [100, 500, 1000, 10000]
TRIAL_STEPS = 60
FAR = 2  # a PyTorch this many times slower than another one is not tried with other networks


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
        self.way = "plain"
        self.seconds = self.evaluation_seconds = None  # of the trials
        self.evaluation_batch = EVALUATION_BATCHES[0]

    @property
    def seen(self):
        return f"PyTorch {self.version}, {self.setting}"

    @property
    def name(self):
        return f"{self.seen}, {self.way}"

    def peer(self, part, *more):
        text = run([self.python, PEER, "--part", part, *self.options, *more], self.environment)[0]
        result = json.loads(text.splitlines()[-1])
        self.version = result["torch"]
        return result["times"]

    def train(self, common):
        return min(self.peer("train", "--way", self.way, *common))

    def evaluate(self, common):
        return min(self.peer("evaluate", "--way", self.way, *common, *sizes(batch=self.evaluation_batch)))

    def whole(self, epochs, common=()):
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            command = [self.python, PEER, "--part", "whole", "--way", self.way, *self.options,
                       "--epochs", str(epochs), "--out", folder, *common]
            _, seconds, memory = run(command, self.environment)
        return seconds, memory

    def trial(self, ways, common):
        """Trains in each of ${ways}, with the network and the sizes in ${common}, and prints the times.
        Returns a Torch for each way that works."""
        able = []
        for way, seconds in zip(ways, self.peer("trial", *common, "--ways", *ways)):
            text = f"not available: {seconds}" if isinstance(seconds, str) else f"{seconds:.3f} s"
            print(f"  {self.seen}, {way}: {text}", flush=True)
            if not isinstance(seconds, str):
                able.append(copy.copy(self))
                able[-1].way, able[-1].seconds = way, seconds
        return able


def fastest(torches):
    return min(torches, key=lambda torch: torch.seconds)


def best_of(python, options):
    """PyTorch of ${python} with the fastest settings for the published network, and the fastest batch
    of its evaluation."""
    common = sizes(steps=min(options.steps or TRIAL_STEPS, TRIAL_STEPS))
    print(f"\ntrial of {python}: {common[1]} steps of the published network", flush=True)
    candidates = [Torch(python, setting, options.threads, options.data) for setting in SETTINGS]
    able, ways = [], EAGER
    for torch in candidates:
        able += torch.trial(ways, common)
        ways = [torch.way for torch in able if torch.setting == candidates[0].setting]
    best = fastest([*able, *fastest(able).trial(COMPILED, common)])

    def of_batch(batch):
        best.evaluation_batch = batch
        return best.evaluate([])

    best.evaluation_seconds, best.evaluation_batch = min((of_batch(batch), batch) for batch in EVALUATION_BATCHES)
    print(f"  fastest: {best.name}; evaluation in batches of {best.evaluation_batch}", flush=True)
    return best


def fastest_for(torches, common):
    """The fastest of ${torches} and of all ways for the network and the sizes in ${common}."""
    near = FAR * fastest(torches).seconds
    able = [way for torch in torches if torch.seconds <= near for way in torch.trial(EAGER + COMPILED, common)]
    print(f"  fastest: {fastest(able).name}", flush=True)
    return fastest(able)


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
