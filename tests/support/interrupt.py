"""interrupt.py FOLDER PROGRAM STREAM TEXT SIGNALS ARGUMENTS...: runs PROGRAM with the ARGUMENTS, sends it the SIGNALS (names, with
spaces between) as soon as TEXT stands on STREAM (out or err), 0.2 s between them, and keeps its output in FOLDER/out and
FOLDER/err. Ends with its exit code; 128 + N where signal N ended it."""
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
    """Background jobs ignore SIGINT: the program must not."""
    for number in signal.SIGINT, signal.SIGTERM:
        signal.signal(number, signal.SIG_DFL)


def copy(source, name):
    with open(os.path.join(folder, name), "wb") as to:
        for line in source:
            to.write(line)
            if name == stream and not sent and text.encode() in line:
                sent.append(name)
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
sys.exit(code if code >= 0 else 128 - code)
