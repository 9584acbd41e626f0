#!/bin/bash
# test_verify_faults.sh: kernels with a planted fault: weft verify reports the layer and the cause. One
# fault of each kind is here; test_verify_kernels.sh, test_verify_layers.sh, test_verify_rare.sh,
# test_verify_recipes.sh and test_verify_network_faults.sh have the others, of which this test checks
# that they can be planted.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_faults
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"

begin "a sum in another order"
plant order linear.cl 's/FOR_LOADS(i, 0, INPUTS, INPUTS_TOGETHER) {/FOR_LOADS(turn, 0, INPUTS, INPUTS_TOGETHER) {\n        const int i = INPUTS - 1 - (int)turn;/'
finds 1 layers linear rounding
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['output']"
replays 's/const int i = INPUTS - 1 - (int)turn;/const int i = (int)turn;/'
end

begin "a product and a sum in place of an fma"
plant mad conv2d.cl 's/real_fma(d, in\[SLOT(x, j)\], tap\[k\]\[i\]\[j\])/d * in[SLOT(x, j)] + tap[k][i][j]/'
finds 1 layers conv2d rounding
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['weight.grad']"
replays 's/d \* in\[SLOT(x, j)\] + tap\[k\]\[i\]\[j\]/real_fma(d, in[SLOT(x, j)], tap[k][i][j])/'
end

begin "contraction"
plant contraction numerics.h 's/FP_CONTRACT OFF/FP_CONTRACT ON/'
finds 1 numerics numerics contraction
expect_json "'6.10' in e[-2]['diagnosis']"
replays 's/FP_CONTRACT ON/FP_CONTRACT OFF/'
end

begin "a race of shards"
plant race batch_norm.cl 's/SUM(shard, c) = sum;/SUM(0, c) += sum;/'
finds 6 layers batch_norm "race,hardware,memory or race"
end

begin "an array that was never written"
never='{ volatile float never[64]; sum[t] = REAL(never[t * 7 % 64]); }'
plant private linear.cl "0,/sum\\[t\\] = REAL(0.0f);/s//$never/"
run verify --device "$device" --kernels "$kernels" --json --quiet
if [ "$code" -eq 5 ] && grep -q "it crashed, in linear_backward" "$work/err"; then
    skip "an array that was never written" "PoCL's own compiler crashes on it, as that of 7.1 does"
else
    [ "$code" -eq 1 ] || [ "$code" -eq 6 ] || problem "exit code $code, not 1 or 6"
    expect_json "[(x['layer'], x['tensor']) for x in e if x['event'] == 'difference'] == [('linear', 'input.grad')]"
    expect_json "'memory' in e[-2]['diagnosis'] and 'never written' in e[-2]['diagnosis']"
    end
fi

begin "another exp"
plant exp numerics_body.h 's/0x1.5554e6p-5f/0x1.5554e8p-5f/'
finds 1 numerics numerics "rounding"
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['weft_exp(a)']"
replays 's/0x1.5554e8p-5f/0x1.5554e6p-5f/'
end

begin "another step of Adam"
plant adam update.cl 's/real_clean_squared(REAL(numbers->complement2) \* g \* g)/real_clean_squared(REAL(numbers->complement2) * (g * g))/'
finds 1 training update rounding
expect_json "[x['tensor'].endswith('.second_moment') for x in e if x['event'] == 'difference'] == [True]"
replays 's/REAL(numbers->complement2) \* (g \* g)/REAL(numbers->complement2) * g * g/'
end

names "a swapped index" 1 layers max_pool2d output "wrong computation,rounding" \
    max_pool2d.cl 's/corner = top \* IN_WIDTH + left/corner = left * IN_WIDTH + top/'
names "another of equal classes wins" 1 evaluation cross_entropy predictions "wrong computation" \
    cross_entropy.cl 's/(integer)(k), logit > largest/(integer)(k), logit >= largest/'

for deep in kernels layers rare recipes network_faults; do
    begin "the faults of verify_$deep can be planted"
    ran="test_verify_$deep.sh, which only plants"
    WEFT_FAULTS=plant "$source/tests/cli/test_verify_$deep.sh" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    end
done

if [ -z "${WEFT_SANITIZE:-}" ]; then
    begin "a bit that is lost in the transfer from the device"
    kernels=$work/files/transfers
    mkdir "$kernels"
    cat >"$work/lose.c" <<'CODE'
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>

cl_int clEnqueueReadBuffer(cl_command_queue queue, cl_mem buffer, cl_bool wait, size_t offset, size_t size, void *to,
                           cl_uint count, const cl_event *events, cl_event *event) {
    cl_int (*real)(cl_command_queue, cl_mem, cl_bool, size_t, size_t, void *, cl_uint, const cl_event *, cl_event *);
    *(void **)&real = dlsym(RTLD_NEXT, "clEnqueueReadBuffer");
    cl_int code = real(queue, buffer, wait, offset, size, to, count, events, event);
    if (size >= 1 << 24) {
        ((unsigned char *)to)[1000001] ^= 4;
    }
    return code;
}
CODE
    cc -shared -fPIC -o "$work/lose.so" "$work/lose.c" -ldl 2>"$work/err" || problem "it does not compile"
    LD_PRELOAD=$work/lose.so run verify --device "$device" --json --quiet --bundle "$kernels/bundle"
    expect_code 1
    expect_json "[(x['stage'], x['element'], x['guess']) for x in e if x['event'] == 'difference'] == [('transfers', 250000, 'memory')]"
    cc -std=c11 -Wall -Wextra -Werror -o "$kernels/replay" "$kernels/bundle/replay.c" -lOpenCL 2>"$work/err" ||
        problem "replay.c does not compile"
    (cd "$kernels/bundle" && LD_PRELOAD=$work/lose.so ../replay) >"$work/out" 2>"$work/err"
    code=$?
    expect_code 1
    expect_text out "word 250000: "
    (cd "$kernels/bundle" && ../replay) >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    end
fi
finish
