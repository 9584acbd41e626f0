#!/usr/bin/env python3
"""tally.py: adds up the results of a run of the tests, for tools/test.

usage: tests/support/tally.py TESTLOG [LATER]...

A program in LATER, the log of a further run of some of them, replaces the one before. Reads Meson's
meson-logs/testlog.json, which has one object for each program. Each program prints "NAME: N passed, N failed". A
program without that line, or one that failed without a failed test (a crash, a timeout), is one failure.

Prints a line for each program with failures, then the lines of its failed tests, and last "PASSED FAILED". Ends with 1 if the log cannot be read.
"""
import json
import re
import sys

COUNTS = re.compile(r"^[\w -]+: (\d+) passed, (\d+) failed", re.MULTILINE)
FAILED = re.compile(r"^(?:FAILED .*(?:\n  .*)?|.*:[FE]:.*)", re.MULTILINE)  # of a script, with one reason, or of Check
MOST = 10  # lines of a program


def count(program):
    """Returns the passed and failed tests of a program, and the reason of a failure or None."""
    output = program.get("stdout", "")
    lines = COUNTS.findall(output)
    end = "%s, exit code %s" % (program["result"], program["returncode"])
    if not lines:
        return 0, 1, "no line with its number of tests (%s)" % end
    passed, failed = map(int, lines[-1])
    if failed == 0 and program["result"] != "OK":
        return passed, 1, "failed after its tests (%s)" % end
    return passed, failed, "%d failed" % failed if failed else None


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    passed = failed = 0
    programs = {}
    for path in sys.argv[1:]:
        try:
            with open(path, encoding="utf-8") as log:
                programs.update((program["name"], program) for program in map(json.loads, log))
        except (OSError, ValueError) as error:
            sys.exit("tally: %s: %s" % (path, error))
    for program in programs.values():
        more_passed, more_failed, why = count(program)
        passed += more_passed
        failed += more_failed
        if why is not None:
            print("FAILED %s: %s" % (program["name"], why))
            for test in FAILED.findall(program.get("stdout", ""))[:MOST]:
                print("FAILED   " + " ".join(test.split()))
    print(passed, failed)


main()
