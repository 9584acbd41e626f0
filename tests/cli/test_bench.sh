#!/bin/bash
# test_bench.sh: weft bench on the sample: what it runs and prints. Times are not checked.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_bench
bench=(bench --data "$sample" --repeat 2)
linear_list 28 10 "$work/files/linear.json"
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# Operations of the published network for a training image: forward, and backward without the input
# gradient of conv1.
forward=464880
step=$((3 * forward - 172800))

begin "bench"
run "${bench[@]}" --device cpu
expect_code 0
expect_text out "network of 33250 parameters, medians of 2"
expect_text out "kernels of train, exact: 100 images, batch 100, 1 steps"
expect_text out "kernels of evaluate, exact: 100 images, batch 100"
expect_text out "conv2d_gradients"
expect_text out "peak memory: "
expect_no_text out "whole"
end

begin "bench --json"
run "${bench[@]}" --device cpu --json --quiet --peak --batch 30
expect_code 0
expect_empty err
expect_json 'e[0]["event"] == "start" and e[0]["device"]["type"] == "builtin" and e[0]["parameters"] == 33250
    and e[0]["options"]["batch"] == 30 and e[0]["options"]["wide"] == 1'
expect_json '[x["what"] for x in e if x["event"] == "bench"] == ["peak", "train", "evaluate"]'
expect_json 'all(x["seconds"] > 0 and x["gflops"] > 0 and x["share_of_peak"] > 0 and x["math"] == "exact"
    and x["peak_memory"] > 1000000 for x in e if x["event"] == "bench")'
expect_json 'all(len(x["times"]) == 2 and x["times"] == sorted(x["times"])
    and x["images"] == 100 and x["images_per_second"] > 0 for x in e if x.get("what") in ("train", "evaluate") and x["event"] == "bench")'
expect_json '[(x["batch"], x["steps"]) for x in e if x["event"] == "bench" and x["what"] == "train"] == [(30, 4)]'
expect_json 'sum(x["flop"] for x in e if x["event"] == "kernel" and x["what"] == "train") == 100 * '"$step"
expect_json 'sum(x["flop"] for x in e if x["event"] == "kernel" and x["what"] == "evaluate") == 100 * '"$forward"
expect_json 'abs(sum(x["share"] for x in e if x["event"] == "kernel" and x["what"] == "train") - 1) < 1e-9'
expect_json 'any(x["name"] == "conv2d_forward" and x["layers"] == ["conv2"] and x["launches"] == 4 and x["bytes"] > 0
    for x in e if x["event"] == "kernel")'
end

begin "the CPU backend has no other memory"
run "${bench[@]}" --device cpu --images 20 --images-on-host --only train
expect_code 0
expect_text err "--images-on-host: the CPU backend has no other memory"
expect_no_text out "on the host"
end

begin "without --peak there is no share of the peak"
run "${bench[@]}" --device cpu --json --images 20
expect_code 0
expect_json 'all(x["share_of_peak"] is None for x in e if x["event"] != "start")'
expect_json 'all(x["images"] == 20 for x in e if x["event"] == "bench")'
end

begin "--steps"
run "${bench[@]}" --device cpu --json --batch 10 --steps 3 --only train
expect_code 0
expect_json 'len(e) == 2 and (e[1]["what"], e[1]["images"], e[1]["steps"]) == ("train", 30, 3)'
end

for part in train evaluate peak; do
    begin "--only $part"
    run "${bench[@]}" --device cpu --json --only "$part" --images 16
    expect_code 0
    expect_json '[x.get("what") for x in e] == [None, "'"$part"'"]'
    end
done

begin "--only kernels"
run "${bench[@]}" --device cpu --json --only kernels --images 16
expect_code 0
expect_json '{x["event"] for x in e[1:]} == {"kernel"} and {x["what"] for x in e[1:]} == {"train", "evaluate"}'
end

begin "--only evaluate --peak"
run "${bench[@]}" --device cpu --json --only evaluate --peak --images 16
expect_json '[x.get("what") for x in e] == [None, "peak", "evaluate"] and e[2]["share_of_peak"] > 0'
end

begin "--whole"
run "${bench[@]}" --device cpu --only whole --epochs 2 --batch 50 --json --quiet
expect_code 0
expect_empty err
expect_json 'len(e) == 2 and e[0]["device"]["name"] == "cpu"'
expect_json '(e[1]["what"], e[1]["images"], len(e[1]["times"])) == ("whole", 2 * 100 + 200, 2)'
run "${bench[@]}" --device cpu --whole --epochs 1
expect_code 0
expect_text out "whole"
[ -z "$(ls -A "$TMPDIR")" ] || problem "files are left: $(ls -A "$TMPDIR")"
[ -z "$(ls -A)" ] || problem "files are left: $(ls -A)"
end

