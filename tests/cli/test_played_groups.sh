#!/bin/bash
# test_played_groups.sh: on devices with other limits of work-groups, weft trains to the same bits,
# or says why it cannot when the device is opened.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_groups
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 2 --batch 40)
"$weft" "${train[@]}" --quiet --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

# Trains on the device that is played; the rest of the arguments are options.
play() {
    WEFT_PLAY=$1 run "${train[@]}" --verbose --out run "${@:2}"
}

# From groups of 16 on, the mapping is gpu.
for limits in preferred=32 preferred=64 preferred=64,units=128 groups=256,preferred=32 groups=64 \
    groups=64,preferred=64 groups=48,preferred=64 groups=17 groups=16,preferred=32 items=1024:1:1 \
    local=4000,preferred=64 'kernel=*backward*:32,kernel=gather:1,kernel=*settle*:3,kernel=update_step:4'; do
    begin "$limits: the mapping gpu"
    play "gpu,$limits"
    expect_code 0
    expect_text err "device: 0, Played GPU"
    expect_text err "mapping gpu"
    expect_no_text err "the mapping is cpu"
    expect_same run/model.safetensors "$work/cpu/model.safetensors"
    end
    rm -rf run
done

# Below, the mapping is cpu, also where only one kernel has the lower limit.
for limits in groups=15 groups=8 groups=1 groups=1,items=1024:1:1 items=8:8:8 items=1:1:1 \
    'kernel=*conv2d_backward*:8' 'kernel=cross_entropy_train:1' local=1000; do
    begin "$limits: the mapping cpu"
    play "gpu,$limits"
    expect_code 0
    expect_text err "device: 0, Played GPU"
    expect_text err "the mapping is cpu"
    expect_same run/model.safetensors "$work/cpu/model.safetensors"
    end
    rm -rf run
done

begin "a CPU device with groups of 1 in one dimension"
play "cpu,groups=1,items=1024:1:1"
expect_code 0
expect_text err "mapping cpu"
expect_same run/model.safetensors "$work/cpu/model.safetensors"
end
rm -rf run

begin "--mapping gpu cannot run: the reason and a hint"
play "gpu,groups=8" --device gpu --mapping gpu
expect_code 4
expect_text err "Played GPU: kernel conv2d_backward: it needs work-groups of 16, and the device allows 8"
expect_text err "mapping cpu needs work-groups of 1"
end

begin "--mapping gpu, a limit of one kernel: the reason and a hint"
play "gpu,kernel=*conv2d_backward*:4" --device gpu --mapping gpu
expect_code 4
expect_text err "kernel conv2d_backward: it needs work-groups of 16, and the device allows 4"
expect_text err "mapping cpu needs work-groups of 1"
end

begin "--mapping gpu: auto goes on"
play "gpu,groups=8" --mapping gpu
expect_code 0
expect_text err "work-groups of 16, and the device allows 8"
expect_same run/model.safetensors "$work/cpu/model.safetensors"
end
rm -rf run

begin "evaluation"
WEFT_PLAY="gpu,groups=1" run evaluate "$work/cpu" --data "$sample" --json
expect_code 0
expect_json 'e[0]["device"]["name"] == "Played GPU"'
end

for limits in groups=64,preferred=64 groups=1; do
    begin "$limits: verify"
    WEFT_PLAY="gpu,$limits" run verify --quick --steps 1 --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal" and e[-1]["device"]["name"] == "Played GPU"'
    end
    begin "$limits: the peak, and the kernels"
    WEFT_PLAY="gpu,$limits,kernel=peak:40" run bench --data "$sample" --images 40 --batch 40 \
        --repeat 1 --peak --json
    expect_code 0
    expect_json 'any(x.get("what") == "peak" and x["gflops"] > 0 for x in e)'
    end
done

begin "no fma, groups of 4: verify and its soak test"
WEFT_PLAY="gpu,nofma,groups=4" run verify --quick --steps 1 --for 1s --json
expect_code 0
expect_json 'e[-1]["result"] == "equal" and e[-1]["device"]["name"] == "Played GPU"'
end
finish
