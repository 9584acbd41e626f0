#!/bin/bash
# test_odd_data.sh: data folders that are unusual but right, with one hash on the CPU backend and on
# PoCL, and folders that are wrong, with what is said about them.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_odd_data
odd=$work/files
for kind in shapes wrong png_kinds; do
    python3 "$source/tests/support/odd_folders.py" $kind "$odd/$kind" || exit 1
done
pictures=yes
if "$weft" data "$odd/png_kinds" 2>&1 | grep -q "built without libpng"; then
    pictures=""
    skip "$suite: folders of PNG files" "built without libpng"
fi
pocl=""
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    pocl="Portable Computing"
else
    skip "$suite: one hash on OpenCL devices" "PoCL is not there"
fi

# trains FOLDER CHANNELS HEIGHT WIDTH CLASSES [DEVICE]: the folder has images of this shape, and all
# commands take them.
trains() {
    begin "trains: $1"
    echo "{\"input\": [$2, $3, $4], \"layers\": [{\"kind\": \"flatten\"}, {\"kind\": \"linear\", \"out_features\": $5}]}" >list.json
    run data "$odd/$1" --json
    expect_json "[(x['channels'], x['height'], x['width'], len(x['classes'])) for x in e] == [($2, $3, $4, $5)] * 2"
    for device in cpu "${6:-}"; do
        [ -n "$device" ] || continue
        run train --data "$odd/$1" --network list.json --steps 4 --batch 5 --device "$device" --quiet --out "on ${device::3}"
        expect_code 0
        expect_same "on ${device::3}/model.safetensors" "on cpu/model.safetensors"
    done
    run report "on cpu" --data "$odd/$1" --device cpu
    expect_code 0
    expect_no_text err "no images"
    run samples --data "$odd/$1" --count 3
    expect_code 0
    [ "$(grep -c . "$work/out")" -ge 2 ] || problem "samples shows no images"
    run predict "on cpu" --data "$odd/$1" --index 0,1 --device cpu --out seen.svg
    expect_code 0
    end
    rm -rf "$work/here/"*
}
trains shapes/one 1 1 1 3 "$pocl"
trains shapes/wide 1 5 300 3 "$pocl"
trains shapes/first 3 8 5 3
trains shapes/last 3 8 5 3 "$pocl"
trains shapes/either 3 8 3 3
trains shapes/short 1 4 4 3
trains shapes/int 1 4 4 3
trains shapes/gap 1 4 4 6 "$pocl"
trains shapes/equal 3 4 4 3 "$pocl"
trains shapes/names 1 4 4 3
[ -z "$pictures" ] || trains png_kinds 3 8 8 2 "$pocl"

begin "names with a byte order mark, and classes without images"
run data "$odd/shapes/names" --json
expect_json 'e[0]["classes"] == ["=a,b", "-<i>&", "日本"] and e[0]["counts"] == [4] * 3'
run data "$odd/shapes/gap" --json
expect_json 'e[0]["counts"] == [4, 0, 4, 0, 0, 4]'
end

# wrong NAME TEXT: weft data, and a training, say TEXT of the folder, where DIR is the folder.
wrong() {
    begin "wrong: $1"
    run data "$odd/wrong/$1"
    expect_code 3
    expect_text err "${2//DIR/$odd/wrong/$1}"
    expect_empty out
    end
}
wrong colour "DIR/train-images-idx3-ubyte: the training images are 1 x 4 x 4 (channels, height, width), but the test images in DIR/t10k-images-idx3-ubyte are 3 x 4 x 4"
wrong size "but the test images in DIR/t10k-images-idx3-ubyte are 1 x 4 x 5"
wrong label "DIR/t10k-labels-idx1-ubyte: label 3 is 3, expected 0 to 2"
wrong label "the labels in DIR/train-labels-idx1-ubyte are 0 to 2"
wrong beyond "label 2 is 1000, expected 0 to 999"
wrong negative "label 2 is -1, expected 0 to 999"
wrong few "classes.txt: 2 names, one a line, but there are 3 classes"
wrong many "classes.txt: 4 names, one a line, but there are 3 classes"
wrong latin "classes.txt: line 2: the name is not UTF-8"
wrong equal "classes.txt: lines 1 and 3 have the same name"
wrong empty "classes.txt: line 2: the name is empty"
wrong tab "classes.txt: line 2: the name has a control character"
for mark in 202e 2066 200b; do
    wrong mark-$mark "classes.txt: line 2: the name has a control character"
done
wrong long "classes.txt: line 3: the name is longer than 200 bytes"
if [ -n "$pictures" ]; then
    wrong directory "DIR/train/a/2.png"
    wrong lonely "DIR: no test images: 0.2 of the images of each class"
    wrong lonely "--test-fraction"
    wrong nested "DIR/test/b/more: pictures in a folder within that of a class"
fi

begin "bench and verify with other images"
echo '{"input": [3, 8, 5], "layers": [{"kind": "flatten"}, {"kind": "linear", "out_features": 3}]}' >list.json
run bench --data "$odd/shapes/last" --network list.json --repeat 1 --device cpu --json
expect_code 0
expect_json '{x["what"] for x in e if x["event"] == "bench"} >= {"train", "evaluate"}'
for command in bench verify; do
    run $command --data "$odd/shapes/last" --device "${pocl:-cpu}"
    expect_code 3
    expect_text err "network: it takes 1 x 28 x 28, but the images are 3 x 8 x 5"
done
rm list.json
end

begin "numbers of --mean and --std that do not fit"
echo '{"input": [3, 8, 5], "layers": [{"kind": "flatten"}, {"kind": "linear", "out_features": 3}]}' >list.json
for wrong in --mean=0.1,0.2 --mean=1,2,3,4 --std=0 --std=1,0,1 --std=-1 --mean=1e5; do
    run train --data "$odd/shapes/first" --network list.json --steps 1 --device cpu --out no "$wrong"
    expect_code 2
    expect_text err "1 or 3 numbers"
done
for wrong in 0 1 -1 nan; do
    run data "$odd/shapes/first" "--test-fraction=$wrong"
    expect_code 2
done
end
finish
