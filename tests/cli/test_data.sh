#!/bin/bash
# test_data.sh: data of another kind does not pass unnoticed, classes have their names, and a hash
# that is reported is that of the bytes that were read.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_data
train=(train --device cpu --steps 2)
real=/usr/share/datasets/fashion-mnist

# noise: other images under the published names. mixed: the sample's training images, and others as
# test images. swapped: the sample's splits, exchanged. relabelled: its images, one label another.
python3 - "$sample" "$work/files" <<'PYTHON' || exit 1
import gzip, os, random, struct, sys
sample, files = sys.argv[1:]
kinds = "images-idx3-ubyte", "labels-idx1-ubyte"
read = lambda split, kind: gzip.open(f"{sample}/{split}-{kind}.gz").read()
good = {s: [read(s, k) for k in kinds] for s in ("train", "t10k")}
pixels = random.Random(1).randbytes(78400)
noise = [good["train"][0][:16] + pixels, good["train"][1][:8] + bytes(i % 10 for i in range(100))]
label = good["t10k"][1][:-1] + bytes([(good["t10k"][1][-1] + 1) % 10])
def write(name, train, test):
    os.mkdir(f"{files}/{name}")
    for split, content in ("train", train), ("t10k", test):
        for kind, part in zip(kinds, content):
            open(f"{files}/{name}/{split}-{kind}", "wb").write(part)
write("noise", noise, noise)
write("mixed", good["train"], noise)
write("swapped", good["t10k"], good["train"])
write("relabelled", good["train"], [good["t10k"][0], label])
write("named", noise, noise)
open(f"{files}/named/classes.txt", "w").write("".join(f"digit {i}\r\n" for i in range(10)))
PYTHON
noise=$work/files/noise mixed=$work/files/mixed named=$work/files/named

warned='[x["code"] for x in e if x["event"] == "warning"]'

begin "train: known data need no warning"
run "${train[@]}" --data "$sample" --out sample --json
expect_code 0
expect_no_text err warning
expect_json "$warned == []"
end

begin "train: other data under the published names"
run "${train[@]}" --data "$noise" --out noise --quiet --json
expect_code 0
expect_text err "weft: warning: $noise: not the published Fashion-MNIST"
expect_text err "$noise/classes.txt, one a line"
[ "$(grep -c warning "$work/err")" -eq 1 ] || problem "not one warning"
expect_json "$warned == ['data-not-published']"
end

for case in mixed swapped relabelled; do
    begin "train: $case splits"
    run "${train[@]}" --data "$work/files/$case" --out $case --json
    expect_code 0
    expect_text err "its training images are the sample of Fashion-MNIST"
    expect_text err "but its test images are "
    expect_json "$warned == ['data-not-published']"
    end
done

begin "train: classes.txt names the classes"
run "${train[@]}" --data "$named" --out named --json
expect_code 0
expect_json "$warned == []"
expect_json '[x["classes"][3] for x in e if x["event"] == "evaluation"] == ["digit 3"] * 2'
grep -q "^digit 9," named/confusion-test.csv || problem "not in the matrix"
grep -q '"digit 9"' named/run.json || problem "not in run.json"
grep -qF '\"digit 9\"' named/model.safetensors || problem "not in the model"
run report named --no-images
expect_code 0
grep -q "digit 9" named/report.html || problem "not in the report"
end

begin "the names of the model are used with other data"
run evaluate named --data "$noise" --device cpu
expect_text out "digit 3"
expect_no_text out "Dress"
expect_no_text err warning
run predict named --index 0,1 --data "$noise" --device cpu
expect_text out "(it is: digit 1)"
expect_no_text out "Sneaker"
end

begin "data and samples use classes.txt"
run data --data "$named"
expect_text out "3 digit 3"
run samples --data "$named" --class "Digit 3" --count 2 --json
expect_json '[x["class"] for x in e] == ["digit 3"] * 2 and all(x["index"] == 3 for x in e)'
run data --data "$sample" --json
expect_json '[x["name"] for x in e] == ["the sample of Fashion-MNIST"] * 2'
end

begin "evaluate: data of another model"
run evaluate sample --data "$noise" --device cpu --json
expect_code 0
expect_text err "its test images are of no known data set, but sample/model.safetensors was trained on the sample of Fashion-MNIST"
expect_json "$warned == ['data-of-another-model']"
run evaluate noise --data "$sample" --device cpu --json
expect_text err "its test images are the sample of Fashion-MNIST, but noise/model.safetensors was trained on other images"
expect_json "$warned == ['data-of-another-model']"
for split in train test; do
    run evaluate sample --data "$sample" --split $split --device cpu --json
    expect_json "$warned == []"
    run evaluate mixed --data "$mixed" --split $split --device cpu --json
    expect_json "$warned == []"
