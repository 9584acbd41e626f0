#!/bin/bash
# test_played_memory.sh: devices whose driver fills buffers wrongly, and devices whose memory is
# short, which drivers report when it is allocated, when it is first used, or later.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_memory
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 4 --batch 50 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

# ---- buffers that the driver fills wrongly ----

for type in gpu cpu; do
    begin "a $type device with wrong fills"
    WEFT_PLAY="$type,badfill" run "${train[@]}" --device 0 --out "fill-$type"
    expect_code 0
    expect_empty err
    expect_same "fill-$type/model.safetensors" "$work/cpu/model.safetensors"
    end
done

begin "verify and copies of a network on it"
WEFT_PLAY="gpu,badfill" run verify --quick --steps 2 --device 0 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal"'
WEFT_PLAY="gpu,badfill,units=2,memory=200000000" run verify --for 1s --device 0 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal" and e[-1]["faults"] == 0'
end

finish
