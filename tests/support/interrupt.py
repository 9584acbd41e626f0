"""interrupt.py: sends signals to a program.

usage: interrupt.py FOLDER PROGRAM STREAM TEXT SIGNALS ARGUMENTS...

Runs PROGRAM with the ARGUMENTS and writes its output to FOLDER/out and FOLDER/err. Sends the SIGNALS (names with spaces
between them), 0.2 s apart, as soon as a line on STREAM (out or err) contains TEXT, or the seconds in the variable DELAY
later. Ends with the exit code of PROGRAM, or 128 + N if signal N ended it.
"""
import os
import signal
import subprocess
import sys
import threading
import time

folder, program, stream, text, names = sys.argv[1:6]
signals = [getattr(signal, name) for name in names.split()]
sent = []


def default():
    """Restores the default handlers: background jobs ignore SIGINT, and nohup SIGHUP."""
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, signal.SIG_DFL)


def copy(source, name):
    with open(os.path.join(folder, name), "wb") as to:
        for line in source:
            to.write(line)
            if name == stream and not sent and text.encode() in line:
                time.sleep(float(os.environ.get("DELAY", "0")))
                sent.append(time.monotonic())
                process.send_signal(signals[0])
                for number in signals[1:]:
                    time.sleep(0.2)
                    process.send_signal(number)


process = subprocess.Popen([program] + sys.argv[6:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=default)
copies = [threading.Thread(target=copy, args=pair) for pair in ((process.stdout, "out"), (process.stderr, "err"))]
for thread in copies:
    thread.start()
for thread in copies:
    thread.join()
code = process.wait(timeout=600)
with open(os.path.join(folder, "seconds"), "w") as to:
    to.write("%.2f" % (time.monotonic() - sent[0] if sent else 0))
sys.exit(code if code >= 0 else 128 - code)
