#!/bin/bash
# test_warning.sh: a device that violates OpenCL's rules: weft train and evaluate warn once, and
# auto does not choose it.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_warning
device="Portable Computing"
if ! "$weft" devices 2>/dev/null | grep -q "$device"; then
    skip "warnings of a device" "PoCL is not there"
    printf 'cli_warning: 1 passed, 0 failed\n'
    exit 0
fi
train=(train --data "$sample" --steps 2)

# warns TEXT: there is one warning, with TEXT and "weft verify".
warns() {
    [ "$(grep -c "weft: warning: " "$work/err")" -eq 1 ] || problem "not one warning"
    expect_text err "$1"
    expect_text err "weft verify"
}

begin "a correct device"
run "${train[@]}" --device "$device" --quiet --out sound
expect_code 0
expect_empty err
grep -q '"warning": null' sound/run.json || problem "run.json has a warning"
end

begin "contraction despite the pragma"
plant contraction numerics.h 's/FP_CONTRACT OFF/FP_CONTRACT ON/'
run "${train[@]}" --device "$device" --kernels "$kernels" --quiet --out contraction
expect_code 0
warns "section 6.10: FP_CONTRACT OFF"
grep -q '"warning": ".*6.10' contraction/run.json || problem "run.json has no warning"
run evaluate contraction --data "$sample" --device "$device" --kernels "$kernels" --json
expect_code 0
warns "section 6.10: FP_CONTRACT OFF"
end

begin "such a device is not the default"
run "${train[@]}" --kernels "$kernels" --out default
expect_code 0
if "$weft" devices 2>/dev/null | grep -A 4 "^\*" | grep -q "$device"; then
    expect_text err "using cpu instead"
    expect_text err "section 6.10"
    [ "$(grep -c '^weft: warning: ' "$work/err")" -eq 1 ] || problem "not one warning"
    run "${train[@]}" --kernels "$kernels" --out default --force --json
    expect_json "[x['code'] for x in e if x['event'] == 'warning'] == ['device-skipped']"
fi
grep -q '"warning": null' default/run.json || problem "the CPU backend has a warning"
end

begin "an fma with two roundings"
plant fma probe.cl 's/to\[1\] = fma(a, b, c)/to[1] = product + c/'
run "${train[@]}" --device "$device" --kernels "$kernels" --json --out fma
expect_code 0
warns "fma is correctly rounded"
expect_json "e[0]['event'] == 'start' and '7.4' in e[0]['warning']"
end

begin "a compiler with fast-math options"
run "${train[@]}" --device "$device" --cl-options=-cl-fast-relaxed-math --quiet --out fast
expect_code 0
warns "OpenCL 1.2, section"
end
finish
