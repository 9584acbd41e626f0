#!/bin/bash
# test_played_choice.sh: which of several devices that are played auto takes, and what it reports of
# those that it passes over.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_choice
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 2 --batch 20 --force --out run)

# order PLAY NAMES: the names of the devices in the order of auto; "cpu" is the CPU backend.
order() {
    begin "order: $1"
    WEFT_PLAY=$1 run devices --json
    expect_code 0
    expect_json "[x['name'] if x['type'] != 'cpu' else 'pocl' for x in sorted(e, key=lambda x: x['order'])] == '$2'.split()"
    expect_json "[x['order'] for x in e if x['default']] == [1] and all(x['reason'] for x in e)"
    end
}
order "gpu,name=I,integrated,units=96,platform=Intel;gpu,name=N,units=20,platform=NVIDIA;real" "N I pocl cpu"
order "gpu,name=P,nofma,units=99;real" "pocl cpu P"
order "gpu,name=A,units=10,clock=2000;gpu,name=B,units=19,clock=1000;accelerator,name=X;real" "A B X pocl cpu"
order "gpu,name=L,platform=OpenCLOn12,units=64;gpu,name=C,platform=clvk,units=63;gpu,name=zinkVulkan,units=62;gpu,name=I,integrated;real" "I L C zinkVulkan pocl cpu"
order "gpu,name=L,platform=OpenCLOn12,units=64,uuid=00112233445566778899aabbccddeeff;gpu,name=N,units=2,uuid=00112233445566778899aabbccddeeff" "N L cpu"

begin "a reason a line, also in the table"
WEFT_PLAY="gpu,name=N,pci=0000:01:00.0;gpu,name=M,platform=rusticl,pci=0000:01:00.0;gpu,name=P,nofma,platform=Q;custom,name=S,platform=R;real" run devices
expect_code 0
expect_text out "default   1: a discrete GPU"
expect_text out "order     2: the same card as device 0, whose driver is preferred"
expect_text out "order     3: a CPU device"
expect_text out "order     4: the CPU backend, which needs no driver"
expect_text out "order     5: a GPU without fma in hardware: slower than a CPU"
expect_text out "unusable  a custom device does not run OpenCL C"
end

begin "one card under two platforms is one for a selector, and has two numbers"
export WEFT_PLAY="gpu,name=Mesa,platform=rusticl,pci=0000:01:00.0;gpu,name=Maker,pci=0000:01:00.0"
for words in "gpu Maker" "pci:01:00.0 Maker" "0 Mesa" "1 Maker" "rusticl Mesa"; do
    run "${train[@]}" --quiet --json --device "${words% *}"
    expect_code 0
    expect_json "e[0]['device']['name'] == '${words#* }'"
done
WEFT_PLAY="$WEFT_PLAY;gpu,name=Other,pci=0000:02:00.0" run "${train[@]}" --device gpu
expect_code 2
expect_text err "matches more than one device"
end
unset WEFT_PLAY

# falls PLAY TYPE WHY...: auto uses a device of TYPE, with one warning that has each WHY, and the right bits.
run "${train[@]}" --device cpu
cp run/model.safetensors "$work/model"
falls() {
    local play=$1 type=$2
    begin "auto with $play"
    WEFT_PLAY=$play run "${train[@]}" --json
    shift 2
    expect_code 0
    expect_json "e[0]['event'] == 'warning' and e[0]['code'] == 'device-skipped' and e[1]['device']['type'] == '$type'"
    expect_json "len([x for x in e if x['event'] == 'warning']) == 1"
    [ "$(grep -c "^weft: warning: " "$work/err")" -eq 1 ] || problem "not one warning"
    for why in "$@"; do
        expect_text err "$why"
    done
    expect_same run/model.safetensors "$work/model"
    end
}
falls "gpu,name=A,nobuild;gpu,name=B" gpu "A: clBuildProgram: CL_BUILD_PROGRAM_FAILURE" "using B instead"
falls "gpu,name=A,nobuild;gpu,name=B,nobuild;real" cpu "A: clBuildProgram" "; B: clBuildProgram" "using p"
falls "gpu,name=A,nobuild;gpu,name=B,nobuild,nofma" builtin "A: clBuildProgram" "using cpu instead"
falls "gpu,name=A,memory=1000000;real" cpu "A: memory of the device" "using p"
falls "gpu,name=Maker,nobuild,uuid=00112233445566778899aabbccddeeff;gpu,name=Mesa,platform=rusticl,uuid=00112233445566778899aabbccddeeff;real" gpu "Maker: clBuildProgram" "using Mesa instead"

