#!/bin/bash
# test_warning.sh: a device that violates OpenCL's rules: weft train and evaluate warn once, and
# auto does not choose it. Contraction, which changes no result, is a notice.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_warning
device="Portable Computing"
if ! "$weft" devices 2>/dev/null | grep -q "$device"; then
    skip_all "PoCL is not there"
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

# The device's own division is checked before it is used.
begin "a device whose division is wrong is used without it"
plant division numerics.h 's|\(weft_device_div16(a, b)\) ((a) / (b))|\1 ((a) * (1.0f / (b)))|'
run "${train[@]}" --device "$device" --kernels "$kernels" --out division --verbose
expect_code 0
expect_text err "the device's division and root are not used: a / b of "
expect_no_text err "weft: warning: "
expect_same division/model.safetensors sound/model.safetensors
run verify --quick --device "$device" --kernels "$kernels" --json
expect_code 0
end

# A compiler that contracts changes no bit of a training.
begin "contraction despite the pragma is a notice"
plant contraction numerics.h 's/FP_CONTRACT OFF/FP_CONTRACT ON/'
run "${train[@]}" --device "$device" --kernels "$kernels" --out contraction
expect_code 0
expect_text err "section 6.10: FP_CONTRACT OFF"
expect_text err "Results are equal all the same"
expect_no_text err "warning: "
expect_same contraction/model.safetensors sound/model.safetensors
grep -q '"warning": ".*6.10' contraction/run.json || problem "run.json has no warning"
run evaluate contraction --data "$sample" --device "$device" --kernels "$kernels" --quiet
expect_code 0
expect_empty err
end

begin "auto uses such a device"
run "${train[@]}" --kernels "$kernels" --out default --json
expect_code 0
if "$weft" devices 2>/dev/null | grep -A 4 "^\*" | grep -q "$device"; then
    expect_text err "section 6.10"
    expect_json "[x['code'] for x in e if x['event'] == 'warning'] == []"
    expect_json "'6.10' in e[0]['warning'] and e[0]['device']['type'] != 'builtin'"
fi
end

begin "verify reports it, and that nothing else differs"
run verify --quick --device "$device" --kernels "$kernels" --json
expect_code 1
expect_json "[(x['stage'], x['guess']) for x in e if x['event'] == 'difference'] == [('numerics', 'contraction')]"
expect_json "[x['result'] for x in e if x['event'] == 'stage'] == ['equal', 'different', 'equal', 'equal', 'equal']"
expect_json "e[-2]['result'] == 'different' and e[-2]['hash'] == e[-2]['expected_hash'] and 'the training and the evaluation have the bits' in e[-2]['diagnosis']"
end

begin "an fma with two roundings"
plant fma probe.cl 's/to\[1\] = fma(a, b, c)/to[1] = product + c/'
run "${train[@]}" --device "$device" --kernels "$kernels" --json --out fma
expect_code 0
warns "fma is correctly rounded"
expect_json "e[0]['event'] == 'start' and '7.4' in e[0]['warning']"
end

begin "such a device is not the default"
run "${train[@]}" --kernels "$kernels" --out fallback
expect_code 0
if "$weft" devices 2>/dev/null | grep -A 4 "^\*" | grep -q "$device"; then
    expect_text err "instead"
    expect_text err "fma is correctly rounded"
    [ "$(grep -c '^weft: warning: ' "$work/err")" -eq 1 ] || problem "not one warning"
    run "${train[@]}" --kernels "$kernels" --out fallback --force --json
    expect_json "[x['code'] for x in e if x['event'] == 'warning'] == ['device-skipped']"
fi
grep -q '"warning": null' fallback/run.json || problem "the CPU backend has a warning"
end

begin "a compiler with fast-math options"
run "${train[@]}" --device "$device" --cl-options=-cl-fast-relaxed-math --quiet --out fast
expect_code 0
warns "OpenCL 1.2, section"
end
finish
