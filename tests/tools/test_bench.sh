#!/bin/bash
# test_bench.sh: tools/bench/run with a program in the place of PyTorch, whose times are known: it
# takes the fastest setting, reports those that fail, and fails when a bound is exceeded.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_bench

# played SECONDS: a Python whose PyTorch needs so long, and a second less with fused Adam. It cannot
# compile.
played() {
    cat >"$work/files/python" <<PYTHON
#!/usr/bin/env python3
import json, sys
words = sys.argv[3:]
ways = words[words.index("--ways") + 1 :] if "--ways" in words else ["fused" if "fused" in words else "plain"]
def seconds(way):
    return "RuntimeError: no compiler" if "compile" in way else $1 - ("fused" in way)
if sys.argv[1] != "-c":
    print(json.dumps({"times": [seconds(way) for way in ways], "torch": "9.9", "threads": 2}))
PYTHON
    chmod +x "$work/files/python"
}

# bench ARGUMENTS...: runs tools/bench/run: its exit code is in $code, its output in $work/out.
bench() {
    ran="tools/bench/run $*"
    "$source/tools/bench/run" --weft "$weft" --device cpu --data "$sample" --torch "$work/files/python" \
        --pairs 2 "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

begin "weft is faster than a PyTorch of a thousand seconds"
played 1000
bench --check --only "another network" --markdown
expect_code 0
expect_empty err
expect_text out "PyTorch 9.9, as installed, plain: 1000.000 s"
expect_text out "fused,compile: not available: RuntimeError: no compiler"
expect_text out "fastest: PyTorch 9.9, as installed, fused"
grep -q "^| another network, 100 steps, to PyTorch 9.9, as installed, fused | .* | 999 s | 0.00. (.*) | at most 1, aim 0.7 | pass |$" "$work/out" ||
    problem "no row with the verdict"
end

begin "an example network"
bench --check --only lenet5 --steps 1
expect_code 0
expect_text out "fastest: PyTorch 9.9, as installed, fused"
grep -q "^lenet5, 1 steps, to PyTorch 9.9, .* at most 1, aim 0.7  *pass$" "$work/out" || problem "no row with the verdict"
end

begin "a bound that is exceeded"
played 1.000001
bench --check --only "batch 1,000" --steps 1
expect_code 1
grep -q "^batch 1,000, 1 steps, to PyTorch 9.9, as installed, fused .* at most 0.2, aim 0.12  *FAIL$" "$work/out" ||
    problem "no row with the verdict"
end

begin "an epoch and an evaluation, without bounds"
bench --steps 1
expect_code 0
expect_text out "weft, OpenCL: "
expect_text out "of the time of PyTorch 9.9, as installed, fused"
end
finish
