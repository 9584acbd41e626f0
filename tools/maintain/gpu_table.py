"""gpu_table.py: the tables of tools/maintain/gpu-code, and the file with the numbers that were recorded."""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(HERE, "gpu-code.json")
PAGE = os.path.join(HERE, "..", "..", "cl", "README.md")
BEGIN = "<!-- table of tools/maintain/gpu-code --record: begin -->\n"
END = "<!-- table of tools/maintain/gpu-code --record: end -->\n"
NUMBERS = ("registers", "spills", "scratch", "calls", "instructions", "int64", "products")


def read_record():
    """Returns {version of clang: {network: {target: {kernel: numbers}}}}."""
    if not os.path.exists(RECORD):
        return {}
    with open(RECORD, encoding="utf-8") as file:
        return json.load(file)


def write_record(record):
    """Writes a line for each kernel, so that a change shows which kernels changed."""
    def write(value, depth):
        if not isinstance(value, dict) or depth == 4:
            return json.dumps(value)
        space = " " * depth
        rows = (f"{space} {json.dumps(key)}: {write(member, depth + 1)}" for key, member in value.items())
        return "{\n" + ",\n".join(rows) + f"\n{space}}}"
    with open(RECORD, "w", encoding="utf-8") as file:
        file.write(write(record, 0) + "\n")


def show(numbers, name):
    value = numbers.get(name)
    return "-" if value is None else "/".join(map(str, value)) if isinstance(value, list) else str(value)


def print_table(results):
    """Prints a row for each kernel and processor."""
    ptxas = sorted({name for targets in results.values() for numbers in targets["sm_80"].values() for name in numbers
                    if name.startswith("sm_")})
    form = "{:36} {:8}" + " {:>12}" * (len(NUMBERS) + 2 + len(ptxas))
    for network, targets in results.items():
        print(f"\n{network}:")
        print(form.format("kernel", "for", *NUMBERS, "turn", "contracted", *ptxas).rstrip())
        for kernel in targets["sm_80"]:
            for target, kernels in targets.items():
                numbers = kernels[kernel]
                registers = [show(numbers.get(processor, {}), "registers") for processor in ptxas]
                print(form.format(kernel, target, *(show(numbers, name) for name in NUMBERS), show(numbers, "turn"),
                                  show(numbers, "contracted"), *registers).rstrip())
    print()


def join(targets, kernel, name, names):
    return "; ".join(show(targets[target].get(kernel, {}), name) for target in names)


def make_page(record):
    """Returns the lines of cl/README.md between the marks: the published network by the newest clang that was recorded."""
    version = max(record, key=int)
    targets = record[version]["published"]
    amd = [target for target in targets if target != "sm_80"]
    lines = [f"Recorded with clang {version}. A turn is one of the innermost loop with the most fma: instructions, loads, fma.\n",
             f"\n| kernel | registers: {'; '.join(amd)} | instructions: sm_80; gfx906 | int64: sm_80; gfx906 "
             "| turn: sm_80; gfx906 |\n", "| --- | --- | --- | --- | --- |\n"]
    for kernel in targets["sm_80"]:
        both = ("sm_80", "gfx906")
        turns = join(targets, kernel, "turn", both).replace("0/0/0", "-").replace("/", ", ")
        cells = [join(targets, kernel, "registers", amd), join(targets, kernel, "instructions", both),
                 join(targets, kernel, "int64", both), turns]
        lines.append(f"| `{kernel}` | {' | '.join(cells)} |\n")
    sums = {name: sum(numbers.get(name, 0) for target in targets.values() for numbers in target.values())
            for name in ("spills", "scratch", "calls")}
    changed = sorted({kernel for target in targets.values() for kernel, numbers in target.items() if numbers.get("contracted")})
    lines += ["\n", f"Together they have {sums['spills']} spills, {sums['scratch']} bytes of scratch memory and "
              f"{sums['calls']} calls. Flags for contraction change: {', '.join(f'`{kernel}`' for kernel in changed) or 'none'}.\n"]
    return "".join(lines)


def update_page(record, write):
    """Compares the table in cl/README.md, and writes it if ${write}. Returns what is wrong, or None."""
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        return "cl/README.md: the marks of the table of tools/maintain/gpu-code are missing"
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    new = head + BEGIN + "\n" + make_page(record) + "\n" + END + tail
    if write:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(new)
    elif new != page:
        return "cl/README.md: the table is not the recorded one: tools/maintain/gpu-code --record"
    return None
