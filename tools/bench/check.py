"""check.py: measures the performance bounds of weft and prints pass or fail."""
import os
import statistics
from collections import namedtuple

from programs import DATA, TOOLS, run, sizes
from torches import fastest, fastest_for

SMALL_RUNS = 9  # of short commands
COLD_RUNS = 3
CPU_STEPS = 100  # of the CPU backend and PyTorch as installed, which need seconds for an epoch
TRIAL_PART = 5  # a trial of PyTorch makes this part of the steps
MEGABYTE = 1e6

# An epoch on OpenCL, relative to PyTorch's time and to the peak, with the processor's peak in mind.
EPOCH_BOUNDS = {"GenuineIntel": (0.16, 40), "AuthenticAMD": (0.13, 55)}
EPOCH_AIMS = (0.12, 60)

# A network or a batch, the steps of an epoch, the largest ratio (None: no bound), the aim. The file of a network,
# and the planes of its images if they are 32 x 32. An epoch has complete batches only, since torch.compile compiles
# again for another size.
Case = namedtuple("Case", "name sizes steps bound aim network planes", defaults=(None, None))
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(TOOLS)), "examples", "networks")
CASES = [
    Case("2 times as wide", {"wide": 2}, 200, 0.25, 0.2),
    Case("4 times as wide", {"wide": 4}, 100, 0.45, 0.35),
    Case("8 times as wide", {"wide": 8}, 30, 0.8, 0.6),
    Case("16 times as wide", {"wide": 16}, 10, 0.9, 0.6),
    Case("another network", {}, 100, 1.0, 0.7, os.path.join(TOOLS, "another.json"), 1),
    Case("lenet5", {"batch": 128}, 300, 1.0, 0.7, os.path.join(EXAMPLES, "lenet5.json")),
    Case("resnet8", {"batch": 128}, 20, 1.0, 0.7, os.path.join(EXAMPLES, "resnet8.json")),
    Case("mobilenet", {"batch": 128}, 100, 1.0, 0.7, os.path.join(EXAMPLES, "mobilenet.json")),
    Case("resnet20", {"batch": 128}, 5, None, 1.0, os.path.join(EXAMPLES, "resnet20.json"), 3),
    Case("batch 16", {"batch": 16}, 1000, 0.2, 0.12),
    Case("batch 128", {"batch": 128}, 300, 0.2, 0.12),
    Case("batch 1,000", {"batch": 1000}, 60, 0.2, 0.12),
    Case("batch 10,000", {"batch": 10000}, 6, 0.2, 0.12),
]


class Judge:
    """Collects lines: what was measured, the medians in seconds, the figure, its bound, and the verdict."""

    def __init__(self):
        self.lines = [("what", "weft", "PyTorch", "figure", "bound", "")]
        self.passed = True

    def relative(self, what, times, torch, bound, aim=None):
        """Judges the median of the ratios within each round; ${times}: of weft, of PyTorch."""
        ratios = [ours / theirs for ours, theirs in zip(*times)]
        seconds = [f"{statistics.median(of):.3g} s" for of in times]
        figure = statistics.median(ratios)
        self.add(f"{what}, to {torch.name}", *seconds, f"{figure:.3f} ({min(ratios):.3f} to {max(ratios):.3f})",
                 bound is None or figure <= bound, "no bound" if bound is None else f"at most {bound:g}",
                 "" if aim is None else f", aim {aim:g}")

    def at_most(self, what, figure, bound, unit):
        self.add(what, "", "", f"{figure:.3g} {unit}", figure <= bound, f"at most {bound:g} {unit}", "")

    def at_least(self, what, figure, bound, unit, aim):
        self.add(what, "", "", f"{figure:.3g} {unit}", figure >= bound, f"at least {bound:g} {unit}", f", aim {aim:g}")

    def add(self, what, ours, theirs, figure, passed, bound, aim):
        self.lines.append((what, ours, theirs, figure, bound + aim, "pass" if passed else "FAIL"))
        self.passed = self.passed and passed

    def show(self, markdown):
        """Prints all lines. Returns whether all passed."""
        print()
        if markdown:
            self.lines.insert(1, ("---",) * len(self.lines[0]))
            for line in self.lines:
                print("| " + " | ".join(line) + " |")
        else:
            widths = [max(map(len, column)) for column in zip(*self.lines)]
            for line in self.lines:
                print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
        return self.passed


def check_epoch(judge, field, options, rounds):
    common = sizes(steps=options.steps)
    torch = fastest(field.train)
    bounds = EPOCH_BOUNDS.get(options.vendor, EPOCH_BOUNDS["GenuineIntel"])
    field.opencl.peaks.clear()
    field.opencl.shares.clear()
    times = rounds("epoch", [field.opencl, torch], lambda c: c.train(common))
    print(f"  peak of fma: {statistics.median(field.opencl.peaks):.0f} GFLOP/s")
    judge.relative("epoch", times, torch, bounds[0], EPOCH_AIMS[0])
    judge.at_least("epoch, share of the peak", 100 * statistics.median(field.opencl.shares), bounds[1], "%",
                   EPOCH_AIMS[1])


