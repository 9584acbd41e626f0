"""table.py: how the cost grows with batch, images, width and threads."""
import statistics

from programs import Weft, sizes

# Small batches train on fewer images: a thousand steps are enough to measure their cost.
BATCHES = [(1, 1000), (10, 10000), (100, 60000), (1000, 60000), (10000, 60000)]
IMAGES = [1000, 5000, 10000, 30000, 60000]
WIDTHS = [1, 2, 4]


def median(contestant, measure, pairs):
    return statistics.median(measure(contestant) for _ in range(pairs))


def heading(title, column, contestants):
    print(f"\n{title}: microseconds an image")
    print(f"{column:>10}  " + "  ".join(f"{c.name:>30}" for c in contestants))


def row(label, images, contestants, measure, options):
    """A line with the cost of an image in the epoch or evaluation of each contestant; "-" for None."""
    cells = ["-" if c is None else f"{1e6 * median(c, measure, options.pairs) / images:.2f}" for c in contestants]
    print(f"{label:>10}  " + "  ".join(f"{cell:>30}" for cell in cells), flush=True)


def trained(images, batch, steps):
    """Images of an epoch, which --steps may shorten."""
    return min(images, batch * steps) if steps else images


def one_thread(weft):
    """weft with one thread: of the CPU backend, or of PoCL, which has two variables for it."""
    if weft.device == "cpu":
        return Weft("weft, cpu, 1 thread", weft.program, "cpu", weft.data, 1)
    return Weft("weft, OpenCL, 1 thread", weft.program, weft.device, weft.data, None,
                {"POCL_MAX_PTHREAD_COUNT": "1", "POCL_CPU_MAX_CU_COUNT": "1"})


def table(field, options):
    contestants = [field.opencl, field.cpu, *field.torches]
    heading("batch, training", "batch", contestants)
    for batch, images in BATCHES:
        common = sizes(batch=batch, images=images, steps=options.steps)
        able = [c if batch >= c.least_batch else None for c in contestants]
        row(batch, trained(images, batch, options.steps), able, lambda c: c.train(common), options)
    heading("images, training in batches of 100", "images", contestants)
    for images in IMAGES:
        common = sizes(images=images, steps=options.steps)
        row(images, trained(images, 100, options.steps), contestants, lambda c: c.train(common), options)
    heading("images, evaluation", "images", contestants)
    for images in (1, 10, 100, 1000, 10000):
        row(images, images, contestants, lambda c: c.evaluate(sizes(images=images)), options)
    heading("width, training in batches of 100", "times", contestants)
    for wide in WIDTHS:
        steps = min(options.steps or 100, 100)
        common = sizes(wide=wide, steps=steps)
        row(wide, trained(60000, 100, steps), contestants, lambda c: c.train(common), options)
    pairs = [field.opencl, one_thread(field.opencl), field.cpu, one_thread(field.cpu)]
    heading("threads, training in batches of 100", "", pairs)
    common = sizes(steps=options.steps)
    row("", trained(60000, 100, options.steps), pairs, lambda c: c.train(common), options)
