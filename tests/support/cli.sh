# cli.sh: what the tests of the program share. Source it with WEFT (the program) and WEFT_SOURCE
# (the root of the sources) set, and the name of the suite. A case is: begin NAME, one or more runs,
# expectations, end. Runs take place in an empty folder of their own.
# shellcheck shell=bash

suite=$1
passed=0
failed=0
weft=${WEFT:?the program}
source=$(cd "${WEFT_SOURCE:?the root of the sources}" && pwd)
# shellcheck disable=SC2034 # for the tests
sample=$source/data/sample
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/here" "$work/files"
cd "$work/here" || exit 1
interrupt_at=()
# Only what a test says counts.
unset WEFT_DEVICE WEFT_DATA WEFT_THREADS WEFT_KERNELS COLUMNS

# linear_list SIDE CLASSES FILE: a list of layers, one linear layer on images of SIDE x SIDE.
linear_list() {
    printf '{"input": [1, %d, %d], "layers": [{"kind": "flatten"}, ' "$1" "$1" >"$3"
    printf '{"kind": "linear", "name": "out", "out_features": %d}]}' "$2" >>"$3"
}

begin() {
    name=$1
    problems=""
}

problem() {
    problems+="  $1"$'\n'
}

end() {
    if [ -z "$problems" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s  last run: weft %s\n' "$name" "$problems" "$ran"
        sed 's/^/    stderr: /' "$work/err" | head -n 5
        sed 's/^/    stdout: /' "$work/out" | head -n 5
    fi
}

# Runs weft with the arguments: its exit code in $code, its output in $work/out and $work/err.
run() {
    ran=$*
    "$weft" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# on_terminal ARGUMENTS...: runs weft on a terminal of its own, as run does: what it shows is in $work/out. Ctrl-C is typed there once
# all texts of the array interrupt_at have been shown.
on_terminal() {
    ran="$* on a terminal"
    python3 "$source/tools/maintain/on_terminal.py" "${interrupt_at[@]/#/--interrupt-at=}" "$weft" "$@" >"$work/out" 2>"$work/err"
    code=$?
}

# interrupted STREAM TEXT SIGNALS ARGUMENTS...: runs weft, as run does, and sends it the signals as soon as TEXT stands on STREAM (out or
# err); code is 128 + N where signal N ended it.
interrupted() {
    ran="${*:4}, interrupted by $3"
    python3 "$source/tests/support/interrupt.py" "$work" "$weft" "$@" </dev/null
    code=$?
}

# plant NAME FILE SED: a copy of cl/ with FILE changed, whose folder is in $kernels.
plant() {
    kernels=$work/files/$1
    cp -r "$source/cl" "$kernels"
    sed -i "$3" "$kernels/$2"
    ! cmp -s "$kernels/$2" "$source/cl/$2" || problem "the fault was not planted"
}

expect_code() {
    [ "$code" -eq "$1" ] || problem "exit code $code, not $1"
}

# expect_text out|err TEXT: the stream holds TEXT.
expect_text() {
    grep -qF -- "$2" "$work/$1" || problem "std$1 lacks: $2"
}

expect_no_text() {
    ! grep -qF -- "$2" "$work/$1" || problem "std$1 holds: $2"
}

expect_empty() {
    [ ! -s "$work/$1" ] || problem "std$1 is not empty"
}

expect_same() {
    cmp -s "$1" "$2" || problem "$1 and $2 differ"
}

# Stdout is JSON Lines, each with "event", and the Python expression over their list e is true.
expect_json() {
    python3 - "$work/out" "$1" <<'PYTHON' 2>"$work/python" ||
import json, sys
def refuse(name):
    raise ValueError("not JSON: " + name)
e = [json.loads(line, parse_constant=refuse) for line in open(sys.argv[1])]
assert e and all("event" in x for x in e), "no events"
assert eval("(" + sys.argv[2] + ")"), "false"
PYTHON
        problem "JSON: not $1: $(tail -n 1 "$work/python")"
}

# refuses CODE TEXT ARGUMENTS...: weft ends with CODE, says "weft: ...TEXT..." on stderr and nothing
# on stdout, and leaves no file.
refuses() {
    local wanted=$1 text=$2
    shift 2
    begin "refuses: $*"
    run "$@"
    expect_code "$wanted"
    expect_text err "$text"
    [ "$(head -c 6 "$work/err")" = "weft: " ] || problem "stderr does not begin with 'weft: '"
    expect_empty out
    [ -z "$(ls -A)" ] || problem "it left: $(ls -A)"
    end
    rm -rf "$work/here/"* "$work/here/".[!.]*
}

# skip WHAT WHY: seen, and added up by tools/test.
skip() {
    printf 'SKIP %s: %s\n' "$1" "$2"
    if [ -n "${WEFT_SKIPS:-}" ]; then
        printf '%s: %s\n' "$1" "$2" >>"$WEFT_SKIPS"
    fi
}

finish() {
    printf '%s: %d passed, %d failed\n' "$suite" "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
