#!/bin/bash
# test_verify_rare.sh: faults that only few values, shapes or lanes show: weft verify finds them
# too.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_rare
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"

names "a moment that decays without a threshold" 1 training update conv1.weight.moment "wrong computation" \
    update.cl 's/real_clean(real_fma(REAL(numbers->beta1), AT(moments, v), addend))/real_fma(REAL(numbers->beta1), AT(moments, v), addend)/'

names "the last bit of a coefficient" 1 numerics numerics "weft_log(a)" rounding \
    numerics_body.h 's/0x1.1457acp-4f/0x1.1457aep-4f/'

names "a gradient in empty lanes" 1 layers batch_norm input.grad "wrong computation" \
    batch_norm.cl 's/return ZERO_EMPTY(masked, images);/return masked;/'

names "shards after the seventh omitted" 1 layers batch_norm output "wrong computation,rounding" \
    batch_norm.cl 's/total += SUM(shard, c);/total += shard < 7 ? SUM(shard, c) : 0;/'

names "a sum of shards without its threshold, seen in one layer" 1 training update out.weight.grad "wrong computation" \
    update.cl 's/return real_clean(real_clean(total) \* REAL(scale));/return real_clean(total) * REAL(scale);/; s/= real_clean(mean \* coefficient);/= mean * coefficient;/; s/= real_clean(real_fma(REAL(numbers->penalty), kept, g));/= real_fma(REAL(numbers->penalty), kept, g);/'

names "a last shard with one image omitted" 1 layers update weight.grad "wrong computation" \
    update.cl 's/(count + 15) \/ 16/(count + 14) \/ 16/'

names "one value a few ulp off" 1 layers conv2d bias.grad rounding \
    conv2d.cl 's/^    STORE_LANE_SUMS(lanes, i, GRADIENT_SUMS/    for (int k = 0; k < GRADIENT_TILE_K; k++) { sum[GRADIENT_TAPS + k] *= k0 + k == 11 ? 1.0000001f : 1.0f; }\n&/'

names "running statistics that decay without a threshold" 1 training batch_norm batchN1.running_mean "wrong computation" \
    batch_norm.cl 's/weft_clean(fma(MOMENTUM, value, kept))/fma(MOMENTUM, value, kept)/'

names "an output without a threshold" 1 layers linear output "wrong computation" \
    linear.cl 's/AT(output, o + t) = real_clean(sum\[0\]\[t\])/AT(output, o + t) = sum[0][t]/'

names "a shard omitted from a joined gradient" 1 layers linear weight.grad "fused kernel" \
    linear.cl 's/total\[r\]\[b\] += sum\[r\]\[b\];/total[r][b] += shard == 1 ? REAL(0.0f) : sum[r][b];/'

names "a gradient of which only the first 128 images are kept" 1 layers linear weight.grad "fused kernel" \
    linear.cl 's/begin > 0, d + t/false, d + t/'

names "inputs after the first sixteen, of a tile" 1 layers relu input.grad "fused kernel" \
    linear.cl 's/weight\[k \* BLOCKS + b\])/weight[k * BLOCKS])/'

names "an odd last shard omitted" 1 layers linear output "fused kernel" \
    linear.cl 's/    if (shard < shards) {/    if (shard + 1 < shards) {/'

names "the last outputs, of a tile with fewer" 1 layers linear weight.grad "wrong computation,kernel of one layer,fused kernel" \
    linear.cl 's/(end - t, at, of_run/(end - t - 1, at, of_run/'

begin "lane sums after the sixteenth, of a work-group"
plant sixteenth lanes.h 's/i < (stored); i += 16/i < (stored); i += 17/'
run verify --device "$device" --mapping gpu --kernels "$kernels" --json --quiet
expect_code 1
expect_json "[(x['stage'], x['layer'], x['tensor']) for x in e if x['event'] == 'difference'] == [('layers', 'conv2d', 'bias.grad')]"
end

names "a lane replaced by its neighbour" 1 layers batch_norm output "wrong computation" \
    lanes.h 's/11, 12, 13/11, 13, 13/'

begin "a last batch divided by the size of the others"
plant batch cross_entropy.cl 's/weft_device_div(total, numbers\[step\].weight)/weft_device_div(total, (float)batch)/'
finds 1 training cross_entropy "wrong computation"
expect_json "[(x['step'], x['tensor']) for x in e if x['event'] == 'difference'] == [(2, 'loss')]"
replays 's/weft_device_div(total, (float)batch)/weft_device_div(total, (float)count)/'
end

begin "a step that is wrong only after other steps of its call"
plant first gather.cl 's/lane = first + shard \* 16/lane = shard * 16/'
finds 1 training gather "wrong computation"
expect_json "[(x['step'], x['tensor']) for x in e if x['event'] == 'difference'] == [(2, 'input')]"
expect_json "[x['where'].endswith('not if it is number 2 of its call') for x in e if x['event'] == 'difference'] == [True]"
replays 's/lane = shard \* 16/lane = first + shard * 16/'
end

begin "losses of an evaluation"
plant losses cross_entropy.cl 's/AT(losses, result_index + shard) = loss;/AT(losses, result_index + shard) = loss + loss * 0x1p-20f;/'
finds 1 evaluation cross_entropy "rounding"
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['losses']"
replays 's/= loss + loss \* 0x1p-20f;/= loss;/'
end

# ignores NAME KERNEL NUMBER STAGE LAYER: a case with a driver that ignores launch NUMBER of KERNEL:
# verify reports an unstable device and finds the values of an earlier launch.
ignores() {
    [ -z "${WEFT_SANITIZE:-}" ] || return 0
    begin "$1"
    kernels=$work/files/ignored
    IGNORE_KERNEL=$2 IGNORE_NUMBER=$3 LD_PRELOAD=$work/ignore.so run verify --device "$device" --json --quiet
    expect_code 6
    expect_json "[(x['stage'], x['layer'], x['guess']) for x in e if x['event'] == 'difference'] == [('$4', '$5', 'hardware')]"
    end
}
cat >"$work/ignore.c" <<'CODE'
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

cl_int clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset, const size_t *range,
                              const size_t *group, cl_uint count, const cl_event *events, cl_event *event) {
    static int seen;
    cl_int (*real)(cl_command_queue, cl_kernel, cl_uint, const size_t *, const size_t *, const size_t *, cl_uint, const cl_event *, cl_event *);
    char name[256] = "";
    *(void **)&real = dlsym(RTLD_NEXT, "clEnqueueNDRangeKernel");
    clGetKernelInfo(kernel, CL_KERNEL_FUNCTION_NAME, sizeof name, name, NULL);
    if (strcmp(name, getenv("IGNORE_KERNEL")) == 0 && ++seen == atoi(getenv("IGNORE_NUMBER"))) {
        return CL_SUCCESS;
    }
    return real(queue, kernel, dimensions, offset, range, group, count, events, event);
}
CODE
cc -shared -fPIC -o "$work/ignore.so" "$work/ignore.c" -ldl
ignores "one of many equal launches is ignored" update_join 6 layers update
ignores "an operation that is ignored" verify_exp16 3 numerics numerics
ignores "a launch that is ignored in the training" update_step 7 training training
finish
