#!/bin/bash
# test_predict.sh: weft predict, on files and on images of the sample.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_predict
model=$source/tests/vectors/trained.safetensors
predict=(predict "$model" --device cpu --data "$sample")
pictures=$work/files/pictures
mkdir "$pictures"
python3 "$source/tests/support/make_pictures.py" "$sample" "$pictures" || exit 1

# predicts ARGUMENTS...: as run, with --json, and without the events of warnings.
predicts() {
    run "${predict[@]}" "$@" --json
    grep -v '"event":"warning"' "$work/out" >"$work/files/events"
    cp "$work/files/events" "$work/out"
}

begin "images of the data set"
run "${predict[@]}" --index 0,17,42
expect_code 0
[ "$(grep -cE '^test:(0|17|42): [A-Z][^,]* [01]\.[0-9]{4}, [^,]+, [^,]+ \(it is: [A-Z]' "$work/out")" -eq 3 ] ||
    problem "not three lines of predictions"
run "${predict[@]}" --index 5 --split train --top 10 --json
expect_json 'len(e) == 1 and e[0]["event"] == "prediction" and e[0]["image"] == "train:5"'
expect_json 'len(e[0]["top"]) == 10 and abs(sum(t["probability"] for t in e[0]["top"]) - 1) < 1e-5'
expect_json 'e[0]["top"] == sorted(e[0]["top"], key=lambda t: -t["probability"]) and e[0]["class"] == e[0]["top"][0]["class"]
    and e[0]["probability"] == e[0]["top"][0]["probability"]'
end

begin "predictions are those of evaluate"
predicts --index "$(seq -s , 0 99)"
cp "$work/out" "$work/files/predictions"
run evaluate "$model" --device cpu --data "$sample" --json
python3 - "$work/files/predictions" "$work/out" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, sys
predictions = [json.loads(line) for line in open(sys.argv[1])]
evaluation = json.load(open(sys.argv[2]))
names = evaluation["classes"]
matrix = [[0] * 10 for _ in names]
for p in predictions:
    assert names[p["index"]] == p["class"]
    matrix[names.index(p["label"])][p["index"]] += 1
assert matrix == evaluation["confusion"]
PYTHON
end

begin "--mean and --std"
run "${predict[@]}" --index 0 --json
expect_code 0
cp "$work/out" "$work/files/own"
run "${predict[@]}" --index 0 --mean 0.2859 --std 0.3530 --json
expect_same "$work/out" "$work/files/own"
for option in --mean=0.5 --std=1000 --std=computed; do
    run "${predict[@]}" --index 0 "$option" --json
    expect_code 0
    ! cmp -s "$work/out" "$work/files/own" || problem "$option changes nothing"
done
end
refuses 2 "--mean x: not" "${predict[@]}" --index 0 --mean x

# A flat input takes images of any shape with as many values.
for shape in 1,5,9 3,5,9 3,6,6; do
    begin "--index with a flat input: $shape"
    IFS=, read -r channels height width <<<"$shape"
    python3 "$source/tests/support/data_folders.py" idx "$work/files/flat-$shape" "channels=$channels" \
        "height=$height" "width=$width" || problem "no images"
    printf '{"input": [%d], "layers": [{"kind": "linear", "name": "out", "out_features": 3}]}' \
        $((channels * height * width)) >"$work/files/flat-$shape.json"
    run train --data "$work/files/flat-$shape" --network "$work/files/flat-$shape.json" --epochs 9 --batch 10 \
        --lr 0.02 --device cpu --quiet --out "flat-$shape"
    expect_code 0
    run predict "flat-$shape" --data "$work/files/flat-$shape" --index "$(seq -s , 0 29)" --device cpu --json
    expect_code 0
    expect_json 'sum(x["class"] == x["label"] for x in e if x["event"] == "prediction") > 25'
    run predict "flat-$shape" --data "$work/files/flat-$shape" --index 0 --device cpu --out seen.svg
    expect_code 0
    grep -q "<image " seen.svg || problem "no image in the figure"
    rm -rf seen.svg "flat-$shape"
    end
