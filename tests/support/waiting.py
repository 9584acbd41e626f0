"""waiting.py: interrupts a program that waits for another one.

usage: waiting.py FOLDER SIGNAL STDOUT PROGRAM ARGUMENTS...

Runs PROGRAM with the ARGUMENTS. Sends SIGNAL once PROGRAM has waited for 0.3 s without using the processor, and prints how
many seconds it then took to end. Writes its stderr to FOLDER/err. STDOUT is "file", for FOLDER/out, or "full", for a pipe that
is full and never read. Ends with the exit code of PROGRAM, 128 + N if signal N ended it, 97 if it never waited, or 98 if it did
not end within 5 s.
"""
import fcntl
import os
import signal
import subprocess
import sys
import time

folder, name, where = sys.argv[1:4]


def default():
    """Restores the default handlers: background jobs ignore SIGINT."""
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.SIG_DFL)


def used(pid):
    """The processor time of the process and its state, or None after its end."""
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rpartition(")")[2].split()
    return fields[0], fields[11], fields[12]


if where == "full":
    reader, out = os.pipe()
    flags = fcntl.fcntl(out, fcntl.F_GETFL)
    fcntl.fcntl(out, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    try:
        while True:
            os.write(out, b"x" * 4096)
    except BlockingIOError:
        fcntl.fcntl(out, fcntl.F_SETFL, flags)
else:
    out = open(folder + "/out", "wb")
with open(folder + "/err", "wb") as err:
    process = subprocess.Popen(sys.argv[4:], stdout=out, stderr=err, stdin=subprocess.DEVNULL, preexec_fn=default)
before, since, end = None, time.monotonic(), time.monotonic() + 60
while process.poll() is None and time.monotonic() < end:
    now = used(process.pid)
    if now != before or now[0] != "S":
        before, since = now, time.monotonic()
    elif time.monotonic() - since > 0.3:
        break
    time.sleep(0.05)
if process.poll() is not None:
    print("it ended with %d without a wait" % process.returncode)
    sys.exit(97)
start = time.monotonic()
process.send_signal(getattr(signal, name))
try:
    code = process.wait(timeout=5)
except subprocess.TimeoutExpired:
    process.kill()
    sys.exit(98)
print("%.2f" % (time.monotonic() - start))
sys.exit(code if code >= 0 else 128 - code)
