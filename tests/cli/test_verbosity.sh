#!/bin/bash
# test_verbosity.sh: stderr: with --quiet only errors and warnings, with --verbose also details of
# OpenCL.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verbosity
model=$source/data/trained.safetensors
"$weft" train --data "$sample" --device cpu --epochs 1 --out "$work/files/run" >/dev/null 2>&1 || exit 1
"$weft" train --data "$sample" --device cpu --epochs 1 --out "$work/files/other" >/dev/null 2>&1 || exit 1

# With --quiet, a command that succeeds prints nothing on stderr
while read -r words; do
    begin "$words --quiet"
    # shellcheck disable=SC2086 # words
    run $words --quiet
    expect_code 0
    expect_empty err
    end
done <<COMMANDS
data --data $sample
samples --data $sample --count 2
summary $model
train --data $sample --device cpu --epochs 1 --out quiet
train --resume quiet --epochs 2 --device cpu
evaluate $model --data $sample --device cpu
predict $model --index 0 --data $sample --device cpu
report $work/files/run --data $sample --device cpu --out report.html
compare $work/files/run $work/files/other
bench --data $sample --device cpu --only train --repeat 1
verify --device cpu --steps 2
COMMANDS
rm -rf "$work/here/"*

begin "devices --quiet"
run devices --quiet
expect_code 0
if "$weft" --version | grep -q "without OpenCL"; then
    # a build without devices is a warning
    expect_text err "weft: this weft was built without OpenCL"
    [ "$(wc -l <"$work/err")" -eq 1 ] || problem "more than a line"
else
    expect_empty err
fi
end

begin "--quiet keeps errors"
run evaluate nowhere --quiet
expect_code 3
expect_text err "weft: "
expect_text err "nowhere"
run train --data "$sample" --device cpu --lr 1000 --epochs 2 --batch 100 --out rises --quiet
expect_code 1
expect_text err "weft: training learned nothing"
end

begin "--quiet keeps warnings: auto uses another device"
ran="evaluate --quiet without OpenCL"
OCL_ICD_VENDORS=$work/files/none OPENCL_VENDOR_PATH=$work/files/none "$weft" evaluate "$model" --data "$sample" --quiet \
    >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text err "using cpu"
[ "$(wc -l <"$work/err")" -eq 1 ] || problem "more than a line"
end

begin "--quiet wins over --verbose"
run evaluate "$model" --data "$sample" --device cpu --quiet --verbose
expect_code 0
expect_empty err
end

begin "--verbose on the CPU"
run evaluate "$model" --data "$sample" --device cpu --verbose
expect_code 0
expect_text err "weft: cpu: "
cp "$work/out" "$work/verbose"
run evaluate "$model" --data "$sample" --device cpu
expect_no_text err "weft: cpu: "
expect_same "$work/out" "$work/verbose"
end

if "$weft" devices --json | grep '"platform":"Portable Computing Language"' >/dev/null; then
    begin "--verbose on PoCL"
    for words in "evaluate $model" "train --epochs 1 --out verbose" "verify --steps 2"; do
        # shellcheck disable=SC2086 # words
        run $words --device "Portable" --verbose --data "$sample"
        expect_code 0
        expect_text err "weft: opencl: device "
        expect_text err "weft: opencl: program cache: left to the driver"
        expect_text err "weft: opencl: program: built in "
        expect_text err "weft: opencl: buffer: parameters, "
        expect_text err "weft: opencl: plan: conv1 + max_pool2d2: fused, conv2d_pool.cl"
        ! grep -qv '^weft: ' "$work/err" || problem "a line that does not begin with weft:"
    done
    run evaluate "$model" --device "Portable" --verbose --no-fuse --data "$sample"
    expect_text err "weft: opencl: plan: conv1: conv2d.cl"
    expect_no_text err "fused"
    end
else
    skip "--verbose on PoCL" "no such device"
fi

# PoCL and rusticl report warnings only if a build fails.
begin "--verbose prints the build log"
mkdir "$work/files/kernels"
cp "$source"/cl/*.cl "$source"/cl/*.h "$work/files/kernels"
echo '#warning "weft_is_warned"' >>"$work/files/kernels/relu.cl"
if oclgrind "$weft" devices >"$work/out" 2>/dev/null && grep -qi oclgrind "$work/out"; then
    run evaluate "$model" --data "$sample" --device cpu
    cp "$work/out" "$work/exact"
    ran="evaluate on Oclgrind"
    oclgrind "$weft" evaluate "$model" --data "$sample" --device oclgrind --kernels "$work/files/kernels" --no-fuse \
        --no-cache --verbose >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    expect_text err "weft: opencl: program: build log:"
    expect_text err 'warning: "weft_is_warned"'
    expect_same "$work/out" "$work/exact"
else
    skip "--verbose prints the build log" "no oclgrind"
fi
end

finish
