#!/bin/bash
# test_played_pace.sh: watchdogs of systems, which end a launch that is too long, or all that was
# enqueued at once: weft divides launches, flushes and waits, and the bits are the same.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_pace
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --batch 100 --steps 2 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

# survives PROPERTIES: a case: a GPU with these watchdogs trains and evaluates to the same bytes.
survives() {
    begin "a device with $1"
    WEFT_PLAY=gpu,$1 run "${train[@]}" --device gpu --out run
    expect_code 0
    expect_same "$work/cpu/model.safetensors" run/model.safetensors
    rm -rf run
    end
}

# Whole launches of the first device take up to 0.1 s, and those of a step 0.4 s.
survives item=1000,watchdog=100,queue-watchdog=500,batch-watchdog=300
survives slow=50,watchdog=100,queue-watchdog=1000,batch-watchdog=300

# The first launch of a kernel takes a second, since the driver compiles it: its parts are no smaller
# for that. There are about 120 launches, and 160 if weft takes the kernels for slow ones.
survives first=1000,lost=clEnqueueNDRangeKernel:140
finish
