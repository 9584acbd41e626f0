"""calls.py: stops weft at its system calls, with strace: kills it there, or makes the call fail."""
import os
import re
import shutil
import subprocess

from deep import TIMEOUT, Run

NAMES = ("write,pwrite64,writev,fsync,fdatasync,ftruncate,fallocate,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,"
         "link,linkat,symlink,unlink,unlinkat,rmdir,chmod,fchmod,flock")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)")


def missing():
    """Returns why strace cannot be used here, or None."""
    if shutil.which("strace") is None:
        return "there is no strace here"
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return None if done.returncode == 0 else "strace cannot trace here: %s" % done.stderr.decode(errors="replace").strip()


def require(deep):
    """Ends the program if strace cannot be used here."""
    why = missing()
    if why is not None:
        deep.skip(why)


def strace(deep, command, folder, options):
    """Runs a command of weft under strace."""
    words = ["strace", "-f", "-qq", "-y"] + options + [deep.program] + command
    try:
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, env=deep.environment, capture_output=True,
                              timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as late:
        return Run(None, "", (late.stderr or b"").decode(errors="replace"))
    return Run(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def list_calls(deep, command, folder, path):
    """Runs a command that must succeed. Returns its calls that concern files with path in their names and change something:
    (name, number among all calls of that name, text)."""
    log = os.path.join(deep.folder(), "log")
    run = strace(deep, command, folder, ["-o", log, "-e", "trace=" + NAMES])
    if run.code != 0:
        raise SystemExit("weft %s ended with %s: %s" % (" ".join(command), run.code, run.err))
    calls, counts, process = [], {}, None
    with open(log, encoding="utf-8", errors="replace") as lines:
        for match in filter(None, map(LINE.match, lines)):
            number, name, text = match.groups()
            process = process or number
            if number != process:
                continue
            counts[name] = counts.get(name, 0) + 1
            reads = name in ("open", "openat") and "O_WRONLY" not in text and "O_RDWR" not in text
            if path in text and not reads:
                calls.append((name, counts[name], text))
    return calls


def inject(deep, command, folder, call, what):
    """Runs a command; what happens to call is what: "signal=KILL", "error=ENOSPC"."""
    return strace(deep, command, folder, ["-o", "/dev/null", "-e", "trace=" + call[0],
                                          "-e", "inject=%s:%s:when=%d" % (call[0], what, call[1])])
