#!/bin/bash
# test_verify_faults.sh: kernels with a planted fault: weft verify reports the layer and the cause.
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
plant mad conv2d.cl 's/real_fma(d, in\[x + j\], tap\[k\]\[i\]\[j\])/d * in[x + j] + tap[k][i][j]/'
finds 1 layers conv2d rounding
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['weight.grad']"
replays 's/d \* in\[x + j\] + tap\[k\]\[i\]\[j\]/real_fma(d, in[x + j], tap[k][i][j])/'
end

begin "off by one at an edge"
plant edge conv2d.cl 's/(x) < COLUMNS)/(x) < COLUMNS - 1)/'
finds 1 layers conv2d "wrong computation"
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['input.grad']"
replays 's/(x) < COLUMNS - 1)/(x) < COLUMNS)/'
end

begin "a native function"
plant native cross_entropy.cl 's/real_exp(AT(logits, k) - largest)/native_exp(AT(logits, k) - largest)/'
finds 1 training cross_entropy rounding
expect_json "[x['step'] for x in e if x['event'] == 'difference'] == [1]"
replays 's/native_exp(/real_exp(/'
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
plant adam adam.cl 's/real_clean_squared(REAL(complement2) \* g \* g)/real_clean_squared(REAL(complement2) * (g * g))/'
finds 1 training adam rounding
expect_json "[x['tensor'].endswith('.second_moment') for x in e if x['event'] == 'difference'] == [True]"
replays 's/REAL(complement2) \* (g \* g)/REAL(complement2) * g * g/'
end

names "a swapped index" 1 layers max_pool2d output "wrong computation,rounding" \
    max_pool2d.cl 's/window_begin(y, STRIDE, 0) \* IN_WIDTH + window_begin(x, /window_begin(x, STRIDE, 0) * IN_WIDTH + window_begin(y, /'
names "another order in a layer that has a network of its own" 1 layers avg_pool2d output rounding \
    avg_pool2d.cl 's/for (int j = left; j < right; j++)/for (int j = right - 1; j >= left; j--)/'
names "a reciprocal in place of a division" 1 layers avg_pool2d output rounding \
    avg_pool2d.cl 's/real_div(sum, REAL(\(KERNEL(avg_pool2d_count)(y, x)\)))/sum * REAL(1.0f \/ \1)/'
names "no threshold to zero in a gradient" 1 layers avg_pool2d input.grad "wrong computation,kernel of one layer,rounding" \
    avg_pool2d.cl 's/IN_WIDTH + x) = real_clean(sum);/IN_WIDTH + x) = sum;/'
names "a lane dropped in a tree" 1 layers batch_norm output "wrong computation,rounding" \
    lanes.h 's/(eight\[2\] + eight\[6\])/eight[2]/'
# Whether the sums are the same each time depends on the compiler.
begin "a missing barrier"
plant barrier lanes.h '/lanes\[FIRST_LANE\] = value;/{n;d}'
run verify --device "$device" --kernels "$kernels" --json --quiet --bundle "$kernels/bundle"
[ "$code" -eq 1 ] || [ "$code" -eq 6 ] || problem "exit code $code, not 1 or 6"
expect_json "[(x['stage'], x['layer'], x['tensor']) for x in e if x['event'] == 'difference'] == [('layers', 'batch_norm', 'output')]"
expect_json "[x['guess'] in ['memory or race', 'race', 'hardware', 'wrong computation'] for x in e if x['event'] == 'difference'] == [True]"
expect_json "e[-2]['event'] == 'verdict' and e[-2]['result'] == {1: 'different', 6: 'unstable'}[$code] and e[-2]['diagnosis']"
end
names "a relu that lets zero pass" 1 layers relu input.grad "wrong computation,kernel of one layer" \
    relu.cl 's/AT(doutput, i), AT(input, i) > /AT(doutput, i), AT(input, i) >= /'
names "another of equal values wins in a fused pool" 1 layers conv2d input.grad "fused kernel" \
    conv2d_pool.cl 's|y \* WINDOW + x), value > largest|y * WINDOW + x), value >= largest|'
names "the gradient of another value of a pool's window" 1 layers conv2d weight.grad "fused kernel" \
    conv2d_pool.cl 's/d, index == (integer)(y \* WINDOW + x));/d, index == (integer)(x * WINDOW + y));/'
names "a row of taps twice" 1 layers conv2d weight.grad "wrong computation" \
    conv2d.cl 's/(k0, c, i0 + row, input/(k0, c, i0 + row % 2, input/'
names "another of equal classes wins" 1 evaluation cross_entropy predictions "wrong computation" \
    cross_entropy.cl 's/(integer)(k), logit > largest/(integer)(k), logit >= largest/'
names "no threshold to zero" 1 layers conv2d output "wrong computation,kernel of one layer,rounding" \
    conv2d.cl 's/x0 + x)) = real_clean(sum\[k\]\[x\]);/x0 + x)) = sum[k][x];/'
names "eps left out" 1 layers batch_norm output "wrong computation,rounding" \
    batch_norm.cl 's/weft_device_sqrt(variance + EPS)/weft_device_sqrt(variance)/'
names "shards joined in another order" 1 layers adam weight.grad rounding \
    adam.cl 's/for (int shard = 0; shard < shards; shard++)/for (int shard = shards - 1; shard >= 0; shard--)/'
names "a moment that stays as it was" 1 training adam conv1.weight.moment "wrong computation" \
    adam.cl '/AT(moments, v) = m;/d'

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
