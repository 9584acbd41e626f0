#!/usr/bin/env python3
"""screen.py: runs a command on a terminal and checks its output.

usage: screen.py COLUMNS [NAME=VALUE...] -- COMMAND...

Prints a line for each error, and ends with 1 if there is one:
- no line is wider than COLUMNS, except messages of weft and what users copy: a hash, a path, PyTorch's notation;
- a line that is drawn repeatedly leaves the last column free;
- with NO_COLOR or TERM=dumb there is no escape sequence, and with TERM=dumb no line is drawn again;
- without a UTF-8 locale there is nothing but ASCII.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "maintain"))
import on_terminal

ESCAPE = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")


def may_be_wide(line):
    return re.search(r"[0-9a-f]{64}|/\S*/|^weft: |^  \(\w+\): |^\S+\.\S+ +\S+$", line)


def check(columns, environment, shown):
    if b"\x1b" in ESCAPE.sub(b"", shown):
        yield "an escape sequence that is not a colour"
    if ("NO_COLOR" in environment or environment["TERM"] == "dumb") and b"\x1b" in shown:
        yield "escape sequences"
    if environment["TERM"] == "dumb" and b"\r" in shown.replace(b"\r\n", b"\n"):
        yield "a line that is drawn again"
    text = ESCAPE.sub(b"", shown).replace(b"\r\n", b"\n").decode("utf-8", "replace")
    if "UTF-8" not in environment["LC_ALL"] and not text.isascii():
        yield "characters beyond ASCII"
    for line in text.split("\n"):
        drawn = line.split("\r")
        for piece in drawn[:-1]:
            if len(piece) > columns - 1:
                yield "drawn wider than the terminal: " + piece
        if len(drawn[-1]) > columns and not may_be_wide(drawn[-1]):
            yield "%d columns: %s" % (len(drawn[-1]), drawn[-1])


def main():
    split = sys.argv.index("--")
    columns = int(sys.argv[1])
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "COLORTERM", "LANG")}
    environment.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    environment.update(pair.split("=", 1) for pair in sys.argv[2:split])
    code, shown = on_terminal.run(sys.argv[split + 1 :], (columns, 24), environment)
    problems = list(check(columns, environment, shown))
    if code not in (0, 1):
        problems.append("exit code %d: %s" % (code, shown[-300:]))
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
