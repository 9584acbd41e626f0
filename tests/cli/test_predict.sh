#!/bin/bash
# test_predict.sh: weft predict, on files and on images of the sample.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_predict
model=$source/tests/vectors/trained.safetensors
predict=(predict "$model" --device cpu --data "$sample")
pictures=$work/files/pictures
mkdir "$pictures"
python3 "$source/tests/support/make_pictures.py" "$sample" "$pictures" || exit 1

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
run "${predict[@]}" --index "$(seq -s , 0 99)" --json
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

if "$weft" "${predict[@]}" "$pictures/same-0.png" 2>&1 | grep -q "built without libpng"; then
    printf 'SKIP weft predict FILE: built without libpng\n'
    [ -z "${WEFT_SKIPS:-}" ] || printf 'weft predict FILE: built without libpng\n' >>"$WEFT_SKIPS"
    refuses 2 "built without libpng" "${predict[@]}" "$pictures/same-0.png"
    refuses 2 "or build with libpng" "${predict[@]}" "$pictures/same-0.png"
    finish
fi

begin "a file of 28 x 28 is used as it is"
files=()
for i in $(seq 0 19); do files+=("$pictures/same-$i.png"); done
run "${predict[@]}" "${files[@]}" --json
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
    run "${predict[@]}" "$pictures/$kind"-?.png --json --out seen.svg
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
run "${predict[@]}" "$pictures"/format-*.png --json
expect_code 0
expect_json 'len(e) == 10 and all(x["top"] == e[0]["top"] for x in e) and e[0]["probability"] > 0.9'
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
run "${predict[@]}" "$pictures"/large-??.png --json
expect_code 0
as_originals large 95
expect_json 'sum(x["mirrored"] for x in e) <= 2'
end

begin "shoes that point to the right"
run "${predict[@]}" "$pictures"/right-??.png --json
expect_code 0
as_originals right 85
expect_json 'sum(x["mirrored"] for x in e) > 0.5 * len(e)'
run "${predict[@]}" "$pictures"/right-??.png --mirror yes --json
as_originals right 90
run "${predict[@]}" "$pictures"/right-??.png --mirror no --json
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
expect_text err 'a "b" <c>.png: not a PNG file'
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
