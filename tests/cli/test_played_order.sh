#!/bin/bash
# test_played_order.sh: a device that begins nothing before a flush, and one that begins independent
# commands in another order, compute the same bits, and nothing waits for ever.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_order
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 4 --batch 50 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

for order in deferred unordered; do
    for words in "" --no-fuse "--mapping cpu"; do
        begin "$order: train $words"
        # shellcheck disable=SC2086
        WEFT_PLAY=gpu,$order run "${train[@]}" --device gpu $words --out run
        expect_code 0
        expect_same run/model.safetensors "$work/cpu/model.safetensors"
        rm -rf run
        end
    done

    begin "$order: verify"
    WEFT_PLAY=gpu,$order run verify --quick --steps 1 --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal"'
    end

    begin "$order: verify --for, with several queues"
    WEFT_PLAY=gpu,memory=100000000,$order run verify --for 1s --quick --timeout 60s --steps 1 --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal"'
    end

    begin "$order: bench"
    WEFT_PLAY=gpu,$order run bench --data "$sample" --images 100 --repeat 1 --steps 1 --json
    expect_code 0
    expect_json '[x["images_per_second"] > 0 for x in e if x["event"] == "bench" and x["what"] == "train"] == [True]'
    end
done
finish
