"""deep.py: what the programs of tools/deep share: options, runs of weft, and the table of what was tried.

Each try is a test. A program prints a line for each failed one, the table, and last "deep_NAME: N passed, N failed".
"""
import argparse
import atexit
import collections
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(SOURCE, "data/sample")
FAULTS = os.path.join(SOURCE, "tests/support/faults")
TIMEOUT = 180  # seconds of a run that takes less than 5

# Files of a run folder whose bytes follow from the options.
FIXED = ("model.safetensors", "confusion-train.csv", "confusion-test.csv", "steps.csv", "matrix.csv", "logits")
# Members of events that vary, or that are 0 where a driver does not report them.
VARYING = re.compile(r"seconds|images_per_second|gflops|share|bytes|time|host|clock_mhz|max_buffer")

Run = collections.namedtuple("Run", "code out err")


class Deep:
    """The tries of one program."""

    def __init__(self, name, text, seeds=None):
        """With ${seeds}, "A:B" with --quick and "A:B" without, self.seeds has the numbers from A to B - 1."""
        parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--quick", action="store_true", help="a part of it, for each change: less than a minute")
        parser.add_argument("--weft", metavar="PROGRAM", help="the program (default: $WEFT, else build/src/cli/weft)",
                            default=os.environ.get("WEFT", os.path.join(SOURCE, "build/src/cli/weft")))
        parser.add_argument("--jobs", metavar="N", type=int, default=len(os.sched_getaffinity(0)),
                            help="runs at the same time (default: the number of processors)")
        if seeds is not None:
            parser.add_argument("--seeds", metavar="A:B", help="the numbers that are tried (default: %s; %s with --quick)" %
                                (seeds[1], seeds[0]))
        options = parser.parse_args()
        if seeds is not None:
            self.seeds = range(*map(int, (options.seeds or seeds[0 if options.quick else 1]).split(":")))
        self.name, self.quick, self.program, self.jobs = name, options.quick, os.path.abspath(options.weft), options.jobs
        # In memory if there is room; a library cannot be loaded from there on some systems.
        in_memory = os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 1 << 30
        self.work = tempfile.mkdtemp(dir="/dev/shm" if in_memory else None)
        self.libraries = tempfile.mkdtemp()
        for folder in (self.work, self.libraries):
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.passed, self.failures, self.folders = 0, [], 0
        self.rows = {}  # what was tried: [number of tries, Counter of outcomes]
        self.lock = threading.Lock()
        if os.environ.get("WEFT_SANITIZE"):
            self.skip("faults are tried in a build without sanitizers")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # Settings of the user must not reach the tests.
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in ("WEFT_DEVICE", "WEFT_DATA", "WEFT_THREADS", "WEFT_KERNELS", "COLUMNS")}

    def folder(self):
        """Returns a new folder."""
        with self.lock:
            self.folders += 1
            path = os.path.join(self.work, str(self.folders))
        os.mkdir(path)
        return path

    def omit(self, why):
        """Reports what cannot be tried here."""
        print("SKIP %s: %s" % (self.name, why))
        if os.environ.get("WEFT_SKIPS"):
            with open(os.environ["WEFT_SKIPS"], "a", encoding="utf-8") as file:
                file.write("%s: %s\n" % (self.name, why))

    def skip(self, why):
        """Ends the program: it cannot try anything here."""
        self.omit(why)
        print("deep_%s: 1 passed, 0 failed" % self.name)
        sys.exit(0)

    def compile(self, source, *options):
        """Compiles a library to preload. Returns its path."""
        library = os.path.join(self.libraries, os.path.basename(source) + ".so")
        subprocess.run(os.environ.get("CC", "cc").split() + ["-O1", "-shared", "-fPIC", "-w", "-I", FAULTS, "-o", library, source,
                       "-ldl", *options], check=True)
        return library

    def run(self, command, environment=None, folder=None, timeout=TIMEOUT):
        """Runs a command of weft. A run that takes longer than ${timeout} is killed and has the code None."""
        try:
            done = subprocess.run([self.program] + command, cwd=folder or self.work, stdin=subprocess.DEVNULL,
                                  env={**self.environment, **(environment or {})}, capture_output=True, timeout=timeout,
                                  check=False)
        except subprocess.TimeoutExpired as late:
            return Run(None, (late.stdout or b"").decode(errors="replace"), (late.stderr or b"").decode(errors="replace"))
        return Run(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def undisturbed(self, command, environment=None, folder=None):
        """Runs a command that must succeed."""
        run = self.run(command, environment, folder)
        if run.code != 0:
            sys.exit("%s: weft %s ended with %s: %s" % (self.name, " ".join(command), run.code, run.err))
        return run

    def attempt(self, what, tries, function):
        """Calls function with each of tries, several at the same time. It returns the outcome in a word and what was
        wrong, or None. what is their row in the table."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            try:
                for attempt, (outcome, problem) in zip(tries, pool.map(function, tries)):
                    self.count(what, outcome, problem, attempt)
            except KeyboardInterrupt:
                pool.shutdown(wait=True, cancel_futures=True)
                print("interrupted: what was tried so far:")
                self.failures.append("interrupted")
                self.finish()

    def count(self, what, outcome, problem, attempt="", number=1):
        """Counts a test, which tried number things."""
        row = self.rows.setdefault(what, [0, collections.Counter()])
        row[0] += number
        row[1][outcome] += number
        if problem is None:
            self.passed += 1
        else:
            self.failures.append(problem)
            print("FAILED %s, %.120s: %s" % (what, attempt, problem), flush=True)

    def finish(self):
        """Prints the results and ends the program."""
        width = max(map(len, self.rows), default=0)
        for what, (number, outcomes) in self.rows.items():
            print("%-*s %7d tried: %s" % (width, what, number,
                                          ", ".join("%s %d" % item for item in sorted(outcomes.items()))))
        print("deep_%s: %d passed, %d failed" % (self.name, self.passed, len(self.failures)))
        sys.exit(1 if self.failures or not self.passed else 0)


def spread(count, limit):
    """Returns the numbers from 1 to count, or limit of them: half are the first ones, half are spread over the rest."""
    if count <= limit:
        return list(range(1, count + 1))
    first = max(limit // 2, 1)
    rest = limit - first
    return list(range(1, first + 1)) + [first + (count - first) * (i + 1) // rest for i in range(rest)]


def read_counts(path):
    """Reads the file of WEFT_FAULT_COUNTS (tests/support/faults/fault.h): the largest count of a process for each name."""
    counts = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, count = line.split()
            counts[name] = max(counts.get(name, 0), int(count))
    return counts


def run_folder(folder):
    """Returns the files of a run folder, if it exists: the hash of each whose bytes follow from the options, else ""."""
    contents = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), "rb") as file:
            contents[name] = hashlib.sha256(file.read()).hexdigest() if name in FIXED else ""
    return contents


def check_model(deep, folder):
    """Returns what is wrong with the model of the run in folder, or None: it is complete or missing."""
    if not os.path.exists(os.path.join(folder, "run/model.safetensors")):
        return None
    run = deep.run(["summary", "run"], folder=folder)
    return None if run.code == 0 else "the model is not complete: %s" % run.err[:300]


def strip(value):
    """Returns a JSON value without the members that vary from run to run."""
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items() if not VARYING.search(key)}
    return [strip(item) for item in value] if isinstance(value, list) else value


def results_of(command, run):
    """Returns the events of a run with --json that do not vary."""
    events = [strip(json.loads(line)) for line in run.out.splitlines() if line.startswith("{")]
    kinds = {"train": ("evaluation",), "threads": ("evaluation",), "verify": ("stage", "verdict"), "evaluate": ("evaluation",)}.get(command)
    if command == "bench":
        return [(event["event"], event.get("what"), event.get("name")) for event in events]
    return [event for event in events if kinds is None or event["event"] in kinds]


def crash(run):
    """Returns what ended a run that neither succeeded nor failed as the manual says, or None."""
    if run.code is None:
        return "it hung"
    if run.code < 0:
        return "it was ended by signal %d" % -run.code
    if run.code not in (0, 1, 2, 3, 4, 5, 6, 130):
        return "exit code %d" % run.code
    if "crashed or ended the program" in run.err or "Sanitizer" in run.err:
        return "it crashed: %s" % run.err.strip()[:300]
    if run.code != 0 and not run.err.startswith("weft: "):
        return "exit code %d without a message: %s" % (run.code, run.err[:200])
    return None
