"""embed.py FILE... OUTPUT: writes OUTPUT, C source that holds the named files as the table
opencl_builtins (src/backend/opencl/source.h)."""
import os
import sys

with open(sys.argv[-1], "w", encoding="ascii") as out:
    out.write('#include "backend/opencl/source.h"\n\n')
    names = []
    for number, path in enumerate(sys.argv[1:-1]):
        with open(path, "rb") as source:
            data = source.read()
        out.write(f"static const char kernel_{number}[] = {{\n")
        for start in range(0, len(data) + 1, 20):
            row = (data + b"\0")[start:start + 20]
            out.write("    " + "".join(f"{byte}," for byte in row) + "\n")
        out.write("};\n")
        names.append((os.path.basename(path), number, len(data)))
    out.write("\nconst struct opencl_builtin opencl_builtins[] = {\n")
    for name, number, length in names:
        out.write(f'    {{"{name}", kernel_{number}, {length}}},\n')
    out.write("    {0, 0, 0},\n};\n")
