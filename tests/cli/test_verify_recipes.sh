#!/bin/bash
# test_verify_recipes.sh: faults that only trainings with other recipes than the published one show:
# weft verify finds them, too.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_recipes
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"

names "a decay that is left out" 1 training update conv1.weight "wrong computation" \
    update.cl 's/AT(parameters, v) \* REAL(numbers->decay)/AT(parameters, v)/'

names "Nesterov's momentum left out" 1 training update conv1.weight "wrong computation" \
    update.cl 's/return numbers->nesterov ? /return false ? /'

names "a block of squares left out" 1 training update out.weight.grad "wrong computation,rounding" \
    update.cl 's/block < BLOCKS; block++/block < BLOCKS - 1; block++/'

names "a product and a sum in a sum of squares" 1 training update out.weight.grad "rounding" \
    update.cl 's/sum = real_fma(g, g, sum);/sum = g * g + sum;/'

names "a gradient that is never clipped" 1 training update out.weight.grad "wrong computation" \
    update.cl 's/numbers\[step\].clip_norm > 0.0f ?/false ?/'

names "label smoothing left out" 1 training cross_entropy loss "wrong computation" \
    cross_entropy.cl 's/select(REAL(targets\[k\]), REAL/select(REAL(0.0f), REAL/'

names "a square that is not erased" 1 training gather input "wrong computation" \
    gather.cl 's/erased ? 0.0f : of\[byte\]/of[byte]/'

finish
