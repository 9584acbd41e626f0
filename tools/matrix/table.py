#!/usr/bin/env python3
"""table.py: prints the table of tools/matrix/run.

usage: tools/matrix/table.py [--markdown] SYSTEM

Reads rows of eight fields with tabs between them: result (passed, failed, skipped), implementation, way, version,
processor, training, hash or failure, seconds. Prints each row as it comes and the number of rows by result, or with
--markdown a line for each implementation. Appends skipped rows to the file named by WEFT_SKIPS, as tests do. Ends with 1
if a row failed or none passed.
"""
import datetime
import os
import sys

HEAD = ["implementation", "version", "processor", "system", "ways", "hash by training", "date"]


def read_rows():
    for line in sys.stdin:
        yield line.rstrip("\n").split("\t")


def print_row(name, version, training, text, seconds):
    print(f"{name:<46} {version[:24]:<24} {training:<9} {text:<24} {seconds:>8}", flush=True)


def join(texts, by):
    """The distinct texts, in their order."""
    return by.join(dict.fromkeys(text for text in texts if text))


def print_markdown(rows, system):
    """A line for all rows of an implementation that passed, and a line for each other row."""
    groups = {}
    for result, name, way, version, processor, training, text, _ in rows:
        key = (name, version) + (() if result == "passed" else (way, text))
        if result == "passed":
            text = f"{training} {text}"
        groups.setdefault(key, []).append((processor, way, text))
    print("| " + " | ".join(HEAD) + " |")
    print("| " + " | ".join(["---"] * len(HEAD)) + " |")
    for (name, version, *_), members in groups.items():
        processors, ways, texts = zip(*members)
        cells = [name, version, join(processors, "; "), system, join(ways, "; "), join(texts, "; "),
                 str(datetime.date.today())]
        print("| " + " | ".join(cells) + " |")


def main():
    markdown = "--markdown" in sys.argv[1:]
    system = sys.argv[-1]
    rows = []
    if not markdown:
        print_row("implementation", "version", "training", "hash", "seconds")
    for row in read_rows():
        rows.append(row)
        result, name, way, version, processor, training, text, seconds = row
        name = ", ".join(part for part in (name, way or (processor if "qemu" in name else "")) if part)
        if not markdown:
            print_row(name, version, training, text, seconds)
        if result == "skipped" and "WEFT_SKIPS" in os.environ:
            with open(os.environ["WEFT_SKIPS"], "a", encoding="utf-8") as skips:
                skips.write(f"matrix, {name}: {text}\n")
    results = [row[0] for row in rows]
    passed, failed = results.count("passed"), results.count("failed")
    if markdown:
        print_markdown(rows, system)
    else:
        print(f"matrix: {passed} passed, {failed} failed, {results.count('skipped')} skipped")
    return 1 if failed > 0 or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
