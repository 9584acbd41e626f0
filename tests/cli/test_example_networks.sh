#!/bin/bash
# test_example_networks.sh: each network of examples/networks is trained for some steps, with one hash of the
# model on the CPU backend and on the first OpenCL device. Those whose kernels compile in a few seconds are
# also trained on the other devices, in the other mapping and without fusion.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_example_networks

networks=$source/examples/networks
# Colour images of 32 x 32, as CIFAR's binary files: a byte for the class, then three planes.
mkdir "$work/files/colour"
python3 - "$work/files/colour" <<'PYTHON' || exit 1
import random, sys
random.seed(1)
for name in [f"data_batch_{i + 1}" for i in range(5)] + ["test_batch"]:
    with open(f"{sys.argv[1]}/{name}.bin", "wb") as file:
        for i in range(4):
            shade = random.sample(range(60, 200), 3)
            file.write(bytes([i * 3 % 10]))
            for plane in range(3):
                file.write(bytes(shade[plane] // (1 + (x // (i + 2)) % 2) + random.randrange(50) for x in range(1024)))
PYTHON

# trained NAME HASH [OPTION]...: a training has the model file of this hash.
trained() {
    rm -rf trained
    run train --network "$networks/$1.json" --data "$data" --steps 2 --batch "$batch" --quiet --out trained "${@:3}"
    expect_code 0
    hash=$(sha256sum trained/model.safetensors | cut -c1-16)
    [ "$hash" = "$2" ] || problem "${*:3}: the hash is $hash, not $2"
}

devices=$("$weft" devices --json | python3 -c '
import json, sys
print(*(e["index"] for e in map(json.loads, sys.stdin) if e["usable"] and e["type"] != "builtin"))')

[ -n "$devices" ] || skip "$suite: OpenCL devices" "no OpenCL device is usable"

while read -r network batch expected more; do
    data=$sample
    [ "$network" = resnet20 ] && data=$work/files/colour
    begin "$network on the CPU backend"
    trained "$network" "$expected" --device cpu
    trained "$network" "$expected" --device cpu --threads 1
    end
    for device in $devices; do
        [ -n "$more" ] || [ "$device" = "${devices%% *}" ] || continue
        begin "$network on device $device"
        trained "$network" "$expected" --device "$device"
        if [ -n "$more" ]; then
            trained "$network" "$expected" --device "$device" --mapping gpu
            trained "$network" "$expected" --device "$device" --no-fuse
        fi
        end
    done
done <<'END'
published 20 ec029607e052b4b8 more
lenet5 20 166de79f568e5325 more
resnet8 20 88f2cf09cf63a703
resnet20 6 da6cde88e6f3a25f
mobilenet 20 a806a26293931f5b
END

begin "the published network is that of weft summary"
run summary --json
cp "$work/out" "$work/files/published"
run summary --json --network "$networks/published.json"
expect_json 'e[0]["network"] == json.load(open("'"$work"'/files/published"))["network"]'
end

begin "README.md has the numbers of each network"
for file in "$networks"/*.json; do
    run summary --json --network "$file"
    expect_code 0
    name=${file##*/}
    row=$(python3 - "$work/out" "$name" <<'PYTHON'
import json, sys
event = json.load(open(sys.argv[1]))
print(f"| `{sys.argv[2]}` | {event['parameters']:,} | {event['flop'] / 1e6:.2f} |")
PYTHON
    )
    if [ -z "$row" ] || ! grep -qF "$row" "$networks/README.md"; then
        problem "README.md lacks the row of $name: $row"
    fi
done
end

finish
