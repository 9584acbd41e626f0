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

# ---- less memory than the network needs ----

# number TEXT: the first number after TEXT in the messages.
number() {
    sed -n "s/.*$1\([0-9]*\).*/\1/p" "$work/err" | head -n 1
}

# A tensor of an image has 640 KB, of 16 images 10 MB.
cat >"$work/files/wide.json" <<'JSON'
{"input": [1, 28, 28], "layers": [{"kind": "conv2d", "out_channels": 256, "kernel_size": 4}, {"kind": "max_pool2d", "kernel_size": 25},
 {"kind": "batch_norm"}, {"kind": "flatten"}, {"kind": "linear", "name": "out", "out_features": 10}]}
JSON
wide=(train --data "$sample" --network "$work/files/wide.json" --steps 1 --quiet --device 0 --no-fuse --out run)

# short WHAT PLAY TEXT: a training with --batch 100 fails before it computes, with TEXT; it works with
# the batch that the hint names.
short() {
    begin "$1"
    WEFT_PLAY=$2 run "${wide[@]}" --batch 100
    expect_code 4
    expect_text err "weft: Played GPU: memory of the device: "
    expect_text err "$3"
    expect_text err "a smaller --batch needs less: --batch "
    expect_no_text err "clEnqueue"
    batch=$(number "needs less: --batch ")
    [[ $((batch % 16)) == 0 && $batch -lt 100 ]] || problem "it names batch $batch"
    [ ! -e run ] || problem "a run folder is left"
    WEFT_PLAY=$2 run "${wide[@]}" --batch "${batch:-1}"
    expect_code 0
    end
    rm -rf run
}
short "less memory than a batch needs" "gpu,memory=120000000" "MB are needed for the network, at batch 100, but the device has 120.0 MB"
short "smaller buffers than a batch needs" "gpu,maxalloc=50000000" "is needed for a tensor, at batch 100, but the device allows 50.0 MB for one"

begin "less memory than any batch needs"
WEFT_PLAY="gpu,memory=1000000" run "${wide[@]}"
expect_code 4
expect_text err "but the device has 1.0 MB"
expect_text err "no --batch fits: "
end

begin "a device that shares the host's memory has no more than is free there"
if [ "$(awk '/MemTotal/ {print int($2 / 1000000)}' /proc/meminfo)" -lt 80 ]; then
    printf '{"input": [1, 28, 28], "layers": [{"kind": "conv2d", "out_channels": 150000, "kernel_size": 1}, {"kind": "max_pool2d", "kernel_size": 28}, {"kind": "flatten"}, {"kind": "linear", "out_features": 10}]}' >"$work/files/huge.json"
    WEFT_PLAY="gpu,integrated,memory=4000000000000000,maxalloc=1000000000000000" run train --data "$sample" \
        --network "$work/files/huge.json" --batch 100 --quiet --no-fuse --device 0 --out run
    expect_code 4
    expect_text err "but the device shares the host's memory, of which are free"
    end
else
    skip "$name" "this machine has 80 GB or more"
fi

# ---- memory that is short without a warning ----

# late WHAT PLAY CALL: a training fails in CALL, and the hint is that of a buffer that fails at once.
late() {
    begin "$1"
    WEFT_PLAY=$2 run "${train[@]}" --device 0 --out run
    expect_code 4
    expect_text err "$3"
    expect_text err "a smaller --batch needs less"
    [ ! -e run/model.safetensors ] || problem "there is a model"
    end
    rm -rf run
}
late "memory that is short when it is allocated" "gpu,free=5000000" "clCreateBuffer: CL_MEM_OBJECT_ALLOCATION_FAILURE"
late "memory that is short when it is first used" "gpu,free=5000000,firstuse" "CL_MEM_OBJECT_ALLOCATION_FAILURE"
late "memory that is short when the device is waited for" "gpu,free=5000000,late" "CL_OUT_OF_RESOURCES"
late "memory that is short when the images are written" "gpu,lost=clEnqueueWriteBuffer:4,code=-4" "clEnqueueWriteBuffer"
late "memory that is short in the first step" "gpu,lost=clEnqueueNDRangeKernel:60,code=-6" "clEnqueueNDRangeKernel"
late "memory that is short when parameters are written" "gpu,lost=clEnqueueWriteBuffer:5,code=-5" "clEnqueueWriteBuffer"
late "memory that is short when results are read" "gpu,lost=clEnqueueReadBuffer:2,code=-6" "clEnqueueReadBuffer"

finish