def check_cpu(judge, field, options, rounds):
    common = sizes(steps=min(options.steps or CPU_STEPS, CPU_STEPS))
    times = rounds(f"{common[1]} steps", [field.cpu, field.installed], lambda c: c.train(common))
    judge.relative(f"{common[1]} steps, --device cpu", times, field.installed, 0.8)


def check_evaluation(judge, field, rounds):
    torch = fastest(field.evaluate)
    times = rounds("evaluation", [field.opencl, torch], lambda c: c.evaluate([]))
    judge.relative("evaluation", times, torch, 0.20, 0.12)


def choose_whole(field, options, common):
    """The fastest PyTorch for the complete program, which torch.compile also makes longer."""
    torches = [fastest(field.eager), fastest(field.train)]
    if "compile" not in torches[1].way:
        return torches[0]
    print("\ntrial of the complete program", flush=True)
    tried = [torch.at(seconds=torch.whole(options.epochs, common)[0]) for torch in torches]
    for torch in tried:
        print(f"  {torch.name}: {torch.seconds:.3f} s", flush=True)
    return fastest(tried)


def check_whole(judge, field, options, programs, rounds):
    """The complete program: its time, its memory, and the time that the compilation of kernels adds."""
    common = sizes(steps=options.steps)
    torch = choose_whole(field, options, common)
    memory = []

    def whole(contestant):
        seconds, most = contestant.whole(options.epochs, common)
        if contestant is field.opencl:
            memory.append(most)
        return seconds

    field.opencl.whole(1, sizes(steps=1))  # fills the cache of kernels
    times = rounds("whole of train", [field.opencl, torch], whole)
    judge.relative("whole of train", times, torch, 0.15, 0.12)
    cold = statistics.median(field.opencl.cold(options.epochs, common) for _ in range(COLD_RUNS))
    judge.at_most("the same, no kernel compiled before: more", cold - statistics.median(times[0]), 5, "s")
    drivers = programs.driver_memory(field.opencl.about["platform"] or "")
    judge.at_most("memory of train beyond the driver's own", (statistics.median(memory) - drivers) / MEGABYTE, 250,
                  "MB")


def check_small(judge, field, programs):
    """Short commands, in turn with a program that only asks the OpenCL loader for devices."""
    programs.loader_seconds()
    loader, devices, summary = [], [], []
    for _ in range(SMALL_RUNS):
        loader.append(programs.loader_seconds())
        devices.append(run([field.opencl.program, "devices"])[1])
        summary.append(run([field.opencl.program, "summary"])[1])
    # a difference of medians slightly below 0 means 0
    for name, times in (("devices", devices), ("summary", summary)):
        more = max(0.0, statistics.median(times) - statistics.median(loader))
        judge.at_most(f"weft {name}, beyond the OpenCL loader", more, 0.1, "s")


def check_case(judge, field, case, options, programs, rounds):
    """Another network or batch, to PyTorch with the ways that are fastest for it."""
    steps = min(options.steps or case.steps, case.steps)
    common = sizes(**case.sizes)
    if case.network:
        common += ["--network", case.network]
    if case.planes:
        common += ["--data", programs.padded_data(options.data or DATA, case.planes)]
    trial = max(2, steps // TRIAL_PART)
    print(f"\ntrial: {case.name}, {trial} steps", flush=True)
    torch = fastest_for(field.train, [*common, *sizes(steps=trial)],
                        case.network is not None or "batch" not in case.sizes)
    common += sizes(steps=steps)
    times = rounds(f"{case.name}, {steps} steps", [field.opencl, torch], lambda c: c.train(common))
    judge.relative(f"{case.name}, {steps} steps", times, torch, case.bound, case.aim)


def check(field, options, programs, rounds):
    """Measures and prints all bounds. Returns whether all passed."""
    judge = Judge()
    parts = [("epoch", lambda: check_epoch(judge, field, options, rounds)),
             ("cpu", lambda: check_cpu(judge, field, options, rounds)),
             ("evaluation", lambda: check_evaluation(judge, field, rounds)),
             ("whole", lambda: check_whole(judge, field, options, programs, rounds)),
             ("small", lambda: check_small(judge, field, programs))]
    parts += [(case.name, lambda case=case: check_case(judge, field, case, options, programs, rounds))
              for case in CASES]
    for name, measure in parts:
        if (options.only or "") in name:
            measure()
    if options.steps:
        print(f"\nepochs of {options.steps} steps: a trial, which does not count for the bounds")
    return judge.show(options.markdown)
