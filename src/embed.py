"""embed.py HEADER NAME=FILE... OUTPUT: writes OUTPUT, C source in which each NAME, which HEADER
declares, is the text of FILE."""
import sys

with open(sys.argv[-1], "w", encoding="ascii") as out:
    out.write(f'#include "{sys.argv[1]}"\n')
    for argument in sys.argv[2:-1]:
        name, path = argument.split("=", 1)
        with open(path, "rb") as source:
            data = source.read() + b"\0"
        out.write(f"\nconst char {name}[] = {{\n")
        for start in range(0, len(data), 20):
            out.write("    " + "".join(f"{byte}," for byte in data[start:start + 20]) + "\n")
        out.write("};\n")
