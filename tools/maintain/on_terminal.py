"""on_terminal.py: runs a program on a pseudo-terminal. Other programs import run().

usage: on_terminal.py [--interrupt-at=TEXT]... COMMAND...
       on_terminal.py --check

Writes the output of COMMAND to stdout and ends with its exit code. Types Ctrl-C as soon as the output contains every
TEXT. With --check, prints why there is no pseudo-terminal here, and ends with 1, or ends with 0.
"""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading

END = b"\x1b_the program has ended\x1b\\"


def missing():
    """Returns why there is no pseudo-terminal, and what helps, or None: a chroot or a container may lack /dev/pts."""
    try:
        for descriptor in pty.openpty():
            os.close(descriptor)
    except OSError as error:
        return f"no pseudo-terminal here ({error.strerror or error}): mount -t devpts -o ptmxmode=666 devpts /dev/pts"
    return None


def run(command, size=None, environment=None, interrupt_at=()):
    """Returns the exit code and the output, with the line ends of a terminal. size: columns and lines; None: unknown."""
    terminal, inside = pty.openpty()
    if size is not None:
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    program = subprocess.Popen(command, env=environment, stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    # If the program closes the terminal, a read can fail before it has returned the last bytes. So the terminal stays open
    # here, and END is written after the program's output.
    threading.Thread(target=lambda: (program.wait(), os.write(inside, END)), daemon=True).start()
    shown = b""
    waiting = len(interrupt_at) > 0
    while END not in shown:
        shown += os.read(terminal, 65536)
        if waiting and all(text.encode() in shown for text in interrupt_at):
            os.write(terminal, b"\x03")
            waiting = False
    os.close(terminal)
    os.close(inside)
    return program.wait(), shown.partition(END)[0]


def main():
    arguments, texts = sys.argv[1:], []
    reason = missing()
    if reason is not None:
        print(reason, file=sys.stdout if arguments == ["--check"] else sys.stderr)
        sys.exit(1)
    if arguments == ["--check"]:
        return
    while arguments[0].startswith("--interrupt-at="):
        texts.append(arguments.pop(0).partition("=")[2])
    code, shown = run(arguments, interrupt_at=texts)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