done

if "$weft" "${predict[@]}" "$pictures/same-0.png" 2>&1 | grep -q "built without libpng"; then
    skip "weft predict FILE" "built without libpng"
    refuses 2 "built without libpng" "${predict[@]}" "$pictures/same-0.png"
    refuses 2 "or build with libpng" "${predict[@]}" "$pictures/same-0.png"
    finish
fi

begin "a file of 28 x 28 is used as it is"
files=()
for i in $(seq 0 19); do files+=("$pictures/same-$i.png"); done
predicts "${files[@]}"
expect_code 0
head -n 20 "$work/files/predictions" >"$work/files/first"
python3 - "$work/files/first" "$work/out" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, sys
a, b = ([json.loads(line) for line in open(path)] for path in sys.argv[1:])
assert len(a) == len(b) == 20
assert [x["top"] for x in a] == [x["top"] for x in b]
PYTHON
end

for kind in bright dark alpha; do
    begin "photographs: $kind"
    predicts "$pictures/$kind"-?.png --out seen.svg
    expect_code 0
    python3 - "$work/files/first" "$work/out" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, sys
a, b = ([json.loads(line) for line in open(path)] for path in sys.argv[1:])
right = sum(x["class"] == y["class"] for x, y in zip(a, b))
assert len(b) == 6 and right >= 5, "%d of 6 as the images themselves" % right
PYTHON
    [ "$(grep -c '<image ' seen.svg)" -eq 6 ] || problem "not 6 images in the figure"
    rm -f seen.svg
    end
done

begin "the same greys in every kind of PNG file"
predicts "$pictures"/format-*.png
expect_code 0
cp "$work/out" "$work/files/formats"
grep -v linear.png "$work/files/formats" >"$work/out"
expect_json 'len(e) == 14 and all(x["top"] == e[0]["top"] for x in e) and e[0]["probability"] > 0.9'
grep linear.png "$work/files/formats" >"$work/out" # the greys, as powers of 2.2, are rounded
expect_json 'len(e) == 1 and e[0]["class"] == "Trouser" and e[0]["probability"] > 0.9'
predicts "$pictures"/levels-*.png
expect_code 0
expect_json 'len(e) == 12 and all(x["top"] == e[0]["top"] for x in e) and e[0]["class"] == "Trouser"'
end

begin "a camera that was turned"
predicts "$pictures"/turned-*.png --mirror no
expect_code 0
expect_json 'len(e) == 32 and all(x["top"] == e[0]["top"] for x in e) and e[0]["class"] == "Trouser"'
expect_no_text err eXIf
for file in "$pictures"/exif-*.png; do
    predicts "$file" "$pictures/upside-down.png" --mirror no
    expect_code 0
    expect_text err "$file: the eXIf chunk is damaged: the picture is not turned"
    expect_json 'len([x for x in e if x["event"] == "prediction"]) == 2 and e[0]["top"] == e[1]["top"]'
done
end

