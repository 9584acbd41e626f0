#!/bin/sh
# on_oclgrind.sh PROGRAM: runs a Check program on Oclgrind's simulated device, which watches each access to memory, barriers and
# races between work-items. What it reports fails the program, which would not notice: a wrong read may give a right result.
set -u

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
# All tests in one process, because each process begins the log anew.
CK_FORK=no oclgrind --data-races --log "$log" "$@"
code=$?
if [ -s "$log" ]; then
    echo "Oclgrind reports:"
    head -n 50 "$log"
    exit 1
fi
exit $code
