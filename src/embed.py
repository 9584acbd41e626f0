"""embed.py HEADER NAME=FILE... OUTPUT: writes OUTPUT, C source in which each NAME, which HEADER
declares, is the text of FILE.
embed.py HEADER --table FILE... OUTPUT: writes the table opencl_builtins of the FILEs instead."""
import os
import sys

table = sys.argv[2] == "--table"
rows = ""
with open(sys.argv[-1], "w", encoding="ascii") as out:
    out.write(f'#include "{sys.argv[1]}"\n')
    for number, argument in enumerate(sys.argv[3 if table else 2:-1]):
        name, path = (f"text_{number}", argument) if table else argument.split("=", 1)
        with open(path, "rb") as source:
            data = source.read() + b"\0"
        out.write(f"\n{'static ' if table else ''}const char {name}[] = {{\n")
        for start in range(0, len(data), 20):
            out.write("    " + "".join(f"{byte}," for byte in data[start:start + 20]) + "\n")
        out.write("};\n")
        rows += f'    {{"{os.path.basename(path)}", {name}}},\n'
    if table:
        out.write(f"\nconst struct opencl_builtin opencl_builtins[] = {{\n{rows}    {{0, 0}},\n}};\n")