# memory FILE: the MiB that weft needs to predict FILE, which is 0 where it may not be measured.
memory() {
    python3 - "$weft" "${predict[@]}" --quiet "$1" <<'PYTHON'
import os, resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(0 if os.environ.get("WEFT_SANITIZE") else used // 1024)
PYTHON
}

begin "more than 40 million pixels"
predicts "$pictures"/mega-*.png
expect_code 0
expect_json 'len(e) == 2 and e[0]["top"] == e[1]["top"] and e[0]["class"] == "Trouser" and e[0]["probability"] > 0.9'
for file in "$pictures"/mega-*.png "$pictures"/damaged-*.png; do
    [ "$(memory "$file")" -lt 100 ] || problem "$file takes $(memory "$file") MiB"
done
end

begin "a long side"
run "${predict[@]}" "$pictures/long-tall.png" --json
expect_code 0
expect_json 'e[0]["event"] == "prediction"'
run "${predict[@]}" "$pictures/long-wide.png"
expect_code 3
expect_text err "long-wide.png: 1000001 x 1 pixels: more than 1 million in a row"
[ "$(memory "$pictures/long-tall.png")" -lt 100 ] || problem "it takes $(memory "$pictures/long-tall.png") MiB"
end

begin "damaged files"
files=("$pictures"/cut-*.png "$pictures"/damaged-*.png)
run "${predict[@]}" "${files[@]}"
expect_code 3
expect_empty out
expect_text err "predict: ${#files[@]} of ${#files[@]} files could not be read"
[ "$(grep -cE '^weft: .*\.png: (damaged PNG file: .|[0-9]+ x [0-9]+ pixels: more than)' "$work/err")" -eq ${#files[@]} ] ||
    problem "a file without its message"
end

begin "a picture in which there is nothing"
run "${predict[@]}" "$pictures"/empty-*.png --json
expect_code 0
expect_json 'sum(x["event"] == "prediction" for x in e) == 20'
expect_json 'all("empty-picture" in x["warnings"] for x in e if x["event"] == "prediction")'
expect_json 'sum(x["event"] == "warning" and x["code"] == "empty-picture" and x["image"] in x["message"] for x in e) == 20'
[ "$(grep -c "^weft: warning: 20 of 20 images: empty picture: " "$work/err")" -eq 1 ] || problem "not one line of warning"
for kind in white-300:brightness transparent-28:brightness noise-28:noise 1x1:brightness 4x4:8; do
    run "${predict[@]}" "$pictures/empty-${kind%:*}.png" --quiet
    expect_code 0
    expect_text out "(empty picture)"
    grep -qE "^weft: warning: .*empty-${kind%:*}.png: empty picture: it .*${kind#*:}" "$work/err" || problem "no warning: $kind"
done
run "${predict[@]}" "$pictures"/{same,large,bright,dark,alpha,format,levels,turned,mega}-*.png --json
expect_code 0
expect_json 'not any("empty-picture" in x.get("warnings", []) for x in e)'
end

begin "a model whose values are too large"
python3 - "$source" "$work/files/huge.safetensors" <<'PYTHON' || exit 1
import json, struct, sys
layers = {"input": [1, 28, 28], "layers": [{"kind": "flatten"}, {"kind": "linear", "name": "out", "out_features": 10}]}
header = {"__metadata__": {"weft.network": json.dumps(layers)}}
header["out.weight"] = {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}
header["out.bias"] = {"dtype": "F32", "shape": [10], "data_offsets": [31360, 31400]}
text = json.dumps(header).encode()
with open(sys.argv[2], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + struct.pack("<7850f", *[3e38, -3e38] * 3925))
PYTHON
for words in "--index 0,1 --data $sample" "--index 0 --data $sample --json" "$pictures/large-00.png --json --out seen.svg"; do
    # shellcheck disable=SC2086
    run predict "$work/files/huge.safetensors" $words --device cpu
    expect_code 1
    expect_text err "huge.safetensors: prediction: a logit is not a finite number: its values are too large"
    expect_no_text out '"prediction"'
    case $words in
    *json*) expect_json '[(x["event"], x["code"]) for x in e] == [("error", 1)]' ;;
    *) expect_empty out ;;
    esac
done
[ ! -e seen.svg ] || problem "a figure was drawn"
end

begin "a class that is not probable"
run "${predict[@]}" --index "$(seq -s , 0 99)" --json
expect_code 0
expect_json 'all(x["warnings"] == (["low-confidence"] if x["probability"] < 0.5 else []) for x in e if x["event"] == "prediction")'
expect_json '[x["image"] for x in e if x["event"] == "warning"] ==
    [x["image"] for x in e if x["event"] == "prediction" and x["probability"] < 0.5] != []'
run "${predict[@]}" --index "$(seq -s , 0 99)"
[ "$(grep -c "^weft: warning: .* images: low confidence: test:" "$work/err")" -eq 1 ] || problem "not one line of warning"
run predict "$source/data/trained.safetensors" --device cpu "$pictures/empty-black-28.png"
expect_text err "empty-black-28.png: low confidence: no class has a probability of 0.5"
expect_text out "(empty picture) (low confidence)"
end

# as_originals KIND SHARE: at least SHARE percent of the pictures KIND-N.png have the same
# prediction as test image N.
as_originals() {
    python3 - "$work/files/predictions" "$work/out" "$1" "$2" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, re, sys
originals = [json.loads(line) for line in open(sys.argv[1])]
pictures = [json.loads(line) for line in open(sys.argv[2])]
same = sum(p["class"] == originals[int(re.search(r"(\d+)\.png$", p["image"]).group(1))]["class"] for p in pictures)
assert len(pictures) > 25 and 100 * same >= int(sys.argv[4]) * len(pictures), \
    "%s: %d of %d as the images themselves" % (sys.argv[3], same, len(pictures))
PYTHON
}

begin "all images, enlarged, blurred, dark on white, darker at the bottom"
predicts "$pictures"/large-??.png
expect_code 0
as_originals large 95
expect_json 'sum(x["mirrored"] for x in e) <= 2'
end

begin "shoes that point to the right"
predicts "$pictures"/right-??.png
expect_code 0
as_originals right 85
expect_json 'sum(x["mirrored"] for x in e) > 0.5 * len(e)'
predicts "$pictures"/right-??.png --mirror yes
as_originals right 90
predicts "$pictures"/right-??.png --mirror no
expect_json 'not any(x["mirrored"] for x in e)'
expect_json 'sum(x["class"] in ("Sandal", "Sneaker", "Ankle boot") for x in e) < 0.5 * len(e)'
end

begin "bright and dark backgrounds give the same, without --invert"
run "${predict[@]}" "$pictures/bright-1.png" --invert no --json
cp "$work/out" "$work/files/no"
run "${predict[@]}" "$pictures/bright-1.png" --invert yes --json
! cmp -s "$work/out" "$work/files/no" || problem "--invert changes nothing"
cp "$work/out" "$work/files/yes"
run "${predict[@]}" "$pictures/bright-1.png" --json
expect_same "$work/out" "$work/files/yes"
end

begin "an unreadable file is reported, and the others are predicted"
printf 'no picture' >"$pictures/a \"b\" <c>.png"
cp "$pictures/same-3.png" "$pictures/schön & \"gut\".png"
run "${predict[@]}" "$pictures/same-0.png" "$pictures/a \"b\" <c>.png" nowhere.png "$pictures/schön & \"gut\".png" --json
expect_code 3
expect_text err 'a "b" <c>.png: this is a text file, but a PNG picture was expected'
expect_text err "nowhere.png"
expect_text err "2 of 4 files could not be read"
expect_json '[x["event"] for x in e] == ["error", "error", "prediction", "prediction", "error"]'
expect_json 'e[3]["image"].endswith("/schön & \"gut\".png") and all(x["code"] == 3 for x in e if x["event"] == "error")'
run "${predict[@]}" nowhere.png
expect_code 3
expect_empty out
end

refuses 2 "IMAGE is missing" "${predict[@]}"
refuses 2 "--index: name files or images" "${predict[@]}" x.png --index 1
refuses 2 "--index 100: not an integer from 0 to 99" "${predict[@]}" --index 1,100
refuses 2 "--index x: not an integer" "${predict[@]}" --index 1,x
refuses 2 "--index : not an integer" "${predict[@]}" --index 1,,2
refuses 2 "--out: seen.gif" "${predict[@]}" --index 1 --out seen.gif
refuses 3 "nowhere.safetensors" predict nowhere.safetensors --index 1

finish
