#!/bin/sh
# on_oclgrind.sh PROGRAM: runs a Check program on the simulated device of Oclgrind, which checks
# memory accesses, barriers and races between work-items. A report of Oclgrind is a failure even if
# the program's results are right.
set -u

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
# All tests run in one process, because each process overwrites the log.
CK_FORK=no oclgrind --data-races --log "$log" "$@"
code=$?
if [ -s "$log" ]; then
    echo "Oclgrind reports:"
    head -n 50 "$log"
    exit 1
fi
exit $code
