#!/bin/bash
# test_folders.sh: data folders of all formats: what they hold, trainings with equal bits from each
# format, on the CPU backend and on PoCL, and a message for each mistake.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_folders
made=$work/files/made
mkdir -p "$made"
make() { python3 "$source/tests/support/data_folders.py" "$@" || exit 1; }
network() { # CHANNELS CLASSES
    echo "{\"input\": [$1, 8, 8], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": 8," \
        "\"kernel_size\": 3}, {\"kind\": \"relu\"}, {\"kind\": \"flatten\"}," \
        "{\"kind\": \"linear\", \"out_features\": $2}]}"
}
network 1 3 >"$made/grey.json"
network 3 3 >"$made/colour.json"
network 1 300 >"$made/many.json"
python3 -c 'for i in range(300): print(f"<&\"{i}\" 服 ب é")' >"$made/names"
printf 'class %03d\n' 0 1 2 >"$made/three"
printf 'class %03d\n' 0 1 2 3 4 5 6 7 8 9 >"$made/ten"
make idx "$made/first" channels=3
make idx "$made/last" channels=3 order=last
make idx "$made/named" channels=3 names="$made/three"
make png "$made/png" channels=3
make png "$made/whole" channels=3 test=0
make idx "$made/many" classes=300 train=900 test=300 type=11 names="$made/names"
make cifar10 "$made/cifar10" train=100 test=20
make idx "$made/like-cifar10" channels=3 height=32 width=32 classes=10 train=100 test=20 names="$made/ten"
make cifar100 "$made/cifar100" train=200 test=100

pictures=yes
if "$weft" data "$made/png" 2>&1 | grep -q "built without libpng"; then
    pictures=""
    skip "$suite: folders of PNG files" "built without libpng"
fi
devices=(cpu)
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    devices+=("Portable Computing")
else
    skip "$suite: one hash on OpenCL devices" "PoCL is not there"
fi

hash_of() { sha256sum <"$1/model.safetensors"; }

# same_images FOLDER OTHER: both have the same classes, and splits with the same hashes.
same_images() {
    for folder in "$1" "$2"; do
        run data "$made/$folder" --json
        expect_code 0
        python3 -c '
import json, sys
for e in map(json.loads, sys.stdin):
    print(e["split"], e["images"], e["classes"], [file["sha256"] for file in e["files"]])' \
            <"$work/out" >"$made/images-$folder"
        [ "$(wc -l <"$made/images-$folder")" -eq 2 ] || problem "$folder: not two splits"
    done
    expect_same "$made/images-$1" "$made/images-$2"
}

begin "the same images in several formats"
same_images first last
run data "$made/first" --json
expect_json '[(x["channels"], x["height"], x["images"]) for x in e] == [(3, 8, 60), (3, 8, 30)]'
expect_json 'all(x["classes"] == ["0", "1", "2"] for x in e)'
same_images cifar10 like-cifar10
[ -z "$pictures" ] || same_images named png
end

begin "what the formats hold"
if [ -n "$pictures" ]; then
    run data "$made/png" --json
    expect_json '[(x["images"], x["classes"][2], x["counts"]) for x in e] == [(60, "class 002", [20] * 3), (30, "class 002", [10] * 3)]'
    run data "$made/whole" --json
    expect_json '[(x["images"], x["counts"]) for x in e] == [(48, [16] * 3), (12, [4] * 3)]'
    run data "$made/whole" --test-fraction 0.5 --json
    expect_json '[x["counts"] for x in e] == [[10] * 3, [10] * 3]'
fi
run data "$made/cifar10" --json
expect_json '[(x["images"], len(x["classes"])) for x in e] == [(100, 10), (20, 10)]'
run data "$made/cifar100" --json
expect_json '[(x["images"], x["classes"][99]) for x in e] == [(200, "class 099"), (100, "class 099")]'
run data "$made/many" --json
expect_json '[x["counts"] for x in e] == [[3] * 300, [1] * 300]'
expect_json 'e[0]["classes"][7] == "<&\"7\" 服 ب é"'
end

