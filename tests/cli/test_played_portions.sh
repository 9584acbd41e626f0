#!/bin/bash
# test_played_portions.sh: data larger than the memory of the device: images stay on the host and are
# sent in portions. The bits are those of the CPU backend, the device never holds more than it has, and
# a portion that the driver loses is noticed.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_portions
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"

# 9,001 colour images of 13 x 11, 3.9 MB, for a device that has 1 MB, of which the network needs 0.26.
python3 "$source/tests/support/data_folders.py" idx "$work/files/large" height=13 width=11 channels=3 \
    train=9001 test=1203 || exit 1
cat >"$work/files/small.json" <<'JSON'
{"input": [3, 13, 11], "layers": [{"kind": "conv2d", "out_channels": 2, "kernel_size": 5, "stride": 3}, {"kind": "relu"},
 {"kind": "batch_norm"}, {"kind": "flatten"}, {"kind": "linear", "name": "out", "out_features": 3}]}
JSON
train=(train --data "$work/files/large" --network "$work/files/small.json" --batch 61 --epochs 6 --validate 97 --augment "flip,shift=2"
    --class-weights balanced --quiet)
cpu=$work/cpu
"$weft" "${train[@]}" --device cpu --out "$cpu" >"$work/cpu.out" 2>&1 || exit 1
room=memory=1000000,free=1000000

# same RUN: RUN has the model and the matrices of the CPU backend.
same() {
    for file in model.safetensors confusion-train.csv confusion-test.csv; do
        expect_same "$1/$file" "$cpu/$file"
    done
}

for way in "gpu" "gpu --no-fuse" "gpu,deferred" "gpu,unordered" "cpu --step-kernel always" "cpu --step-kernel never"; do
    begin "a device with less memory than the images: $way"
    read -r play arguments <<<"$way"
    read -ra arguments <<<"$arguments"
    # A driver without the atomics for one kernel has launches.
    if [[ $way == *always ]] && ! WEFT_PLAY=cpu "$weft" "${train[@]}" --steps 1 --device 0 --mapping cpu "${arguments[@]}" --out probe >/dev/null 2>&1; then
        arguments=()
    fi
    WEFT_PLAY=$play,$room run "${train[@]}" --device 0 "${arguments[@]}" --out run
    expect_code 0
    same run
    rm -rf run probe
    end
done

begin "what stays on the host, and where the memory goes"
WEFT_PLAY=gpu,$room run "${train[@]:0:9}" --epochs 1 --steps 1 --device 0 --verbose --out run
expect_code 0
expect_text err "9001 images stay on the host (there is no room for them): they are sent in portions of up to "
sum=$(sed -n 's/.*opencl: buffer: .*, \([0-9]*\) bytes$/\1/p' "$work/err" | awk '{ sum += $1 } END { print sum }')
if [ "$sum" -le 500000 ] || [ "$sum" -gt 1000000 ]; then
    problem "buffers of $sum bytes"
fi
rm -rf run
end

begin "evaluate on it"
WEFT_PLAY=gpu,memory=2000000,free=2000000 run evaluate "$cpu" --data "$work/files/large" --split train --device 0 --quiet --csv train.csv
expect_code 0
expect_same train.csv "$cpu/confusion-train.csv"
end

begin "evaluate on it with the batch that the error names"
WEFT_PLAY=gpu,$room run evaluate "$cpu" --data "$work/files/large" --split train --device 0 --quiet --csv train.csv
expect_code 4
batch=$(sed -n 's/.*: --batch \([0-9]*\) fits$/\1/p' "$work/err")
WEFT_PLAY=gpu,$room run evaluate "$cpu" --data "$work/files/large" --split train --device 0 --quiet --csv train.csv --batch "${batch:-1}"
expect_code 0
expect_same train.csv "$cpu/confusion-train.csv"
end

begin "small buffers"
WEFT_PLAY=gpu,maxalloc=700000 run "${train[@]}" --device 0 --out run
expect_code 0
same run
rm -rf run
end

begin "less memory than the images of two batches"
WEFT_PLAY=gpu,memory=300000 run "${train[@]}" --device 0 --out run
expect_code 4
expect_text err "weft: memory of the device: "
expect_text err "MB are needed for a portion of the images, at batch "
expect_text err "a smaller --batch needs less: --batch "
rm -rf run
end

# An epoch has 25 to 146 portions, as the machine is fast. Each is waited for once, and takes about six writes.
for call in clEnqueueWriteBuffer:980 clWaitForEvents:160; do
    begin "a device that is lost in the middle of an epoch: $call"
    WEFT_PLAY=gpu,$room,lost=$call,code=-5 run "${train[@]}" --device 0 --out run
    expect_code 4
    expect_text err "the device was lost: ${call%:*}"
    WEFT_PLAY=gpu,$room run train --resume run --quiet --device 0
    expect_code 0
    same run
    rm -rf run
    end
done

# The steps of verify make 20 of these writes, its evaluation 16 more.
for fault in lostwrite=8 oldwrite=11 lostwrite=23; do
    begin "verify notices $fault"
    WEFT_PLAY=gpu,$fault run verify --quick --device 0 --json --quiet
    expect_code 1
    expect_json '[x["result"] for x in e if x["event"] == "verdict"] == ["different"]'
    expect_json "[(x['stage'], x['layer'], x['guess']) for x in e if x['event'] == 'difference'] == [('$([[ ${fault#*=} -le 20 ]] && echo training || echo evaluation)', 'images', 'transfers')]"
    end
done
finish
