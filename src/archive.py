"""archive.py OUTPUT OBJCOPY AR CC... -- ARCHIVE...

Makes the static library OUTPUT of all objects of the archives: one object, in which the symbols that
the shared library does not export are local, so that they cannot clash with those of a program.
"""
import os
import subprocess
import sys

output, objcopy, ar, *rest = sys.argv[1:]
split = rest.index("--")
compiler, archives = rest[:split], rest[split + 1:]
linked = output + ".o"
subprocess.run(compiler + ["-r", "-nostdlib", "-o", linked, "-Wl,--whole-archive", *archives], check=True)
subprocess.run([objcopy, "--localize-hidden", linked], check=True)
if os.path.exists(output):
    os.remove(output)
subprocess.run([ar, "rcs", output, linked], check=True)
os.remove(linked)