begin "one hash in colour, from each format"
for format in named ${pictures:+png}; do
    for device in "${devices[@]}"; do
        run train --data "$made/$format" --network "$made/colour.json" --epochs 3 --batch 10 --device "$device" \
            --out "$format-${device::3}" --json
        expect_code 0
        expect_json '[x["accuracy"] >= .9 for x in e if x["event"] == "evaluation"] == [True] * 2'
        expect_same "$format-${device::3}/model.safetensors" named-cpu/model.safetensors
    done
    grep -aq 'weft.pixels' "$format-cpu/model.safetensors" || problem "no mean in the model"
    run evaluate "$format-cpu" --data "$made/$format" --device cpu --json
    expect_json 'e[-1]["accuracy"] >= .9'
    run evaluate "$format-cpu" --data "$made/$format" --device cpu --std 1000 --json
    expect_json 'e[-1]["accuracy"] < .9'
    run predict "$format-cpu" --data "$made/$format" --index 0,1 --device cpu
    expect_text out "(it is: class 000)"
    run report "$format-cpu" --data "$made/$format"
    expect_code 0
    run samples --data "$made/$format" --count 3 --json
    expect_json '[x["class"] for x in e] == ["class 000"] * 3'
done
end

if [ -n "$pictures" ]; then
    begin "grey pictures beside those in colour"
    make png "$made/dull" channels=1
    # Each has one split of grey pictures; the same pictures with three equal channels are the same.
    mkdir "$made/dull-test" "$made/dull-train"
    cp -r "$made/png/train" "$made/dull/test" "$made/dull-test"
    cp -r "$made/dull/train" "$made/png/test" "$made/dull-train"
    for folder in dull-test dull-train; do
        run data "$made/$folder" --json
        expect_json '[x["channels"] for x in e] == [3, 3]'
        run train --data "$made/$folder" --network "$made/colour.json" --epochs 1 --device cpu --out "$folder" --json
        expect_code 0
        expect_json '[open("accuracy", "w").write(str(x["accuracy"])) for x in e if x["event"] == "evaluation" and x["split"] == "test"] != []'
        run evaluate "$folder" --data "$made/$folder" --split test --device cpu --json
        expect_json 'str(e[-1]["accuracy"]) == open("accuracy").read()'
        run predict "$folder" --data "$made/$folder" --index 1 --device cpu
        expect_code 0
    done
    run train --data "$made/dull" --network "$made/colour.json" --steps 1 --device cpu --out dull-colour --quiet
    expect_code 0
    run train --data "$made/dull" --network "$made/grey.json" --steps 1 --device cpu --out dull-grey --quiet
    expect_code 0
    run train --data "$made/dull-test" --network "$made/grey.json" --steps 1 --device cpu --out no
    expect_code 3
    expect_text err "network: it takes 1 x 8 x 8, but the images are 3 x 8 x 8"
    # A flat input of all three channels does not say that there are three.
    echo '{"input": [192], "layers": [{"kind": "linear", "out_features": 3}]}' >"$made/flat.json"
    for folder in dull-test dull-train; do
        run train --data "$made/$folder" --network "$made/flat.json" --steps 3 --device cpu --out "flat-$folder" --json
        expect_code 0
        expect_json '[open("accuracies", "w").write(str([x["accuracy"] for x in e if x["event"] == "evaluation"]))] != []'
        for split in train test; do
            run evaluate "flat-$folder" --data "$made/$folder" --split $split --device cpu --json
            expect_code 0
            expect_json 'str(e[-1]["accuracy"]) in open("accuracies").read()'
            run predict "flat-$folder" --data "$made/$folder" --split $split --index 1 --device cpu
            expect_code 0
        done
    done
    # Three features are no channels: they are the pixels of a grey picture.
    make png "$made/strips" height=1 width=3
    echo '{"input": [3], "layers": [{"kind": "linear", "out_features": 3}]}' >"$made/features.json"
    run train --data "$made/strips" --network "$made/features.json" --steps 1 --device cpu --out strips --quiet
    expect_code 0
    end
