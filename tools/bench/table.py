"""table.py: how the cost grows with batch, images, width and threads."""
import os
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


def thread_counts(most):
    """1, 2, 4 and so on, and last ${most}."""
    counts = [1]
    while 2 * counts[-1] < most:
        counts.append(2 * counts[-1])
    return counts + [most] * (most > 1)


def threads_table(field, options):
    """The cost of an image with --threads N, and how many times as fast as with one thread it is."""
    contestants = [field.opencl, field.cpu]
    common = sizes(steps=options.steps)
    images = trained(60000, 100, options.steps)
    heading("--threads, training in batches of 100", "threads", contestants)
    first = []
    for count in thread_counts(os.cpu_count() or 1):
        limited = [Weft(c.name, c.program, c.device, c.data, count) for c in contestants]
        costs = [1e6 * median(c, lambda c: c.train(common), options.pairs) / images for c in limited]
        first = first or costs
        cells = [f"{cost:.2f} ({one / cost:.2f} times)" for cost, one in zip(costs, first)]
        print(f"{count:>10}  " + "  ".join(f"{cell:>30}" for cell in cells), flush=True)


def table(field, options):
    contestants = [field.opencl, field.cpu, *field.eager]
    heading("batch, training", "batch", contestants)
    for batch, images in BATCHES:
        common = sizes(batch=batch, images=images, steps=options.steps)
        able = [c if batch >= c.least_batch else None for c in contestants]
        row(batch, trained(images, batch, options.steps), able, lambda c: c.train(common), options)
    heading("images, training in batches of 100", "images", contestants)
    for images in IMAGES:
        common = sizes(images=images, steps=options.steps)
        row(images, trained(images, 100, options.steps), contestants, lambda c: c.train(common), options)
    contestants[2:] = field.evaluate
    heading("images, evaluation", "images", contestants)
    for images in (1, 10, 100, 1000, 10000):
        row(images, images, contestants, lambda c: c.evaluate(sizes(images=images)), options)
    contestants[2:] = field.eager
    heading("width, training in batches of 100", "times", contestants)
    for wide in WIDTHS:
        steps = min(options.steps or 100, 100)
        common = sizes(wide=wide, steps=steps)
        row(wide, trained(60000, 100, steps), contestants, lambda c: c.train(common), options)
    threads_table(field, options)
