"""peak.py: the memory that a program takes.

usage: peak.py LIMIT PROGRAM ARGUMENTS...

Runs PROGRAM with the ARGUMENTS and ends with its exit code, or with 99 and a line on stderr if it took more than LIMIT MiB.
"""
import resource
import subprocess
import sys

code = subprocess.call(sys.argv[2:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
if peak > int(sys.argv[1]):
    print("it took %d MiB" % peak, file=sys.stderr)
    code = 99
sys.exit(code if code >= 0 else 128 - code)
