"""torches.py: PyTorch as tools/bench/run runs it: which Python, which settings, and the fastest of them."""
import copy
import json
import os
import sys
import tempfile
from collections import namedtuple

from programs import TOOLS, Failed, run, sizes

PEER = os.path.join(TOOLS, "peer_torch.py")

# The fastest setting of threads depends on the build of PyTorch: all are tried. None: as installed.
TUNED = {"OMP_NUM_THREADS": "{}", "OPENBLAS_NUM_THREADS": "1"}
SETTINGS = [("as installed", None, False), ("{} threads", None, True), ("{} threads, OpenBLAS 1", TUNED, True)]
# How the network is trained: words of peer_torch.py. Some are not available everywhere.
EAGER = ["plain", "channels_last", "fused", "fused,channels_last"]
COMPILED = ["fused,compile", "fused,channels_last,compile"]
EVALUATION_BATCHES = [1000, 10000]
TRIAL_STEPS = 40
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
        self.version = self.threads = None
        self.way = "plain"
        self.seconds = None  # of a trial
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
        self.version, self.threads = result["torch"], result["threads"]
        return result["times"]

    def at(self, **values):
        """A copy with other ${values}."""
        other = copy.copy(self)
        vars(other).update(values)
        return other

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
                able.append(self.at(way=way, seconds=seconds))
        return able


def fastest(torches):
    return min(torches, key=lambda torch: torch.seconds)


Best = namedtuple("Best", "train eager evaluate")


def best_of(python, options):
    """PyTorch of ${python} with the fastest settings for the published network: of training, of training
    without torch.compile, whose compilation counts in a complete program, and of evaluation."""
    common = sizes(steps=min(options.steps or TRIAL_STEPS, TRIAL_STEPS))
    print(f"\ntrial of {python}: {common[1]} steps of the published network", flush=True)
    candidates = [Torch(python, setting, options.threads, options.data) for setting in SETTINGS]
    able = candidates[0].trial(EAGER, common)
    ways = [torch.way for torch in able]
    for torch in candidates[1:]:
        if torch.environment or candidates[0].threads != options.threads:  # else it is the same
            able += torch.trial(ways, common)
    eager = fastest(able)
    compiled = eager.trial(COMPILED, common)
    able = [torch.at(evaluation_batch=batch) for torch in [eager, *compiled] for batch in EVALUATION_BATCHES]
    best = Best(fastest([eager, *compiled]), eager, fastest([torch.at(seconds=torch.evaluate([])) for torch in able]))
    print(f"  fastest: {best.train.name}; to evaluate: {best.evaluate.way}, batches of "
          f"{best.evaluate.evaluation_batch}", flush=True)
    return best


def fastest_for(torches, common, compiled):
    """The fastest of ${torches} and of all ways for the network and the sizes in ${common}. ${compiled}:
    torch.compile is among them in any case; otherwise only if it is the fastest for the published
    network, which this is."""
    near = FAR * fastest(torches).seconds
    able = []
    for torch in (torch for torch in torches if torch.seconds <= near):
        ways = EAGER + (COMPILED if compiled or torch.way in COMPILED else [])
        able += torch.trial(ways, common)
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
