#!/bin/bash
# test_played_slow.sh: a slow GPU whose driver ends what takes too long. Its time is counted, not
# measured (tests/support/player/README.md): each launch takes 10 ms or more.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_slow
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
# One driver ends a launch, one what is enqueued between two flushes, one all that is enqueued.
watchdogs=watchdog=500,batch-watchdog=1500,queue-watchdog=1500

begin "a training of many steps"
"$weft" train --data "$sample" --batch 10 --steps 10 --quiet --device cpu --out "$work/cpu" >/dev/null 2>&1
WEFT_PLAY=gpu,slow=10,$watchdogs run train --data "$sample" --batch 10 --steps 10 --quiet --device gpu --out run
expect_code 0
expect_same run/model.safetensors "$work/cpu/model.safetensors"
end
rm -rf run

begin "a device that needs 50 ms for each launch"
WEFT_PLAY=gpu,slow=50,$watchdogs run train --data "$sample" --batch 50 --steps 2 --quiet --device gpu --json --out run
expect_code 0
expect_json '[x["steps"] for x in e if x["event"] == "epoch"] == [2]'
end
rm -rf run

begin "verify"
WEFT_PLAY=gpu,slow=5,$watchdogs run verify --quick --steps 1 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal"'
end

begin "Ctrl-C ends a training soon"
WEFT_PLAY=gpu,slow=50,$watchdogs interrupted err "run folder" SIGINT train --data "$sample" --batch 50 --epochs 100000 --device gpu --out run
expect_code 130
end
rm -rf run
finish
