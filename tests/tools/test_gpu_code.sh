#!/bin/bash
# test_gpu_code.sh: tools/maintain/gpu-code finds planted faults in the code for GPUs.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_gpu_code

# gpu_code ARGUMENTS...: runs tools/maintain/gpu-code: its exit code is in $code, its output in
# $work/out and $work/err.
gpu_code() {
    ran="gpu-code $*"
    "$source/tools/maintain/gpu-code" --build "${WEFT_BUILD:?}" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

begin "options"
gpu_code --help
expect_code 0
expect_text out "usage: tools/maintain/gpu-code"
gpu_code --record --quick
expect_code 2
gpu_code --nonesuch
expect_code 2
end

if [ ! -x "${WEFT_BUILD:?}/tests/program_source" ]; then
    skip "the code for GPUs" "this build has no OpenCL"
    finish
fi

begin "no compiler is a skip with a reason"
ran="gpu-code without clang"
python=$(python3 -c "import sys; print(sys.executable)")
mkdir "$work/files/bin"
PATH=$work/files/bin "$python" "$source/tools/maintain/gpu-code" --build "$WEFT_BUILD" >"$work/out" 2>"$work/err"
code=$?
expect_code 77
expect_text out " (Debian 12's "
end

# A product that may be contracted, a function that is called, memory that an index selects, and
# arithmetic with 64 bits.
begin "planted faults"
plant faults update.cl 's/AT(gradients, v) = g;/AT(gradients, v) = g * REAL(numbers->beta1) + REAL(numbers->scale);/'
cp "$source/cl/gather.cl" "$work/files/gather.cl"
{
    echo '__attribute__((noinline)) float planted(global const float *table, int i) {'
    echo '    float memory[99];'
    echo '    for (int k = 0; k < 99; k++) memory[(int)table[k] % 99] = table[k + 1];'
    echo '    return memory[i] * table[((long)i * i / 7 + (long)table[i]) / 5 % 99];'
    echo '}'
    sed 's/= 0\.0f;/= planted(table, images);/' "$work/files/gather.cl"
} >"$kernels/gather.cl"
gpu_code --quick --kernels "$kernels"
if [ "$code" = 77 ]; then
    skipped=$(tail -n 1 "$work/out")
    problems_before=$problems
else
    expect_code 1
    for target in sm_80 gfx906; do
        expect_text out "published: update_step: $target: contracted products: "
        expect_text out "published: gather: $target: scratch: "
        expect_text out "published: gather: $target: calls: "
        expect_text out "published: update_step: $target: "
    done
    grep -q "^update_join  *gfx906 .* [0-9]*/[0-9]*/[0-9]*  *0$" "$work/out" || problem "no row of update_join"
    if ! grep -q "^SKIP the numbers" "$work/out"; then
        expect_text out "published: gather: sm_80: int64: "
    fi
    expect_no_text out "every kind"
fi
end

finish