fi

begin "300 classes with names in other scripts"
run train --data "$made/many" --network "$made/many.json" --epochs 3 --batch 30 --lr 0.02 --device cpu --out many
expect_code 0
expect_text out "the most frequent confusions of 300 classes"
grep -q 'é"' many/confusion-test.csv || problem "no names in the matrix"
run report many --data "$made/many"
expect_code 0
run predict many --data "$made/many" --index 7 --device cpu
expect_text out '"7" 服'
end

begin "--mean and --std"
run train --data "$sample" --steps 2 --device cpu --out published --quiet
run train --data "$sample" --steps 2 --device cpu --out given --mean 0.2859 --std 0.3530 --quiet
[ "$(hash_of published)" = "$(hash_of given)" ] || problem "the published numbers are others"
run train --data "$sample" --steps 2 --device cpu --out computed --mean computed --std computed --quiet
[ "$(hash_of published)" != "$(hash_of computed)" ] || problem "--mean computed was ignored"
for wrong in x 0.1,0.2 "" nan 1e9 "0.1,"; do
    run train --data "$sample" --steps 2 --device cpu --out wrong "--mean=$wrong"
    expect_code 2
done
end

# wrong NAME PART: a copy of a folder in $made/NAME that was damaged.
wrong() {
    begin "wrong: $1"
    run data "$made/$1"
    expect_code 3
    expect_text err "$2"
    [ ! -s "$work/out" ] || problem "stdout is not empty"
    end
}
copy() { cp -r "$made/$1" "$made/$2"; }
copy first two && cp -r "$made/png/train" "$made/two"
wrong two "files of two formats: IDX (train-images-idx3-ubyte) and PNG (train/CLASS/*.png)"
mkdir "$made/none"
wrong none "no data: there is neither"
# Faults that are found before the first picture is read.
copy png one && rm -r "$made/one/train/class 001" "$made/one/train/class 002"
wrong one "it has 1 folder, one a class, expected 2 to 1000"
if [ -n "$pictures" ]; then
    copy png size && python3 - "$source" "$made/size/train/class 001/x.png" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1] + "/tests/support")
import data_folders
data_folders.png(sys.argv[2], 7, 9, 3, bytes(189))
PYTHON
    wrong size "x.png: 7 x 9 pixels (width x height), but $made/size/train/class 000/00000.png has 8 x 8"
    copy png cut && truncate -s 100 "$made/cut/train/class 002/00040.png"
    wrong cut "class 002/00040.png: not a readable PNG file"
    copy png text && echo text >"$made/text/train/class 002/x.png"
    wrong text "class 002/x.png: this is a text file, but a PNG picture was expected"
    copy png other && mv "$made/other/test/class 001" "$made/other/test/extra"
    wrong other "other/test/extra: there is no"
    copy png inside && mkdir "$made/inside/train/class 001/more" "$made/inside/train/class 001/empty" &&
        mv "$made/inside/train/class 001/00025.png" "$made/inside/train/class 001/more"
    wrong inside "class 001/more: pictures in a folder within that of a class"
    copy png empty && rm "$made/empty/train/class 001/"*
    wrong empty "class 001: no file in it is called *.png"
    copy empty photos && printf '\xff\xd8\xff\xe0\0\20JFIF' >"$made/photos/train/class 001/1.jpeg"
    wrong photos "class 001: no file in it is called *.png: 1.jpeg is a JPEG picture"
    begin "how to convert them"
    expect_text err "mogrify -format png $made/photos/train/class 001/*.jpeg"
    end
    copy png broad && python3 - "$source" "$made/broad/train/class 000/00000.png" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1] + "/tests/support")