begin "--network and --wide"
run "${bench[@]}" --device cpu --json --network "$work/files/linear.json" --only train
expect_json 'e[0]["parameters"] == 7850'
run "${bench[@]}" --device cpu --json --wide 2 --only train --images 16 --repeat 1
expect_code 0
# conv1 12 x 25 + 12, batchN1 24, conv2 24 x 12 x 25 + 24, fc1 240 x 384 + 240, batchN2 480, fc2 120
# x 240 + 120, out 1210
expect_json 'e[0]["parameters"] == 312 + 24 + 7224 + 92400 + 480 + 28920 + 1210'
end

if "$weft" devices | grep -q "Portable Computing Language"; then
    for fuse in "" --no-fuse; do
        begin "PoCL $fuse"
        # shellcheck disable=SC2086 # an empty word is none
        run "${bench[@]}" --device Portable --json --batch 50 --peak $fuse
        expect_code 0
        expect_json 'sum(x["flop"] for x in e if x["event"] == "kernel" and x["what"] == "train") == 100 * '"$step"
        expect_json 'sum(x["flop"] for x in e if x["event"] == "kernel" and x["what"] == "evaluate") == 100 * '"$forward"
        expect_json '[x["what"] for x in e if x["event"] == "bench"] == ["peak", "train", "evaluate"]'
        expect_json 'any(x["name"] == "gather" and x["launches"] == 2 and x["layers"] == [] for x in e if x["event"] == "kernel")'
        end
    done
    begin "images on the host, in turns with those on the device"
    run "${bench[@]}" --device Portable --json --quiet --images-on-host --batch 10
    expect_code 0
    expect_json '[(x["what"], x["images_on_host"], len(x["times"])) for x in e if x["event"] == "bench"]
        == [(what, host, 2) for what in ("train", "evaluate") for host in (False, True)]'
    expect_json 'len({x["what"] for x in e if x["event"] == "kernel"}) == 2 and e[0]["options"]["images_on_host"]'
    run "${bench[@]}" --device Portable --images-on-host --batch 10 --only train
    expect_code 0
    expect_text out "images: on the host, "
    expect_text out " times as long as on the device"
    end
    if [ "${WEFT_CLBLAST:?}" = yes ]; then
        begin "--math fast and exact"
        run "${bench[@]}" --device Portable --json --batch 50 --math fast --repeat 1
        expect_code 0
        expect_text err "no bits are promised"
        expect_json '[(x["what"], x["math"]) for x in e if x["event"] == "bench"]
            == [(what, math) for math in ("fast", "exact") for what in ("train", "evaluate")]'
        expect_json '{sum(x["flop"] for x in e if x["event"] == "kernel" and (x["what"], x["math"]) == ("train", math))
            for math in ("fast", "exact")} == {100 * '"$step"'}'
        expect_json 'any(x["name"] == "fast_forward" and x["layers"] == ["conv1"] for x in e if x["event"] == "kernel")'
        end
    fi
else
    skip "bench on PoCL" "no such device"
fi
refuses 2 "--math fast: CLBlast needs an OpenCL device" "${bench[@]}" --device cpu --math fast

# Wrong usage and files
refuses 2 "--repeat 0: not an integer" "${bench[@]}" --repeat 0
refuses 2 "--only everything: not one of: train, evaluate, kernels, peak, whole" "${bench[@]}" --only everything
refuses 2 "--whole: it cannot be combined with" "${bench[@]}" --whole --wide 2
refuses 2 "--whole: it cannot be combined with" "${bench[@]}" --only whole --steps 2
refuses 2 "unexpected argument x" "${bench[@]}" x
refuses 4 "no-such-device" "${bench[@]}" --device no-such-device
refuses 3 "nowhere" bench --data nowhere
refuses 3 "nowhere.json" "${bench[@]}" --network nowhere.json
linear_list 20 10 "$work/files/small.json"
refuses 3 "it takes 1 x 20 x 20" "${bench[@]}" --network "$work/files/small.json"
export TMPDIR=$work/nowhere
refuses 3 "nowhere/weft-" "${bench[@]}" --device cpu --only whole --epochs 1

finish
