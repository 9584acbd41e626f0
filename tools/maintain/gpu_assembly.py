"""gpu_assembly.py: reads the assembly of LLVM for NVIDIA (PTX) and AMD, and counts what a kernel does."""
import re

LABEL = re.compile(r"(\$L\w+|\.L\w+):")
PTX_FUNCTION = re.compile(r"^(?:\.\w+ )*\.(entry|func)\s+(?:\(.*?\)\s*)?(\w+)\(")
PTX_INSTRUCTION = re.compile(r"^\t(?:@!?%p\d+\s+)?([a-z][\w.:]*)\s*(.*)")
AMD_FUNCTION = re.compile(r"^(\w+):\s+; @(\w+)")
AMD_INSTRUCTION = re.compile(r"^\t[a-z]+_\w+(?:\s|$)")
AMD_CALLEE = re.compile(r"\b(\w+)@(?:rel32|gotpcrel32)@lo")
AMD_NUMBER = re.compile(r"^    \.(name|vgpr_count|vgpr_spill_count|sgpr_spill_count|private_segment_fixed_size):\s+(\S+)")

FMA = re.compile(r"fma\.rn\.f32|v_(?:pk_)?fma(?:c|ak|mk)?_f32|v_dual_fma(?:c|ak|mk)_f32|v_ma[cd]_f32")
LOAD = re.compile(r"ld\.global|(?:global|flat|buffer)_load|s_(?:buffer_)?load")
BRANCH = re.compile(r"bra$|bra\.uni|s_c?branch")
# Arithmetic of integers of 64 bits; of AMD's, which is made of halves, the half with the carry.
INTEGER64 = re.compile(r"(?:add|sub|mul|mad|div|rem|and|or|xor|not|shl|shr|min|max|setp|selp|neg|abs|cvt)\.\S*[usb]64|"
                       r"(?:mul|mad)\.wide|[sv]_(?:addc|subb)\w*_u32|v_(?:add|sub)_co_ci_u32|"
                       r"[sv]_\w*(?:lshl|lshr|ashr)\w*_[bi]64|v_mad_[iu]64|[sv]_cmp\w*_[iu]64")


class Function:
    """A function of an assembly: its lines are labels (text, None) and instructions (opcode, operands)."""

    def __init__(self, name, kernel):
        self.name, self.kernel = name, kernel
        self.lines, self.callees, self.numbers, self.folded = [], [], {}, 0

    def instructions(self):
        return [line for line in self.lines if line[1] is not None]

    def count(self, pattern):
        return sum(1 for opcode, _ in self.instructions() if pattern.match(opcode))


def read_ptx(text):
    """Returns the functions of ${text} by name."""
    functions, function, calling = {}, None, False
    for line in text.split("\n"):
        start = PTX_FUNCTION.match(line)
        if start:
            function = Function(start[2], start[1] == "entry")
        elif function is None:
            continue
        elif line == ")" or line.startswith(")") and line.endswith(";"):
            function = function if not line.endswith(";") else None  # a declaration
        elif line == "}":
            functions[function.name] = function
            function = None
        elif LABEL.match(line):
            function.lines.append((LABEL.match(line)[1], None))
        elif ".local" in line and "__local_depot" in line:
            function.numbers["scratch"] = int(re.search(r"\[(\d+)\]", line)[1])
        elif calling and re.match(r"\t\w+, $", line):
            function.callees.append(line.strip(" \t,"))
            calling = False
        elif PTX_INSTRUCTION.match(line) and not line.startswith("\tparam"):
            opcode, operands = PTX_INSTRUCTION.match(line).groups()
            function.lines.append((opcode.rstrip(";"), operands.rstrip(";")))
            calling = opcode.startswith("call")
    return functions


def read_amd(text):
    """Returns the functions of ${text} by name."""
    functions, function = {}, None
    for line in text.split("\n"):
        start, number = AMD_FUNCTION.match(line), AMD_NUMBER.match(line)
        if start:
            function = Function(start[2], False)
            functions[function.name] = function
        elif line.startswith(".Lfunc_end"):
            function = None
        elif number and number[1] == "name":
            kernel = functions[number[2]]
            kernel.kernel = True
        elif number and number[1] == "private_segment_fixed_size":
            scratch = int(number[2])
        elif number:
            kernel.numbers[number[1]] = int(number[2])
            kernel.numbers["scratch"] = scratch
        elif function is not None and LABEL.match(line):
            function.lines.append((LABEL.match(line)[1], None))
        elif function is not None and AMD_INSTRUCTION.match(line):
            function.folded += line.endswith(" Folded Spill")
            function.callees += AMD_CALLEE.findall(line)
            for half in line.split(";")[0].rstrip().split(" :: "):  # RDNA3 starts two instructions at once
                opcode, _, operands = half.strip().partition(" ")
                function.lines.append((opcode, operands))
    return functions


def find_loops(function):
    """Returns the innermost loops of ${function}, each a list of instructions."""
    labels, loops = {}, []
    for at, (opcode, operands) in enumerate(function.lines):
        if operands is None:
            labels[opcode] = at
        elif BRANCH.match(opcode) and operands.split()[-1] in labels:
            loops.append((labels[operands.split()[-1]], at))
    inner = [loop for loop in loops
             if not any(loop[0] <= other[0] and other[1] <= loop[1] and other != loop for other in loops)]
    return [[line for line in function.lines[begin:end + 1] if line[1] is not None] for begin, end in inner]


def count_turn(function):
    """Returns (instructions, loads, products added) of a turn of the innermost loop with the most products, then loads."""
    turns = [(sum(1 for line in loop if FMA.match(line[0])), sum(1 for line in loop if LOAD.match(line[0])), len(loop))
             for loop in find_loops(function)]
    products, loads, instructions = max(turns, default=(0, 0, 0))
    return instructions, loads, products


def reached(functions, kernel):
    """Returns ${kernel} and all functions that it calls, directly or not."""
    found, names = [], [kernel.name]
    for name in names:
        if name in functions:
            found.append(functions[name])
            names += [callee for callee in functions[name].callees if callee not in names]
    return found


def measure(functions, kernel):
    """Returns the numbers of ${kernel}. Those of functions that it calls are added."""
    all_of = reached(functions, kernel)
    turns = [count_turn(function) for function in all_of]
    instructions, loads, products = max(turns, key=lambda turn: (turn[2], turn[1], turn[0]))
    numbers = {
        "registers": kernel.numbers.get("vgpr_count"),
        "spills": kernel.numbers.get("vgpr_spill_count", 0) + kernel.numbers.get("sgpr_spill_count", 0) +
                  sum(function.folded for function in all_of if function is not kernel),
        "scratch": sum(function.numbers.get("scratch", 0) for function in all_of),
        "calls": sum(1 for function in all_of for opcode, _ in function.instructions()
                     if opcode.startswith(("call", "s_swappc"))),
        "instructions": sum(len(function.instructions()) for function in all_of),
        "int64": sum(function.count(INTEGER64) for function in all_of),
        "products": sum(function.count(FMA) for function in all_of),
        "turn": [instructions, loads, products],
    }
    if products > 0:
        numbers["loads a product"] = round(loads / products, 3)
    return numbers


def text_of(functions, kernel):
    """Returns all lines of ${kernel} and of what it calls, for comparison. Without contraction, PTX states the rounding."""
    return [[(opcode.replace(".rn.f32", ".f32"), operands) for opcode, operands in function.lines]
            for function in reached(functions, kernel)]