done
run evaluate sample --data "$work/files/relabelled" --device cpu --json
expect_json "$warned == ['data-of-another-model']"
end

begin "the splits are exchanged"
mkdir exchanged
for kind in images-idx3 labels-idx1; do
    ln -s "$sample/train-$kind-ubyte.gz" "exchanged/t10k-$kind-ubyte.gz"
    ln -s "$sample/t10k-$kind-ubyte.gz" "exchanged/train-$kind-ubyte.gz"
done
run evaluate sample --data exchanged --device cpu --json
expect_code 0
expect_text err "weft: warning: exchanged: its test images are the training images of sample/model.safetensors"
expect_json "$warned == ['other-split']"
run evaluate sample --data exchanged --split train --device cpu --json
expect_text err "weft: warning: exchanged: its training images are the test images of sample/model.safetensors"
expect_json "$warned == ['other-split']"
run predict sample --data exchanged --index 3 --device cpu --json
expect_json "'other-split' in $warned"
rm -r exchanged
end

begin "evaluate: files without hashes"
run evaluate "$source/tests/vectors/trained.safetensors" --data "$noise" --device cpu --json
expect_code 0
expect_json "$warned == []"
end

begin "predict: data of another model"
run predict sample --index 3 --split train --data "$noise" --device cpu --json
expect_code 0
expect_json "'data-of-another-model' in $warned"
run predict sample --index 3 --split train --data "$sample" --device cpu --json
expect_json "'data-of-another-model' not in $warned"
end

begin "report: data of another model"
run report sample --data "$noise" --device cpu --json
expect_code 3
expect_json "$warned == ['data-of-another-model'] * 2"
run report sample --device cpu --json # other data, or none
expect_code 0
expect_json "$warned == ['no-images']"
end

begin "compare: trained on other data"
run compare sample noise --json
expect_code 1
expect_json "$warned == ['data-of-another-model']"
run compare sample sample --json
expect_json "$warned == []"
end

begin "a sample of the same data set is a notice"
run evaluate "$source/data/trained.safetensors" --data "$sample" --device cpu --json
expect_code 0
expect_text err "the sample of Fashion-MNIST; $source/data/trained.safetensors was trained on Fashion-MNIST"
expect_json "$warned == []"
end

begin "the published set is recognised"
if [ -d "$real" ]; then
    run evaluate "$source/data/trained.safetensors" --data "$real" --device cpu --json
    expect_code 0
    expect_no_text err "trained on"
    run evaluate noise --data "$real" --device cpu
    expect_text err "its test images are Fashion-MNIST"
fi
end

# ---- names of files ----

