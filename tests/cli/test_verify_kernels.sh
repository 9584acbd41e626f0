#!/bin/bash
# test_verify_kernels.sh: kernels with a planted fault, more of them than in test_verify_faults.sh.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_kernels
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"

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

names "another order in a layer that has a network of its own" 1 layers avg_pool2d output rounding \
    avg_pool2d.cl 's/for (int j = left; j < right; j++)/for (int j = right - 1; j >= left; j--)/'
names "another of equal values wins in a fused pool" 1 layers conv2d input.grad "fused kernel" \
    conv2d_pool.cl 's|y \* WINDOW + x), value > largest|y * WINDOW + x), value >= largest|'
names "a reciprocal in place of a division" 1 layers avg_pool2d output rounding \
    avg_pool2d.cl 's/real_div(sum, REAL(\(KERNEL(avg_pool2d_count)(y, x)\)))/sum * REAL(1.0f \/ \1)/'

names "no threshold to zero in a gradient" 1 layers avg_pool2d input.grad "wrong computation,kernel of one layer,rounding" \
    avg_pool2d.cl 's/sum += real_clean(real_div(d, \(.*\)));/sum += real_div(d, \1);/; s/IN_WIDTH + x) = real_clean(sum);/IN_WIDTH + x) = sum;/'

names "a lane dropped in a tree" 1 layers batch_norm output "wrong computation,rounding" \
    lanes.h 's/(eight\[2\] + eight\[6\])/eight[2]/'

names "a relu that lets zero pass" 1 layers relu input.grad "wrong computation,kernel of one layer" \
    relu.cl 's/REAL(0.0f), d, x > /REAL(0.0f), d, x >= /'

names "no threshold to zero in a value" 1 layers leaky_relu output "wrong computation,kernel of one layer,rounding" \
    leaky_relu.cl 's/real_clean(REAL(NEGATIVE_SLOPE) \* x)/REAL(NEGATIVE_SLOPE) * x/'

names "the gradient of another value of a pool's window" 1 layers conv2d weight.grad "fused kernel" \
    conv2d_pool.cl 's/d, index == (integer)(y \* WINDOW + x));/d, index == (integer)(x * WINDOW + y));/'

names "a row of taps twice" 1 layers conv2d weight.grad "wrong computation" \
    conv2d.cl 's/+ c, i0 + row, input/+ c, i0 + row % 2, input/'

names "no threshold to zero" 1 layers conv2d output "wrong computation,kernel of one layer,rounding" \
    conv2d.cl 's/x0 + x)) = real_clean(sum\[k\]\[x\]);/x0 + x)) = sum[k][x];/'

names "eps left out" 1 layers batch_norm output "wrong computation,rounding" \
    batch_norm.cl 's/weft_device_sqrt(variance + EPS)/weft_device_sqrt(variance)/'

names "shards joined in another order" 1 layers update weight.grad rounding \
    update.cl 's/for (int shard = 0; shard < shards; shard++)/for (int shard = shards - 1; shard >= 0; shard--)/'

names "a moment that stays as it was" 1 training update conv1.weight.moment "wrong computation" \
    update.cl '/AT(moments, v) = m;/d'

names "a contribution to a gradient that replaces the others" 1 layers add l.output.grad "wrong computation" \
    gradient.cl 's/real_clean(AT(gradient, i) + AT(from, i))/AT(from, i)/'

names "another order of a sum of three tensors" 1 layers add output rounding \
    add.cl 's/real_clean(AT(output, i) + AT(input, i))/real_clean(AT(input, i) + AT(output, i) + AT(input, i) - AT(input, i))/'

names "channels in another order" 1 layers concat output "wrong computation" \
    concat.cl 's/offset \* (16/(OUT_SIZE - size - offset) * (16/'

# Whether the sums are the same each time depends on the compiler.
begin "a missing barrier"
plant barrier lanes.h '/lanes\[FIRST_LANE\] = value;/{n;d}'
run verify --device "$device" --kernels "$kernels" --json --quiet --bundle "$kernels/bundle"
[ "$code" -eq 1 ] || [ "$code" -eq 6 ] || problem "exit code $code, not 1 or 6"
expect_json "[(x['stage'], x['layer'], x['tensor']) for x in e if x['event'] == 'difference'] == [('layers', 'batch_norm', 'output')]"
expect_json "[x['guess'] in ['memory', 'memory or race', 'race', 'hardware', 'wrong computation'] for x in e if x['event'] == 'difference'] == [True]"
expect_json "e[-2]['event'] == 'verdict' and e[-2]['result'] == {1: 'different', 6: 'unstable'}[$code] and e[-2]['diagnosis']"
end
finish
