"""manual.py VERSION FOLDER HEADER...

Makes the manual page weft(3) in FOLDER from the comments and declarations of the public headers, and for each function a
page that shows it, so that "man weft_train" works. The format is man(7).
"""
import os
import re
import sys
import textwrap

FIRST = """.TH WEFT 3 "" "weft {version}" "Library functions"
.SH NAME
weft \\- trains convolutional networks on OpenCL devices and CPUs with equal bits
.SH SYNOPSIS
.nf
.B #include <weft/weft.h>
.PP
cc \\-std=c11 program.c $(pkg\\-config \\-\\-cflags \\-\\-libs weft)
.fi
.SH DESCRIPTION
libweft does what the program
.BR weft (1)
does with networks, models, images and devices.
.B weft/weft.h
includes what nearly every program needs;
.BR weft/verify.h ,
.B weft/profile.h
and
.B weft/compare.h
are included by those who need them. Each section below is a header: what it is for, its types and its functions.
Complete programs are in
.IR share/doc/weft/examples ,
and
.I share/doc/weft/library.md
is an introduction.
"""
LAST = """.SH SEE ALSO
.BR weft (1),
.BR pkg\\-config (1)
"""


def escape(text):
    """Text that man shows as it is."""
    for character, escaped in (("\\", "\\e"), ("-", "\\-"), ("~", "\\(ti"), ("^", "\\(ha"), ("`", "\\(ga"), ("'", "\\(aq")):
        text = text.replace(character, escaped)
    return text


def line(text):
    """A line of prose: arguments in italics, names of the library in bold."""
    text = re.sub(r"\$\{([^}]*)\}", r"\\fI\1\\fR", escape(text))
    text = re.sub(r"\b(weft_\w+|WEFT_\w+)", r"\\fB\1\\fR", text)
    return "\\&" + text if text[:1] in ".'" else text


def verbatim(lines):
    return [".nf"] + ["\\&" + escape(text) for text in lines] + [".fi"]


def prose(comment):
    """A comment: paragraphs, lists whose items begin with "- ", and code that is indented."""
    text = re.sub(r"^/\*+ ?|\s*\*/$", "", comment.strip())
    lines = [re.sub(r"^\s*\* ?", "", one).rstrip() for one in text.split("\n")]
    made, code, listed = [], [], False

    def end_code():
        if code:
            made.extend([".PP", ".RS 4"] + verbatim(textwrap.dedent("\n".join(code)).split("\n")) + [".RE", ".PP"])
            code.clear()

    for number, one in enumerate(lines):
        if one.startswith("  ") and not listed or code and not one and lines[number + 1].startswith("  "):
            code.append(one)
        elif one.startswith("- "):
            end_code()
            made.extend([".IP \\(bu 2", line(one[2:])])
            listed = True
        elif not one:
            end_code()
            made.append(".PP")
            listed = False
        else:
            end_code()
            made.append(line(one.strip()))
    end_code()
    return made


def blocks(text):
    """Pairs of comment and declarations, which no empty line separates."""
    body = text[text.index("\nWEFT_BEGIN\n") + len("\nWEFT_BEGIN\n"):text.rindex("\nWEFT_END")]
    for part in re.split(r"\n\n(?!\s)", re.sub(r"/\*.*?\*/", lambda m: m.group().replace("\n\n", "\n *\n"), body, flags=re.S)):
        found = re.match(r"\s*(/\*.*?\*/)?\s*(.*)", part, re.S)
        comment, code = found.group(1) or "", found.group(2).strip()
        if comment or code:
            # Without WEFT_API, and with arguments below each other as before.
            yield comment, re.sub(r"^WEFT_API (.*?;)", lambda m: m.group(1).replace("\n" + 9 * " ", "\n"), code, flags=re.S | re.M)


def section(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    name = os.path.basename(path)
    first = re.match(r"/\*.*?\*/", text, re.S).group()
    intro = re.sub(r"^/\* \S+: (.)", lambda found: "/* " + found.group(1).upper(), first)
    made = [f".SH {name[:-2].upper()}", f".I weft/{name}", ".PP"] + prose(intro)
    names = []
    for comment, code in blocks(text):
        if code:
            made.extend([".PP"] + [".ft B"] + verbatim(code.split("\n")) + [".ft R"])
            names.extend(re.findall(r"\b(weft_\w+)\(", re.sub(r"/\*.*?\*/", "", code, flags=re.S)))
        if comment:
            made.extend([".RS 4"] + prose(comment) + [".RE"])
    return made, names


def main():
    version, folder, *headers = sys.argv[1:]
    made, names = [FIRST.format(version=version).rstrip("\n")], []
    for path in headers:
        lines, found = section(path)
        made.extend(lines)
        names.extend(found)
    with open(os.path.join(folder, "weft.3"), "w", encoding="utf-8") as file:
        file.write("\n".join(made) + "\n" + LAST)
    for name in names:
        with open(os.path.join(folder, name + ".3"), "w", encoding="utf-8") as file:
            file.write(".so man3/weft.3\n")


main()
