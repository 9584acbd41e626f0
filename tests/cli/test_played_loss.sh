#!/bin/bash
# test_played_loss.sh: a device that is lost. weft says so, calls the driver no more, and ends; a
# training continues from the last epoch. A second signal ends weft while a driver does not answer.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_loss
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --batch 20 --epochs 3 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/whole" >/dev/null 2>&1 || exit 1
export WEFT_PLAY

# limited ARGUMENTS...: as run; ends a weft that does not end.
limited() {
    ran="$* on $WEFT_PLAY"
    timeout --kill-after 1 300 "$weft" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# lost PROPERTIES NAME...: a case: the training ends with 4 after the first epoch, its message has
# all names, and it continues on the CPU backend to the same bytes.
lost() {
    begin "a training on a device with $1"
    WEFT_PLAY=gpu,$1 limited "${train[@]}" --device gpu --out run
    expect_code 4
    for text in "${@:2}" "the device was lost" dmesg "weft verify" "train --resume run"; do
        expect_text err "$text"
    done
    run "${train[@]}" --resume run --device cpu
    expect_code 0
    expect_same "$work/whole/model.safetensors" run/model.safetensors
    rm -rf run
    end
}

# The first epoch has 8 reads: of results, of the arrays, of the moments for the checkpoint.
lost lost=clEnqueueReadBuffer:13,hang-all "clEnqueueReadBuffer: CL_OUT_OF_RESOURCES"
lost lost=clEnqueueNDRangeKernel:250,late,hang-all,code=-9999 "-9999 (NVIDIA: illegal access to a buffer)" "has crashed"
lost lost=clEnqueueNDRangeKernel:250,hang-all,code=-36 "clEnqueueNDRangeKernel: CL_INVALID_COMMAND_QUEUE"
lost lost=clSetKernelArg:500,hang,code=-14 "clSetKernelArg: CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"
lost lost=clEnqueueWriteBuffer:26,hang-all,code=-1234 "clEnqueueWriteBuffer: CL error -1234"

begin "a device that is lost while it is opened"
WEFT_PLAY="gpu,lost=clFinish:1,hang-all" limited "${train[@]}" --out run
expect_code 0
expect_text err "the device was lost: clFinish: CL_OUT_OF_RESOURCES; using cpu instead"
expect_same "$work/whole/model.safetensors" run/model.safetensors
end

begin "an evaluation, as events"
WEFT_PLAY="gpu,lost=clEnqueueReadBuffer:3,hang-all" limited evaluate run --data "$sample" --device gpu --json
expect_code 4
expect_json 'e[-1]["event"] == "error" and e[-1]["code"] == 4 and "lost: clEnqueueReadBuffer" in e[-1]["message"] and "dmesg" in e[-1]["hint"]'
end

begin "a benchmark"
WEFT_PLAY="gpu,lost=clEnqueueReadBuffer:9,hang-all" limited bench --data "$sample" --device gpu --only train
expect_code 4
expect_text err "the device was lost: clEnqueueReadBuffer"
end

for at in clEnqueueReadBuffer:1 clEnqueueNDRangeKernel:60; do
    begin "there is no verdict on a device with lost=$at"
    WEFT_PLAY="gpu,lost=$at,hang-all" limited verify --steps 2 --device gpu --json
    expect_code 5
    expect_json '[x["result"] for x in e if x["event"] == "verdict"] == ["no verdict"]'
    expect_json '"the device was lost: " in e[-1]["message"] and e[-1]["code"] == 5'
    end
done

begin "verify --all goes on after a device that is lost"
WEFT_PLAY="gpu,lost=clEnqueueReadBuffer:4,hang-all;cpu,name=Other" limited verify --all --steps 2 --json
expect_code 5
expect_json '[(x["device"]["name"], x["result"]) for x in e if x["event"] == "verdict"] == [("Played GPU", "no verdict"), ("Other", "equal")]'
end

# A driver that does not answer: the first launch takes an hour.
cp -r run model
for command in "train --data $sample --out hangs" "evaluate model --data $sample" "predict model --index 3 --data $sample" \
    "bench --data $sample" "verify"; do
    begin "a second signal ends weft ${command%% *} while a driver does not answer"
    read -ra words <<<"$command"
    [[ $command == verify ]] && when=verify.cl || when=device
    WEFT_PLAY=gpu,slow=3600000 DELAY=1 interrupted err "$when" "SIGINT SIGTERM" "${words[@]}" --device gpu --verbose
    expect_code 130
    expect_text err "weft: interrupted"
    [[ $(cat "$work/seconds") == [01].* ]] || problem "it ended $(cat "$work/seconds") s after the signal"
    end
done
finish