begin "torchvision's folders, upper case, one of the files"
mkdir -p vision/FashionMNIST/raw upper
cp "$sample"/*.gz vision/FashionMNIST/raw
for file in "$sample"/*.gz; do
    cp "$file" "upper/$(basename "${file^^}")"
done
mkdir vision/FashionMNIST/raw/train-images-idx3-ubyte
for data in vision vision/FashionMNIST upper upper/T10K-LABELS-IDX1-UBYTE.GZ \
    vision/FashionMNIST/raw/train-images-idx3-ubyte.gz; do
    run "${train[@]}" --data $data --out "found/$data"
    expect_code 0
    expect_same "found/$data/model.safetensors" sample/model.safetensors
done
run data --data "$source/README.md"
expect_code 3
expect_text err "name the folder of train-images-idx3-ubyte"
mv vision/FashionMNIST/raw/train-images-idx3-ubyte.gz .
run data --data vision
expect_code 3
expect_text err "raw/train-images-idx3-ubyte.gz: the first is a folder"
end

# ---- hashes ----

model=sample/model.safetensors
hash=$(sha256sum <$model | cut -c1-64)

begin "the hash is that of the bytes that were read"
run evaluate <(cat $model) --data "$sample" --device cpu --json
expect_json "e[-1]['sha256'] == '$hash'"
run summary <(cat $model) --json
expect_json "e[-1]['sha256'] == '$hash'"
run "${train[@]}" --data "$sample" --init <(cat $model) --out again --json
expect_code 0
grep -qF "\\\"init\\\":\\\"$hash" again/model.safetensors || problem "the hash of --init is not recorded"
run train --resume again --init <(cat $model) --epochs 2 --device cpu
expect_code 0
run train --resume again --init <(cat noise/model.safetensors) --epochs 2 --device cpu
expect_code 2
expect_text err "$hash"
end

begin "compare reads each file once"
ran="compare <(cat A) <(cat B)"
"$weft" compare <(cat $model) <(cat $model) >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text out "equal: 20 tensors"
end

begin "the same data, packed or plain, give the same model"
mkdir "$work/files/plain"
for file in "$sample"/*.gz; do
    gzip -dc "$file" >"$work/files/plain/$(basename "$file" .gz)"
done
run "${train[@]}" --data "$work/files/plain" --out plain
expect_same plain/model.safetensors $model
end

# ---- files of before ----

run "${train[@]}" --data "$sample" --epochs 1 --out run-before
mv run-before/checkpoint.safetensors checkpoint
cp run-before/model.safetensors model-before
# unseal FROM TO: writes the file as earlier versions did.
unseal() {
    PYTHONPATH=$source/tests/support python3 - "$1" "$2" <<'PYTHON'
import sys, sealed
header, values = sealed.read(sys.argv[1])
for key in "weft.digest", "weft.format", "weft.classes", "weft.data":
    header["__metadata__"].pop(key, None)
open(sys.argv[2], "wb").write(sealed.pack(header, values))
PYTHON
}
unseal $model "$work/files/before.safetensors"
unseal checkpoint run-before/checkpoint.safetensors
rm run-before/run.json # it has the hash of the other checkpoint
before=$work/files/before.safetensors

begin "a checkpoint without a digest is not continued"
run train --resume run-before --epochs 2 --steps 2 --device cpu
expect_code 3
expect_text err "run-before/checkpoint.safetensors: "
expect_text err "digest"
expect_same run-before/model.safetensors model-before
end

begin "a damaged checkpoint is not continued"
mkdir damaged
python3 -c '
import sys
content = bytearray(open(sys.argv[1], "rb").read())
content[content.index(b"batch", content.index(b"weft.checkpoint")) + 10] ^= 4
open(sys.argv[2], "wb").write(content)' checkpoint damaged/checkpoint.safetensors
run train --resume damaged --epochs 2 --device cpu --json
expect_code 3
expect_text err "damaged/checkpoint.safetensors: damaged: its digest is "
expect_text err "restore the file from a copy"
expect_json 'e[-1]["event"] == "error" and e[-1]["code"] == 3 and ", its content " in e[-1]["message"]'
[ "$(ls damaged)" = checkpoint.safetensors ] || problem "it left files"
end

begin "a file without a digest is read with a notice"
for command in "evaluate $before --data $sample --device cpu" "summary $before" \
    "compare $before $before" "predict $before --index 0 --data $sample --device cpu" \
    "train --init $before --data $sample --device cpu --steps 1 --out init"; do
    # shellcheck disable=SC2086 # several words
    run $command
    expect_code 0
    expect_text err "$before: an earlier weft wrote it, without a digest"
done
run evaluate "$source/tests/vectors/trained.safetensors" --data "$sample" --device cpu
expect_no_text err "digest"
end

rm -rf ./*
# bad_classes TEXT CONTENT: a wrong classes.txt is refused.
bad_classes() {
    cp -r "$noise" "$work/files/bad"
    printf '%b' "$2" >"$work/files/bad/classes.txt"
    refuses 3 "$1" data --data "$work/files/bad"
    rm -r "$work/files/bad"
}
bad_classes "9 names, one a line, but there are 10 classes" 'a\nb\nc\nd\ne\nf\ng\nh\ni\n'
bad_classes "11 names" 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk'
bad_classes "0 names" '\n \n'
bad_classes "this is an empty file" ''
bad_classes "lines 1 and 3 have the same name" 'a\nb\na\nd\ne\nf\ng\nh\ni\nj\n'
bad_classes "line 2: the name is empty" 'a\n\nc\nd\ne\nf\ng\nh\ni\nj\n'
bad_classes "line 1: the name is not UTF-8" '\0377\nb\nc\nd\ne\nf\ng\nh\ni\nj\n'
bad_classes "line 1: the name has a control character" '\033[2J\nb\nc\nd\ne\nf\ng\nh\ni\nj\n'
bad_classes "zero byte" 'a\0000\nb\nc\nd\ne\nf\ng\nh\ni\nj\n'

finish
