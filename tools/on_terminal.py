"""on_terminal.py [--interrupt-at=TEXT]... COMMAND...: runs COMMAND on a terminal of its own, writes what it shows to stdout, and ends
with its exit code. Ctrl-C is typed as soon as all TEXTs have been shown. Others import run()."""
import fcntl
import os
import pty
import struct
import sys
import termios


def run(command, size=None, environment=None, interrupt_at=()):
    """Returns the exit code and all bytes that were shown, with the terminal's line ends. size: columns and lines; None: not known."""
    process, terminal = pty.fork()
    if process == 0:
        if size is not None:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.execvpe(command[0], command, os.environ if environment is None else environment)
    shown = b""
    waiting = len(interrupt_at) > 0
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:  # the last one has left the terminal
            break
        if not some:
            break
        shown += some
        if waiting and all(text.encode() in shown for text in interrupt_at):
            os.write(terminal, b"\x03")
            waiting = False
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown


def main():
    arguments, texts = sys.argv[1:], []
    while arguments[0].startswith("--interrupt-at="):
        texts.append(arguments.pop(0).partition("=")[2])
    code, shown = run(arguments, interrupt_at=texts)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
