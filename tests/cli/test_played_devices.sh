#!/bin/bash
# test_played_devices.sh: what the test device of tests/support/player reports is what weft devices
# lists, and a GPU that is played trains to the same bits.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_devices
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 4 --batch 50 --quiet)
"$weft" "${train[@]}" --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

begin "the device reports what WEFT_PLAY says"
WEFT_PLAY="gpu,name=One,platform=Maker,driver=7.1,units=24,memory=1000000000,local=65536,nofma,pci=0001:3b:0a.1,uuid=00112233445566778899aabbccddeeff;real" run devices --json
expect_code 0
expect_json '[x["name"] for x in e][0] == "One" and [x["type"] for x in e] == ["gpu", "cpu", "builtin"]'
expect_json '(e[0]["platform"], e[0]["driver"], e[0]["compute_units"], e[0]["global_memory"], e[0]["local_memory"]) == ("Maker", "7.1", 24, 1000000000, 65536)'
expect_json '"fma" not in e[0]["fp_config"] and "fma" in e[2]["fp_config"]'
expect_json '(e[0]["pci"], e[0]["uuid"]) == ("0001:3b:0a.1", "00112233445566778899aabbccddeeff")'
expect_json '[(x["platform_index"], x["device_index"]) for x in e[:2]] == [(0, 0), (1, 0)]'
end

begin "a property that is not known ends the process"
WEFT_PLAY="gpu,nothing" run devices
expect_code 4
expect_text err "not a property: nothing"
end

begin "a GPU trains to the bits of the CPU backend"
WEFT_PLAY=gpu run "${train[@]}" --device gpu --out run --json
expect_code 0
expect_json 'e[0]["device"]["name"] == "Played GPU" and e[0]["device"]["type"] == "gpu"'
expect_same run/model.safetensors "$work/cpu/model.safetensors"
end
rm -rf run

begin "--threads: a CPU device without sub-devices is used as a whole, and a notice says so"
WEFT_PLAY=cpu,units=8 run "${train[@]}" --device 0 --threads 3 --out run --json
expect_code 0
expect_empty err
expect_json 'e[0]["device"]["compute_units"] == 8'
expect_same run/model.safetensors "$work/cpu/model.safetensors"
WEFT_PLAY=cpu,units=8 run bench --data "$sample" --images 20 --only train --repeat 1 --device 0 --threads 3
expect_code 0
expect_text err "weft: --threads 3: all 8 compute units are used"
WEFT_PLAY=cpu,units=8 run bench --data "$sample" --images 20 --only train --repeat 1 --device 0 --threads 8
expect_no_text err "--threads"
WEFT_PLAY=gpu,units=8 run bench --data "$sample" --images 20 --only train --repeat 1 --device 0 --threads 3
expect_code 0
expect_no_text err "--threads"
end
rm -rf run

begin "bench of a GPU warms up for half a second, of a CPU device for some steps"
bench=(bench --data "$sample" --images 60 --batch 20 --steps 2 --repeat 1 --only train --json)
WEFT_PLAY=gpu run "${bench[@]}" --device gpu
expect_code 0
expect_json '[x["warm_seconds"] >= 0.5 for x in e if x["event"] == "bench"] == [True]'
warm=$(python3 -c 'import json, sys; print(*[x["warm_seconds"] for x in map(json.loads, sys.stdin) if x["event"] == "bench"])' <"$work/out")
WEFT_PLAY=cpu run "${bench[@]}" --device 0 # PoCL compiles the kernels
WEFT_PLAY=cpu run "${bench[@]}" --device 0
expect_code 0
expect_json "[x['warm_seconds'] < $warm for x in e if x['event'] == 'bench'] == [True]"
end

begin "an accelerator, and verify"
WEFT_PLAY=accelerator run verify --quick --steps 1 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal" and e[-1]["device"]["type"] == "accelerator"'
end
finish
