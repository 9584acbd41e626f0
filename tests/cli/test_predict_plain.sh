#!/bin/bash
# test_predict_plain.sh: weft predict of pictures that are scaled only, as for models of other data
# than Fashion-MNIST.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_predict_plain
data=$work/files/kinds
python3 "$source/tests/support/odd_folders.py" png_kinds "$data" || exit 1
if "$weft" data "$data" 2>&1 | grep -q "built without libpng"; then
    skip_all "built without libpng"
fi
images=() # in the order of the data set
for class in "deux é" "दो"; do images+=("$data/test/$class/"[0-9]*.png); done
network() { # CHANNELS SIDE CLASSES
    echo "{\"input\": [$1, $2, $2], \"layers\": [{\"kind\": \"flatten\"}, {\"kind\": \"linear\", \"out_features\": $3}]}"
}
network 3 8 2 >"$work/files/colour.json"
network 1 8 2 >"$work/files/grey.json"
network 1 28 10 >"$work/files/fashion.json"
"$weft" train --data "$data" --network "$work/files/colour.json" --steps 3 --batch 34 --device cpu --quiet \
    --out "$work/files/colour" >"$work/out" || exit 1
colour=(predict "$work/files/colour" --device cpu)

# same_as EXPECTED: the predictions in $work/out are those in EXPECTED, bit by bit.
same_as() {
    python3 - "$work/out" "$1" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, sys
a, b = ([x["top"] for x in map(json.loads, open(path)) if x["event"] == "prediction"] for path in sys.argv[1:])
assert len(a) == len(b) > 0 and a == b, [i for i in range(len(a)) if a[i] != b[i]]
PYTHON
}

