"""terminal_picture.py: draws the output of a program on a terminal as SVG.

usage: terminal_picture.py OUT.svg COLUMNS COMMAND...

Runs COMMAND on a terminal with COLUMNS columns and colours, and draws the command and its output. Knows the control
sequences that weft prints: colours, carriage return and "erase to the end of the line".
"""
import os
import re
import shlex
import sys
from collections import defaultdict
from xml.sax.saxutils import escape

import on_terminal

CELL, LINE, EDGE, TOP = 8.4, 18, 14, 34
NBSP = "\u00a0"  # SVG joins adjacent spaces
PAPER, INK, BAR = "#0d1117", "#e6edf3", "#21262d"
SIXTEEN = ("#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 "
           "#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff").split()


def run(columns, command):
    """The output of COMMAND."""
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environment.update(COLUMNS=str(columns), LINES="50", TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8", LC_ALL="C.UTF-8")
    code, shown = on_terminal.run(command, (columns, 50), environment)
    if code != 0:
        sys.exit(f"terminal_picture: {shlex.join(command)} ended with {code}: {shown.decode(errors='replace')}")
    return shown.decode()


def indexed(number):
    if number < 16:
        return SIXTEEN[number]
    if number < 232:
        parts = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
        return "#%02x%02x%02x" % tuple(0 if part == 0 else 55 + 40 * part for part in parts)
    return "#%02x%02x%02x" % ((8 + 10 * (number - 232),) * 3)


def change(style, numbers):
    """The style (ink, paper, bold, faint) after the numbers of an escape sequence that ends in m."""
    ink, paper, bold, faint = style
    numbers = [int(n or 0) for n in numbers.split(";")]
    while numbers:
        n = numbers.pop(0)
        if n == 0:
            ink, paper, bold, faint = None, None, False, False
        elif n in (1, 2, 22):
            bold, faint = (n == 1 or bold and n == 2), (n == 2 or faint and n == 1)
        elif n in (38, 48):
            if numbers.pop(0) == 5:
                colour = indexed(numbers.pop(0))
            else:
                colour, numbers = "#%02x%02x%02x" % tuple(numbers[:3]), numbers[3:]
            ink, paper = (colour, paper) if n == 38 else (ink, colour)
        elif n == 39:
            ink = None
        elif n == 49:
            paper = None
        elif 30 <= n <= 37 or 90 <= n <= 97:
            ink = SIXTEEN[n - 30 if n < 90 else n - 82]
        else:
            sys.exit(f"terminal_picture: escape sequence {n} m is unknown")
    return ink, paper, bold, faint


def screen(text, columns):
    """Lines of {column: (character, style)}. A line that is too long continues in the next."""
    lines, column, style = [{}], 0, (None, None, False, False)
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]", text):
        if token[0] == "\x1b":
            if token[-1] == "m":
                style = change(style, token[2:-1])
            elif token[-1] == "K":
                lines[-1] = {k: v for k, v in lines[-1].items() if k < column and token != "\x1b[2K"}
        elif token == "\n":
            lines.append({})
            column = 0
        elif token == "\r":
            column = 0
        else:
            if column == columns:
                lines.append({})
                column = 0
            lines[-1][column] = (token, style)
            column += 1
    while lines and not lines[-1]:
        lines.pop()
    return lines


def draw(lines, columns, title):
    width, height = round(columns * CELL + 2 * EDGE), len(lines) * LINE + TOP + EDGE
    boxes, words = defaultdict(list), []
    for row, line in enumerate(lines):
        y, runs, halves = TOP + row * LINE, [], ([], [])
        for column, (character, (ink, paper, bold, faint)) in sorted(line.items()):
            half = character == "\u2580"  # the upper half in ink, the lower in paper
            for place, colour in enumerate([ink if half else paper, paper]):
                last = halves[place][-1] if halves[place] else None
                if colour and last and last[0] == colour and last[1] + last[2] == column:
                    last[2] += 1
                elif colour:
                    halves[place].append([colour, column, 1])
            if half:
                continue
            if runs and runs[-1][0] + len(runs[-1][1]) == column and runs[-1][2] == (ink, bold, faint):
                runs[-1][1] += character
            else:
                runs.append([column, character, (ink, bold, faint)])
        for place in 0, 1:
            for colour, column, count in halves[place]:
                wide = f"{count * CELL:.1f}"
                boxes[colour].append(f"M{EDGE + column * CELL:.1f} {y + place * LINE // 2}h{wide}v{LINE // 2}h-{wide}z")
        for column, text, (ink, bold, faint) in runs:
            start = column + len(text) - len(text.lstrip())
            text = text.strip()
            if text:
                how = (f' fill="{ink}"' if ink else "") + (' font-weight="bold"' if bold else "") + (' opacity="0.6"' if faint else "")
                words.append(f'<text x="{EDGE + start * CELL:.1f}" y="{y + 13.5}" textLength="{len(text) * CELL:.1f}"{how}>'
                             f"{escape(text).replace(' ', NBSP)}</text>")
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="{INK}">',
        f"<title>{escape(title)}</title>", f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
        f'<path d="M0 24V8a8 8 0 0 1 8-8H{width - 8}a8 8 0 0 1 8 8v16z" fill="{BAR}"/>',
        *[f'<circle cx="{16 + 18 * i}" cy="12" r="5" fill="#6e7681"/>' for i in range(3)],
        *[f'<path fill="{colour}" shape-rendering="crispEdges" d="{"".join(paths)}"/>' for colour, paths in boxes.items()],
        *words, "</svg>", ""])


def main():
    out, columns, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    shown = " ".join([os.path.basename(command[0])] + [shlex.quote(word) for word in command[1:]])
    lines = screen(f"$ {shown}\n" + run(columns, command).replace("\r\n", "\n"), columns)
    with open(out, "w", encoding="utf-8") as file:
        file.write(draw(lines, columns, shown))


main()
