#!/usr/bin/env python3
"""tally.py: adds up what a run of the tests printed, for tools/test.

usage: tests/support/tally.py TESTLOG

Reads Meson's meson-logs/testlog.json, one object a program. Each program prints "NAME: N passed, N failed". A program that
did not, or that failed with 0 tests failed (it crashed, or took too long), counts as one failure.

Prints a line for each program with failures, and "PASSED FAILED" last. Ends with 1 when the log can not be read.
"""
import json
import re
import sys

COUNTS = re.compile(r"^[\w -]+: (\d+) passed, (\d+) failed", re.MULTILINE)


def count(program):
    """Returns passed and failed tests of a program, and why it failed, or None."""
    output = program.get("stdout", "")
    lines = COUNTS.findall(output)
    end = "%s, exit code %s" % (program["result"], program["returncode"])
    if not lines:
        return 0, 1, "no line that counts its tests (%s)" % end
    passed, failed = map(int, lines[-1])
    if failed == 0 and program["result"] != "OK":
        return passed, 1, "ended badly (%s)" % end
    return passed, failed, "%d failed" % failed if failed else None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    passed = failed = 0
    try:
        with open(sys.argv[1], encoding="utf-8") as log:
            programs = [json.loads(line) for line in log]
    except (OSError, ValueError) as error:
        sys.exit("tally: %s: %s" % (sys.argv[1], error))
    for program in programs:
        more_passed, more_failed, why = count(program)
        passed += more_passed
        failed += more_failed
        if why is not None:
            print("FAILED %s: %s" % (program["name"], why))
    print(passed, failed)


main()