begin "a file of any kind is read as the file of a data folder"
[ ${#images[@]} -eq 34 ] || problem "${#images[@]} files"
run "${colour[@]}" --data "$data" --index "$(seq -s , 0 33)" --json
expect_code 0
cp "$work/out" "$work/files/own"
run "${colour[@]}" "${images[@]}" --json
expect_code 0
expect_json '{x["prepare"] for x in e if x["event"] == "prediction"} == {"plain"}'
expect_json '"दो" in e[0]["top"][0]["class"] + e[0]["top"][1]["class"]'
same_as "$work/files/own"
run "${colour[@]}" "${images[@]}" --prepare plain --mirror yes --invert yes --json
expect_json 'all(x["mirrored"] for x in e if x["event"] == "prediction")'
! cmp -s "$work/out" "$work/files/own" || problem "--mirror and --invert change nothing"
end

# Each pixel of an image as 3 x 3, or 3 x 6, pixels.
python3 - "$source" "${images[1]}" "$work/files" <<'PYTHON' || exit 1
import sys, zlib
sys.path.insert(0, sys.argv[1] + "/tests/support")
import png_file
content = open(sys.argv[2], "rb").read()
raw = zlib.decompress(content[content.index(b"IDAT") + 4:])
rows = [raw[25 * y + 1:25 * y + 25] for y in range(8)]
for name, down in ("large", 3), ("high", 6):
    wide = [b"".join(row[3 * x:3 * x + 3] * 3 for x in range(8)) for row in rows for _ in range(down)]
    png_file.write(f"{sys.argv[3]}/{name}.png", 24, 8 * down, 2, wide)
png_file.write(f"{sys.argv[3]}/near.png", 301, 300, 0, [bytes(301)] * 300)
PYTHON
begin "a larger file is scaled, and another shape is reported"
run "${colour[@]}" --data "$data" --index 1 --json
cp "$work/out" "$work/files/second"
run "${colour[@]}" "$work/files/large.png" --json
same_as "$work/files/second"
expect_json '"other-shape" not in e[0]["warnings"]'
run "${colour[@]}" "$work/files/high.png" --json
same_as "$work/files/second"
expect_json '"other-shape" in e[0]["warnings"] and [x["code"] for x in e if x["event"] == "warning"][0] == "other-shape"'
run "${colour[@]}" "$work/files/high.png" "$work/files/near.png" "$work/files/large.png"
expect_text err "high.png: other shape: it was stretched"
[ "$(grep -c '(other shape)' "$work/out")" -eq 1 ] || problem "not one picture of another shape"
end

begin "--prepare photo"
run "${colour[@]}" "$work/files/large.png" --prepare photo
expect_code 2
expect_text err "--prepare photo: pictures become grey images, but the network takes 3 channels"
run predict "$source/data/trained.safetensors" "$work/files/high.png" --device cpu --json
expect_json 'e[0]["prepare"] == "photo" and "other-shape" not in e[0]["warnings"]'
cp "$work/out" "$work/files/photo"
run predict "$source/data/trained.safetensors" "$work/files/high.png" --device cpu --prepare plain --json
expect_json 'e[0]["prepare"] == "plain" and "other-shape" in e[0]["warnings"]'
end

# What decides is the data that the model names, not the shape of its images.
begin "another data set with the shape of Fashion-MNIST"
python3 "$source/tests/support/data_folders.py" idx other classes=10 train=100 test=20 height=28 width=28 || exit 1
run train --data other --network "$work/files/fashion.json" --steps 2 --device cpu --quiet --out another
run predict another "$work/files/large.png" --device cpu --json
expect_json 'e[0]["prepare"] == "plain"'
run predict another "$work/files/large.png" --device cpu --prepare photo --json
expect_json 'e[0]["prepare"] == "photo"'
run train --data "$sample" --network "$work/files/fashion.json" --steps 2 --device cpu --quiet --out own
run predict own "$work/files/large.png" --device cpu --json
expect_json 'e[0]["prepare"] == "photo"'
end

begin "a picture in which there is nothing"
python3 - "$source" "$work/files" <<'PYTHON' || exit 1
import random, sys
sys.path.insert(0, sys.argv[1] + "/tests/support")
import png_file
random.seed(1)
for name, side, colour, value in (("black", 200, 0, 0), ("white", 28, 0, 255), ("one", 1, 0, 77), ("small", 5, 0, None),
                                  ("noise", 28, 0, None), ("noise-large", 300, 0, None), ("noise-40", 40, 0, None), ("noise-800", 800, 0, None),
                                  ("red", 28, 2, 9), ("noise-colour", 64, 2, None)):
    channels = 3 if colour == 2 else 1
    rows = [bytes(random.randrange(256) if value is None else (value, 200, 30)[i % channels] for i in range(side * channels))
            for _ in range(side)]
    png_file.write(f"{sys.argv[2]}/nothing-{name}.png", side, side, colour, rows)
PYTHON
network 3 28 10 >"$work/files/colour-28.json"
python3 "$source/tests/support/data_folders.py" idx other-3 classes=10 train=100 test=20 channels=3 height=28 width=28 || exit 1
run train --data other-3 --network "$work/files/colour-28.json" --steps 1 --device cpu --quiet --out colour-28
for model in another "own --prepare plain" colour-28; do
    # shellcheck disable=SC2086
    run predict $model "$work"/files/nothing-*.png --device cpu --json
    expect_code 0
    expect_json 'len([x for x in e if x["event"] == "prediction"]) == 10'
    expect_json '[x["image"] for x in e if x["event"] == "prediction" and "empty-picture" not in x["warnings"]] == []'
done
run predict another "$work/files/nothing-one.png" --device cpu
expect_text out "(empty picture)"
expect_text err "nothing-one.png: empty picture: it has the same brightness everywhere"
run predict another "$work/files/nothing-small.png" --device cpu
expect_text err "nothing-small.png: empty picture: it is smaller than 8 x 8 pixels"
end

# The images of the sample, as files and by their numbers, with a model that is not of Fashion-MNIST
begin "no false alarms"
python3 - "$source" "$sample" "$work/files" <<'PYTHON' || exit 1
import gzip, sys
sys.path.insert(0, sys.argv[1] + "/tests/support")
import png_file
pixels = gzip.open(sys.argv[2] + "/t10k-images-idx3-ubyte.gz").read()[16:]
for n in range(100):
    png_file.write(f"{sys.argv[3]}/real-{n}.png", 28, 28, 0, [pixels[784 * n + 28 * y:784 * n + 28 * y + 28] for y in range(28)])
PYTHON
for words in "another $(echo "$work"/files/real-*.png)" "another --data $sample --index $(seq -s , 0 99)" "another --data $sample --split train --index $(seq -s , 0 99)"; do
    # shellcheck disable=SC2086
    run predict $words --device cpu --json
    expect_code 0
    expect_json 'sum(x["event"] == "prediction" for x in e) == 100 and not any("empty-picture" in x.get("warnings", []) for x in e)'
done
end

begin "--index of a blank image"
python3 - blank <<'PYTHON' || exit 1
import os, random, struct, sys
os.mkdir(sys.argv[1])
random.seed(2)
for split, blank in ("train", 99), ("t10k", 3):
    images = [bytes(784) if i == blank else bytes((x * y + i) % 256 for y in range(28) for x in range(28)) for i in range(100)]
    open(f"blank/{split}-images-idx3-ubyte", "wb").write(struct.pack(">IIII", 2051, 100, 28, 28) + b"".join(images))
    open(f"blank/{split}-labels-idx1-ubyte", "wb").write(struct.pack(">II", 2049, 100) + bytes(i % 10 for i in range(100)))
PYTHON
run predict another --data blank --index 2,3,4 --device cpu --json
expect_json '["empty-picture" in x["warnings"] for x in e if x["event"] == "prediction"] == [False, True, False]'
end

finish
