# cli.sh: what the tests of the program share. Source it with the name of the test as argument, and
# with WEFT (the program) and WEFT_SOURCE (the root of the sources) set. A case is: begin NAME, one
# or more runs, expectations, end. The current folder is a new, empty folder.
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
# Settings of the user must not reach the tests.
unset WEFT_DEVICE WEFT_DATA WEFT_THREADS WEFT_KERNELS COLUMNS

# linear_list SIDE CLASSES FILE: writes a list of layers with one linear layer on images of SIDE x
# SIDE.
linear_list() {
    printf '{"input": [1, %d, %d], "layers": [{"kind": "flatten"}, ' "$1" "$1" >"$3"
    printf '{"kind": "linear", "name": "out", "out_features": %d}]}' "$2" >>"$3"
}

# keep_pocl_cache: kernels that PoCL has compiled stay where they are, even with another
# XDG_CACHE_HOME.
keep_pocl_cache() {
    if [ -z "${POCL_CACHE_DIR:-}" ] && [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ]; then
        export POCL_CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/pocl/kcache
    fi
}

begin() {
    name=$1
    problems=""
    skipped=""
}

problem() {
    problems+="  $1"$'\n'
}

# end: counts the case. One that could not run here is a skip, unless it failed before.
end() {
    if [ -n "$skipped" ] && [ -z "$problems_before" ]; then
        skip "$suite: $name" "$skipped"
    elif [ -z "$problems" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s  last run: weft %s\n' "$name" "$problems" "$ran"
        sed 's/^/    stderr: /' "$work/err" | head -n 5
        sed 's/^/    stdout: /' "$work/out" | head -n 5
    fi
}

# run ARGUMENTS...: runs weft: its exit code is in $code, its output in $work/out and $work/err.
run() {
    ran=$*
    "$weft" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# need_terminal: whether there are pseudo-terminals. Without one, the case becomes a skip.
need_terminal() {
    if [ -z "${no_terminal+known}" ]; then
        no_terminal=$(python3 "$source/tools/maintain/on_terminal.py" --check)
    fi
    if [ -n "$no_terminal" ] && [ -z "$skipped" ]; then
        skipped=$no_terminal
        problems_before=$problems
    fi
    [ -z "$no_terminal" ]
}

# on_terminal ARGUMENTS...: as run, on a pseudo-terminal: its output is in $work/out. Types Ctrl-C
# as soon as the output contains all texts of the array interrupt_at.
on_terminal() {
    ran="$* on a terminal"
    if ! need_terminal; then
        : >"$work/out"
        : >"$work/err"
        code=0
        return
    fi
    python3 "$source/tools/maintain/on_terminal.py" "${interrupt_at[@]/#/--interrupt-at=}" "$weft" "$@" >"$work/out" 2>"$work/err"
    code=$?
}

# interrupted STREAM TEXT SIGNALS ARGUMENTS...: as run, and sends the signals as soon as STREAM (out
# or err) contains TEXT. $code is 128 + N if signal N ended weft.
interrupted() {
    ran="${*:4}, interrupted by $3"
    python3 "$source/tests/support/interrupt.py" "$work" "$weft" "$@" </dev/null
    code=$?
}

# plant NAME FILE SED: copies cl/ to the folder $kernels and changes FILE there.
plant() {
    kernels=$work/files/$1
    cp -r "$source/cl" "$kernels"
    sed -i "$3" "$kernels/$2"
    ! cmp -s "$kernels/$2" "$source/cl/$2" || problem "the fault was not planted"
}

expect_code() {
    [ "$code" -eq "$1" ] || problem "exit code $code, not $1"
}

# expect_text out|err TEXT: the stream contains TEXT.
expect_text() {
    grep -qF -- "$2" "$work/$1" || problem "std$1 lacks: $2"
}

expect_no_text() {
    ! grep -qF -- "$2" "$work/$1" || problem "std$1 contains: $2"
}

expect_empty() {
    [ ! -s "$work/$1" ] || problem "std$1 is not empty"
}

expect_same() {
    cmp -s "$1" "$2" || problem "$1 and $2 differ"
}

# expect_json EXPRESSION: stdout is JSON Lines, each with "event", and the Python expression over
# their list e is true.
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

# refuses CODE TEXT ARGUMENTS...: a case: weft ends with CODE, prints "weft: ...TEXT..." on stderr
# and nothing on stdout, and leaves no file.
refuses() {
    local expected=$1 text=$2
    shift 2
    begin "refuses: $*"
    run "$@"
    expect_code "$expected"
    expect_text err "$text"
    [ "$(head -c 6 "$work/err")" = "weft: " ] || problem "stderr does not begin with 'weft: '"
    expect_empty out
    [ -z "$(ls -A)" ] || problem "it left: $(ls -A)"
    end
    rm -rf "$work/here/"* "$work/here/".[!.]*
}

# skip WHAT WHY: reports a test that cannot run here. tools/test lists it.
skip() {
    printf 'SKIP %s: %s\n' "$1" "$2"
    if [ -n "${WEFT_SKIPS:-}" ]; then
        printf '%s: %s\n' "$1" "$2" >>"$WEFT_SKIPS"
    fi
}

# skip_all WHY: ends a test of which nothing can run here, before its first case. The test program counts
# as one that passed, because one without a passed case is a failure.
skip_all() {
    skip "$suite" "$1"
    passed=$((passed + 1))
    finish
}

finish() {
    printf '%s: %d passed, %d failed\n' "$suite" "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
