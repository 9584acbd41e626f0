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

begin "bench of many steps: its times are those of the device"
WEFT_PLAY=gpu,slow=10,$watchdogs run bench --data "$sample" --batch 10 --steps 10 --repeat 1 --device gpu --json
expect_code 0
expect_json '[x["seconds"] > 1 for x in e if x["event"] == "bench" and x["what"] == "train"] == [True]'
expect_json 'any(x["event"] == "kernel" for x in e)'
end

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

begin "a large batch: launches are divided"
python3 - "$work/files" <<'PYTHON'
import random, struct, sys
source = random.Random(1)
for split, count in (("train", 3000), ("t10k", 100)):
    with open(f"{sys.argv[1]}/{split}-images-idx3-ubyte", "wb") as images:
        images.write(struct.pack(">4i", 2051, count, 28, 28) + source.randbytes(count * 784))
    with open(f"{sys.argv[1]}/{split}-labels-idx1-ubyte", "wb") as labels:
        labels.write(struct.pack(">2i", 2049, count) + bytes(i % 10 for i in range(count)))
PYTHON
export WEFT_PLAY="gpu,item=*conv*:300,watchdog=200,batch-watchdog=1500,queue-watchdog=1500"
run bench --data "$work/files" --batch 3000 --steps 1 --repeat 1 --only train --device gpu --json
expect_code 0
run train --data "$work/files" --batch 3000 --steps 1 --quiet --device gpu --json --out run
expect_code 0
run evaluate run --data "$work/files" --split train --batch 3000 --device gpu --json
expect_code 0
expect_json '[x["images"] for x in e if x["event"] == "evaluation"] == [3000]'
end
finish
