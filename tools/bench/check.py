"""check.py: measures the performance bounds of weft and prints pass or fail."""
import statistics

from programs import run, sizes

SMALL_RUNS = 9  # of short commands
COLD_RUNS = 3
MEGABYTE = 1e6


class Judge:
    """Collects lines with bound, figure and verdict."""

    def __init__(self):
        self.lines = []

    def at_most(self, what, figure, bound, unit="", aim=None):
        self.add(what, figure, figure <= bound, f"at most {bound:g}{unit}", unit, aim)

    def at_least(self, what, figure, bound, unit="", aim=None):
        self.add(what, figure, figure >= bound, f"at least {bound:g}{unit}", unit, aim)

    def add(self, what, figure, passed, bound, unit, aim):
        wish = "" if aim is None else f", aim {aim:g}{unit}"
        self.lines.append((what, bound + wish, f"{figure:.3g}{unit}", passed))

    def show(self):
        widths = [max(len(line[i]) for line in self.lines) for i in range(3)]
        print("\n" + "  ".join(title.ljust(w) for title, w in zip(("what", "bound", "figure"), widths)))
        for *texts, passed in self.lines:
            cells = "  ".join(text.ljust(width) for text, width in zip(texts, widths))
            print(f"{cells}  {'pass' if passed else 'FAIL'}")
        return all(line[3] for line in self.lines)


def ratio(ours, theirs):
    """The median of the ratios within each round."""
    return statistics.median(a / b for a, b in zip(ours, theirs))


def fastest(torches, times):
    """The PyTorch with the smallest median, and its times."""
    best = min(range(len(torches)), key=lambda i: statistics.median(times[i]))
    return torches[best], times[best]


def check_epoch(judge, field, options, programs, rounds):
    common = sizes(steps=options.steps)
    contestants = [field.opencl, field.cpu, field.installed, *field.torches]
    field.opencl.peaks.clear()
    times = rounds("epoch", contestants, lambda c: c.train(common), options, programs)
    torch, theirs = fastest(field.torches, times[3:])
    judge.at_most(f"epoch, OpenCL, to {torch.name}", ratio(times[0], theirs), 0.20, aim=0.12)
    judge.at_least("epoch, OpenCL, share of peak", 100 * statistics.median(field.opencl.peaks), 45, " %", aim=60)
    judge.at_most(f"epoch, cpu, to {field.installed.name}", ratio(times[1], times[2]), 1)
    return torch


def check_evaluation(judge, field, options, programs, rounds):
    contestants = [field.opencl, *field.torches]
    times = rounds("evaluation", contestants, lambda c: c.evaluate([]), options, programs)
    torch, theirs = fastest(field.torches, times[1:])
    judge.at_most(f"evaluation, OpenCL, to {torch.name}", ratio(times[0], theirs), 0.25)


def check_whole(judge, field, torch, options, programs, rounds):
    """The complete program: its time, its memory, and the time that the compilation of kernels adds."""
    common = sizes(steps=options.steps)
    memory = []

    def whole(contestant):
        seconds, most = contestant.whole(options.epochs, common)
        if contestant is field.opencl:
            memory.append(most)
        return seconds

    field.opencl.whole(1, sizes(steps=1))  # fills the cache of kernels
    times = rounds("whole of train", [field.opencl, torch], whole, options, programs)
    judge.at_most(f"whole of train, OpenCL, to {torch.name}", ratio(times[0], times[1]), 0.15)
    cold = statistics.median(field.opencl.cold(options.epochs, common) for _ in range(COLD_RUNS))
    judge.at_most("the same, no kernel compiled before: more", cold - statistics.median(times[0]), 5, " s")
    drivers = programs.driver_memory(field.opencl.about["platform"] or "")
    judge.at_most("memory of train beyond the driver's own", (statistics.median(memory) - drivers) / MEGABYTE, 250,
                  " MB")


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
        judge.at_most(f"weft {name}, beyond the OpenCL loader", more, 0.1, " s")


def check(field, options, programs, rounds):
    """Measures and prints all bounds. Returns whether all passed."""
    judge = Judge()
    torch = check_epoch(judge, field, options, programs, rounds)
    check_evaluation(judge, field, options, programs, rounds)
    check_whole(judge, field, torch, options, programs, rounds)
    check_small(judge, field, programs)
    if options.steps:
        print(f"\nepochs of {options.steps} steps: a trial, which does not count for the bounds")
    return judge.show()
