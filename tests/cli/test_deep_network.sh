#!/bin/bash
# test_deep_network.sh: a network of 700 layers, in equal blocks: every command takes it, and its model has one
# hash. Opening it, with compilers, takes seconds, since equal layers share kernels.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_deep_network
keep_pocl_cache

network=$work/files/deep.json
python3 - >"$network" <<'PYTHON'
import json
conv = {"kind": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1}
layers = [conv | {"name": "sum0", "stride": 4}]
for i in range(1, 175):
    layers += [conv, {"kind": "batch_norm"}, {"kind": "relu", "name": f"act{i}"},
               {"kind": "add", "name": f"sum{i}", "inputs": [f"act{i}", f"sum{i - 1}"]}]
layers += [{"kind": "global_avg_pool2d"}, {"kind": "flatten"}, {"kind": "linear", "out_features": 10}]
print(json.dumps({"input": [1, 28, 28], "layers": layers}))
PYTHON

# trained RUN [OPTION]...: trains into RUN, within a minute of the processor.
trained() {
    (ulimit -t 60 && exec "$weft" train --network "$network" --data "$sample" --batch 20 --quiet --out "$@") \
        >"$work/out" 2>"$work/err" </dev/null
    code=$?
    ran="train --out $*"
    expect_code 0
}

begin "700 layers on the CPU backend"
trained cpu --epochs 2 --device cpu
trained cpu1 --epochs 2 --device cpu --threads 1
expect_same cpu/model.safetensors cpu1/model.safetensors
end

begin "700 layers, resumed"
trained few --steps 5 --device cpu
trained half --epochs 1 --device cpu
run train --resume half --epochs 2 --data "$sample" --device cpu --quiet
expect_code 0
expect_same cpu/model.safetensors half/model.safetensors
end

devices=$("$weft" devices --json | python3 -c '
import json, sys
print(*(e["index"] for e in map(json.loads, sys.stdin) if e["usable"] and e["type"] != "builtin"))')
[ -n "$devices" ] || skip "$suite: OpenCL devices" "no OpenCL device is usable"
first=${devices%% *}
for device in $devices; do
    for options in "--mapping cpu" "--mapping gpu" "--mapping cpu --no-fuse"; do
        expected=cpu length="--epochs 2"
        # Other drivers than PoCL take half a minute for an epoch, and many with the mapping cpu.
        if [ "$device" != "$first" ]; then
            [ "$options" = "--mapping gpu" ] || continue
            expected=few length="--steps 5"
        fi
        begin "700 layers on device $device, $options"
        rm -rf opencl
        # shellcheck disable=SC2086 # several options
        trained opencl $length --device "$device" --no-cache $options
        expect_same "$expected/model.safetensors" opencl/model.safetensors
        end
    done
done

begin "other commands"
run summary --network "$network"
expect_code 0
expect_text out "(batch_norm695)"
for options in "--dot" "--memory"; do
    run summary --network "$network" "$options"
    expect_code 0
    expect_text out sum174
done
run summary cpu
expect_code 0
run evaluate cpu --data "$sample" --device cpu
expect_code 0
run compare cpu cpu1
expect_code 0
run report cpu --data "$sample" --device cpu --out report.html
expect_code 0
end

finish