begin "a device that is named is the only one"
WEFT_PLAY="gpu,name=A,nobuild;real" run "${train[@]}" --device gpu
expect_code 4
expect_text err "A: clBuildProgram: CL_BUILD_PROGRAM_FAILURE"
end

begin "an emulated fma: auto avoids it, a name gets one warning"
WEFT_PLAY="gpu,nofma;real" run "${train[@]}" --json
expect_code 0
expect_json "e[0]['event'] == 'start' and e[0]['device']['type'] == 'cpu' and not [x for x in e if x['event'] == 'warning']"
WEFT_PLAY="gpu,nofma;real" run "${train[@]}" --json --device gpu
expect_code 0
expect_json "[x['code'] for x in e if x['event'] == 'warning'] == ['emulated-fma']"
[ "$(grep -c "^weft: warning: " "$work/err")" -eq 1 ] || problem "not one warning"
expect_no_text err "radeonsi_force_use_fma32"
expect_same run/model.safetensors "$work/model"
end

# hints WORD NAME PLATFORM: whether (yes, no) the hint of Mesa's option is printed.
hints() {
    begin "the option of radeonsi, $1: $2 ($3)"
    WEFT_PLAY="gpu,nofma,name=$2,platform=$3" run "${train[@]}" --device gpu
    expect_code 0
    if [ "$1" = yes ]; then
        expect_text err "radeonsi_force_use_fma32=true"
    else
        expect_no_text err "radeonsi_force_use_fma32"
    fi
    end
}
hints yes "AMD Radeon RX 5700 XT (radeonsi navi10 ACO DRM 3.54)" rusticl
hints yes "AMD Radeon RX Vega (vega10 LLVM 15.0.6 DRM 3.49)" rusticl
hints yes "AMD Radeon Graphics (radeonsi renoir LLVM 19.1.1 DRM 3.59)" rusticl
hints no "AMD Radeon RX 580 Series (radeonsi polaris10 LLVM 19.1.1)" rusticl
hints no "AMD Radeon R9 Fury (fiji LLVM 15.0.6)" rusticl
hints no "Mesa Intel(R) UHD Graphics 620 (KBL GT2)" rusticl
hints no "AMD Radeon RX 5700 XT" OpenCLOn12

begin "verify without a name takes such a device if there is no other"
WEFT_PLAY="gpu,nofma" run verify --quick --steps 1 --json
expect_code 0
expect_json "e[-1]['result'] == 'equal' and e[-1]['device']['type'] == 'gpu'"
end

# The compiler that is played contracts across statements, but only a product that is used once.
if [ "$(uname -m)" != x86_64 ] || grep -qw fma /proc/cpuinfo; then
    begin "a compiler that contracts: auto uses its device, verify reports it and goes on"
    WEFT_PLAY="gpu,contracts;real" run "${train[@]}" --json
    expect_code 0
    expect_json "e[0]['event'] == 'start' and e[0]['device']['type'] == 'gpu' and '6.10' in e[0]['warning']"
    expect_same run/model.safetensors "$work/model"
    WEFT_PLAY="gpu,contracts" run verify --quick --steps 1 --json
    expect_code 1
    expect_json "[(x['stage'], x['guess']) for x in e if x['event'] == 'difference'] == [('numerics', 'contraction')]"
    expect_json "[x['result'] for x in e if x['event'] == 'stage'] == ['equal', 'different', 'equal', 'equal', 'equal']"
    end
fi

# The memory of an integrated GPU is the host's, and each queue is a thread in some drivers.
for play in "gpu,integrated,units=64" "gpu,units=3,memory=600000000"; do
    begin "verify --for: $play"
    WEFT_PLAY=$play run verify --quick --steps 1 --for 1 --json
    expect_code 0
    case $play in
    *integrated*) expect_json "e[-1]['copies'] == 16 and 0 < e[-1]['memory'] <= 256 << 20" ;;
    *) expect_json "e[-1]['copies'] <= 3 and 0 < e[-1]['memory'] <= 300000000" ;;
    esac
    end
done
finish
