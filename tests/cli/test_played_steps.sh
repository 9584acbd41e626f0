#!/bin/bash
# test_played_steps.sh: one kernel for many steps on devices whose driver runs its work-groups one
# after the other, or some of them late, and on one that is lost in the middle of it.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_steps
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --batch 20 --epochs 3 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/whole" >"$work/whole.out" 2>&1 || exit 1
train+=(--mapping cpu --step-kernel always --device 0)
export WEFT_PLAY=cpu
run "${train[@]}" --steps 1 --out probe
if grep -q "the driver has no atomics" "$work/err"; then
    skip "one kernel for many steps" "the driver has no atomics for it"
    finish
fi

# groups UNITS THREADS: a launch of UNITS work-groups, which THREADS threads run: each takes a group
# when it has completed one. The model and the evaluations are equal to those of the CPU backend.
groups() {
    begin "$1 work-groups by $2 threads"
    WEFT_PLAY=cpu,units=$1 POCL_MAX_PTHREAD_COUNT=$2 run "${train[@]}" --out run
    expect_code 0
    expect_same "$work/whole/model.safetensors" run/model.safetensors
    expect_same "$work/whole/confusion-test.csv" run/confusion-test.csv
    rm -rf run
    end
}
groups 2 1
groups 7 1
groups 5 2

# lost PROPERTY TEXT: the device is lost when it has made some launches of the kernel. The message
# has TEXT, and the training continues on the CPU backend to the same bytes.
lost() {
    begin "a device with $1"
    WEFT_PLAY=cpu,$1 run "${train[@]}" --out run
    expect_code 4
    for text in "$2" "the device was lost" "train --resume run"; do
        expect_text err "$text"
    done
    run train --resume run --device cpu --quiet
    expect_code 0
    expect_same "$work/whole/model.safetensors" run/model.safetensors
    rm -rf run
    end
}
lost lost=clEnqueueNDRangeKernel:66,hang-all "clEnqueueNDRangeKernel"
lost lost=clEnqueueReadBuffer:18,late,hang-all "clEnqueueReadBuffer"
finish
