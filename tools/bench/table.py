"""table.py: how cost grows: batch, images, width, threads."""
import statistics

from programs import Weft, sizes

# Small batches see fewer images: their cost an image is known after a thousand steps.
BATCHES = [(1, 1000), (10, 10000), (100, 60000), (1000, 60000), (10000, 60000)]
IMAGES = [1000, 5000, 10000, 30000, 60000]
WIDTHS = [1, 2, 4]


def median(contestant, measure, pairs):
    return statistics.median(measure(contestant) for _ in range(pairs))


def heading(title, column, contestants):
    print(f"\n{title}: microseconds an image")
    print(f"{column:>10}  " + "  ".join(f"{c.name:>30}" for c in contestants))


def row(label, images, contestants, measure, options):
    """One line: the cost of an image in each contestant's epoch, or evaluation; - where there is no contestant."""
    cells = ["-" if c is None else f"{1e6 * median(c, measure, options.pairs) / images:.2f}" for c in contestants]
    print(f"{label:>10}  " + "  ".join(f"{cell:>30}" for cell in cells), flush=True)


def trained(images, batch, steps):
    """Images of an epoch that --steps may cut."""
    return min(images, batch * steps) if steps else images


def one_thread(weft):
    """weft with one thread: the CPU backend's own, or PoCL's, which has two names for it."""
    if weft.device == "cpu":
        return Weft("weft, cpu, 1 thread", weft.program, "cpu", weft.data, 1)
    return Weft("weft, OpenCL, 1 thread", weft.program, weft.device, weft.data, None,
                {"POCL_MAX_PTHREAD_COUNT": "1", "POCL_CPU_MAX_CU_COUNT": "1"})


def table(field, options):
    everyone = [field.opencl, field.cpu, *field.torches]
    heading("batch, training", "batch", everyone)
    for batch, images in BATCHES:
        common = sizes(batch=batch, images=images, steps=options.steps)
        able = [c if batch >= c.least_batch else None for c in everyone]
        row(batch, trained(images, batch, options.steps), able, lambda c: c.train(common), options)
    heading("images, training in batches of 100", "images", everyone)
    for images in IMAGES:
        common = sizes(images=images, steps=options.steps)
        row(images, trained(images, 100, options.steps), everyone, lambda c: c.train(common), options)
    heading("images, evaluation", "images", everyone)
    for images in (1, 10, 100, 1000, 10000):
        row(images, images, everyone, lambda c: c.evaluate(sizes(images=images)), options)
    heading("width, training in batches of 100", "times", everyone)
    for wide in WIDTHS:
        steps = min(options.steps or 100, 100)
        common = sizes(wide=wide, steps=steps)
        row(wide, trained(60000, 100, steps), everyone, lambda c: c.train(common), options)
    pairs = [field.opencl, one_thread(field.opencl), field.cpu, one_thread(field.cpu)]
    heading("threads, training in batches of 100", "", pairs)
    common = sizes(steps=options.steps)
    row("", trained(60000, 100, options.steps), pairs, lambda c: c.train(common), options)