import data_folders
data_folders.png(sys.argv[2], 65537, 1, 1, bytes(65537))
PYTHON
    wrong broad "00000.png: 65537 x 1 pixels are too many"
fi
copy cifar10 record && truncate -s 3000 "$made/record/data_batch_3.bin"
wrong record "data_batch_3.bin: its size is no multiple of 3073 bytes"
copy cifar10 pointer && printf 'version https://git-lfs.github.com/spec/v1\n' >"$made/pointer/data_batch_1.bin"
wrong pointer "data_batch_1.bin: this is a pointer of Git LFS, but a binary file of CIFAR was expected"
copy cifar100 page && printf '<!doctype html>%04000d' 0 >"$made/page/train.bin"
wrong page "train.bin: this is an HTML page, but a binary file of CIFAR was expected"
copy cifar10 gap && rm "$made/gap/data_batch_3.bin"
wrong gap "there is no $made/gap/data_batch_3.bin, but data_batch_5.bin"
copy cifar10 label && printf '\12' | dd of="$made/label/test_batch.bin" conv=notrunc bs=1 2>/dev/null
wrong label "test_batch.bin: label 0 is 10, expected 0 to 9"
copy cifar10 second && printf '\12' | dd of="$made/second/data_batch_2.bin" conv=notrunc bs=1 2>/dev/null
wrong second "data_batch_2.bin: label 0 is 10, expected 0 to 9"
copy cifar100 coarse && printf '\24' | dd of="$made/coarse/train.bin" conv=notrunc bs=1 2>/dev/null
wrong coarse "train.bin: coarse label 0 is 20, expected 0 to 19"
copy cifar10 same && sed -i 2s/.*/"class 000"/ "$made/same/batches.meta.txt"
wrong same "lines 1 and 2 have the same name"
copy many fewer && sed -i 1d "$made/fewer/classes.txt"
wrong fewer "299 names, one a line, but there are 300 classes"
copy first channels && printf '\10\0\0\0\3' |
    dd of="$made/channels/train-images-idx3-ubyte" conv=notrunc bs=1 seek=11 2>/dev/null
wrong channels "neither the second nor the last number is 3"

begin "a network of another shape, and options that do not fit"
run train --data "$made/first" --network "$made/grey.json" --device cpu --out no
expect_code 3
expect_text err "network: it takes 1 x 8 x 8, but the images are 3 x 8 x 8"
run data "$made/first" --test-fraction 0.2
expect_code 2
expect_text err "has test images"
end

# scikit-learn's digits: 1,797 grey images of 8 x 8, of which a fifth is held out.
begin "digits of scikit-learn"
if [ -z "$pictures" ]; then
    skipped="built without libpng"
elif /usr/bin/python3 -c "import sklearn.datasets" 2>/dev/null; then
    /usr/bin/python3 - "$source" "$made/digits" <<'PYTHON'
import sys, os
sys.path.insert(0, sys.argv[1] + "/tests/support")
import data_folders, sklearn.datasets
digits = sklearn.datasets.load_digits()
for i, (image, label) in enumerate(zip(digits.images, digits.target)):
    folder = f"{sys.argv[2]}/train/{label}"
    os.makedirs(folder, exist_ok=True)
    data_folders.png(f"{folder}/{i:04}.png", 8, 8, 1, bytes(int(v * 255 / 16) for v in image.ravel()))
PYTHON
    network 1 10 >"$made/digits.json"
    run train --data "$made/digits" --network "$made/digits.json" --epochs 12 --batch 50 --lr 0.005 --device cpu \
        --out digits --json
    expect_code 0
    expect_json '[x["accuracy"] >= .95 for x in e if x.get("split") == "test"] == [True]'
else
    skipped="python3-sklearn is not installed"
fi
end

finish
