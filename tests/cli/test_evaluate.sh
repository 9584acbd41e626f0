#!/bin/bash
# test_evaluate.sh: weft evaluate on the sample, on the CPU backend.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_evaluate
"$weft" train --data "$sample" --device cpu --epochs 3 --batch 20 --out "$work/files/run" --quiet >"$work/out" || exit 1
model=$work/files/run/model.safetensors
sha=$(sha256sum "$model" | cut -d ' ' -f 1)
evaluate=(evaluate --data "$sample" --device cpu)
python3 "$source/tests/support/wrong_files.py" models "$model" "$work/files" || exit 1

begin "evaluate"
run "${evaluate[@]}" "$model"
expect_code 0
expect_text out "test: confusion matrix"
expect_text out "test: accuracy: "
cp "$work/out" "$work/files/by-file"
run "${evaluate[@]}" "$work/files/run"
expect_code 0
expect_same "$work/out" "$work/files/by-file"
run "${evaluate[@]}" "$work/files/run/" --threads 1 --batch 7
expect_same "$work/out" "$work/files/by-file"
end

begin "evaluate --json"
run "${evaluate[@]}" "$work/files/run" --json --quiet
expect_code 0
expect_empty err
expect_json 'len(e) == 1 and e[0]["event"] == "evaluation"'
expect_json 'e[0]["model"].endswith("run/model.safetensors") and e[0]["sha256"] == "'"$sha"'"'
expect_json '(e[0]["split"], e[0]["images"], e[0]["batch"], e[0]["pixels"], e[0]["statistics"]) == ("test", 100, 10000, "normalised", "running")'
expect_json 'sum(map(sum, e[0]["confusion"])) == 100
    and sum(e[0]["confusion"][i][i] for i in range(10)) == e[0]["correct"]'
expect_json 'e[0]["accuracy"] == e[0]["correct"] / 100 and e[0]["loss"] > 0
    and e[0]["seconds"] >= 0 and len(e[0]["classes"]) == 10 and e[0]["device"]["name"] == "cpu"'
end

begin "the same matrices as those of the training"
for split in train test; do
    run "${evaluate[@]}" "$work/files/run" --split "$split" --csv matrix.csv
    expect_code 0
    expect_same matrix.csv "$work/files/run/confusion-$split.csv"
done
end

begin "batch statistics and raw pixels"
run "${evaluate[@]}" "$model" --statistics batch --batch 30 --pixels raw --json
expect_code 0
expect_json '(e[0]["batch"], e[0]["pixels"], e[0]["statistics"]) == (30, "raw", "batch")'
end

begin "--as-published"
run "${evaluate[@]}" "$model" --as-published
expect_code 0
expect_text out "as published: raw pixels on the test split, batch statistics over batches of 10000: the notebook's two mistakes"
tail -n +3 "$work/out" >"$work/files/published"
run "${evaluate[@]}" "$model" --statistics batch --pixels raw
expect_same "$work/out" "$work/files/published"
run "${evaluate[@]}" "$model" --as-published --split train
expect_text out "as published: normalised pixels on the train split"
tail -n +3 "$work/out" >"$work/files/published"
run "${evaluate[@]}" "$model" --statistics batch --split train
expect_same "$work/out" "$work/files/published"
run "${evaluate[@]}" "$model" --as-published --json
expect_json '(e[0]["pixels"], e[0]["statistics"], e[0]["as_published"]) == ("raw", "batch", True)'
end

begin "--average-flips"
run "${evaluate[@]}" "$model" --average-flips --logits averaged.safetensors
expect_code 0
expect_text out "the logits of each image and of its mirror image are averaged"
run "${evaluate[@]}" "$model" --average-flips --logits again.safetensors --batch 7 --json
expect_code 0
expect_same averaged.safetensors again.safetensors
expect_json '(e[0]["average_flips"], e[0]["images"]) == (True, 100)
    and sum(e[0]["confusion"][i][i] for i in range(10)) == e[0]["correct"]'
run "${evaluate[@]}" "$model" --logits plain.safetensors --json
expect_json 'e[0]["average_flips"] == False'
if cmp -s averaged.safetensors plain.safetensors; then problem "the same logits"; fi
end
rm -rf "$work/here/"*

begin "--logits"
run "${evaluate[@]}" "$model" --logits logits.safetensors --json
expect_code 0
expect_json 'len(e) == 1'
python3 - logits.safetensors "$work/out" "$sample" <<'PYTHON' 2>"$work/python" ||
    problem "logits: $(tail -n 1 "$work/python")"
import array, gzip, json, struct, sys
content = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", content[:8])[0]
header = json.loads(content[8 : 8 + length])
assert header["logits"]["shape"] == [100, 10] and header["logits"]["dtype"] == "F32"
logits = array.array("f", content[8 + length :])
labels = gzip.open(sys.argv[3] + "/t10k-labels-idx1-ubyte.gz").read()[8:]
confusion = [[0] * 10 for _ in range(10)]
for i, label in enumerate(labels):
    row = logits[10 * i : 10 * i + 10].tolist()
    confusion[label][row.index(max(row))] += 1
assert confusion == json.loads(open(sys.argv[2]).readline())["confusion"]
PYTHON
cp logits.safetensors first.safetensors
run "${evaluate[@]}" "$model" --logits logits.safetensors --batch 1 --threads 1
expect_same logits.safetensors first.safetensors
end

begin "a PyTorch file without a network"
run "${evaluate[@]}" "$source/tests/vectors/trained.safetensors" --json
expect_code 0
expect_text err "it names no network: the published one is assumed"
expect_json 'e[0]["correct"] > 80'
end

begin "a model in a network of a user"
linear_list 28 10 "$work/files/linear.json"
run train --data "$sample" --device cpu --epochs 1 --network "$work/files/linear.json" --out linear
run "${evaluate[@]}" linear
expect_code 0
end
rm -rf "$work/here/"*

begin "--figure"
run "${evaluate[@]}" "$model" --figure matrix.svg --normalize --theme dark
expect_code 0
grep -qF ">Normalised confusion matrix, test: 100 images</text>" matrix.svg || problem "no title"
[ "$(grep -cF ">Ankle boot</text>" matrix.svg)" -eq 2 ] || problem "not two labels of a class"
end
rm -rf "$work/here/"*

# Wrong usage and files
refuses 2 "--figure: matrix.gif: not a name that ends in .png, .svg or .pdf" "${evaluate[@]}" "$model" --figure matrix.gif
refuses 2 "--normalize: it needs --figure" "${evaluate[@]}" "$model" --normalize
begin "a figure that cannot be written: the matrix is not lost"
run "${evaluate[@]}" "$model" --figure nowhere/matrix.svg --csv saved.csv --json
expect_code 0
expect_text err "weft: warning: no picture: cannot write nowhere/matrix.svg: No such file"
expect_json '[x["event"] for x in e] == ["warning", "evaluation"] and e[0]["code"] == "picture-failed"'
[ -s saved.csv ] || problem "no saved.csv"
rm -f saved.csv
end
refuses 2 "--as-published: it sets --statistics itself" "${evaluate[@]}" "$model" --as-published --statistics running
refuses 2 "--as-published: it sets --pixels itself" "${evaluate[@]}" "$model" --as-published --pixels raw
refuses 2 "--split valid: not one of: train, test" "${evaluate[@]}" "$model" --split valid
refuses 2 "--batch 0: not an integer" "${evaluate[@]}" "$model" --batch 0
refuses 2 "MODEL is missing" "${evaluate[@]}"
refuses 2 "unexpected argument other" "${evaluate[@]}" "$model" other
refuses 3 "nowhere.safetensors" "${evaluate[@]}" nowhere.safetensors
mkdir "$work/files/no-model"
refuses 3 "no-model/model.safetensors" "${evaluate[@]}" "$work/files/no-model"
refuses 3 "nowhere" evaluate --device cpu --data nowhere "$model"
refuses 3 "nowhere/matrix.csv" "${evaluate[@]}" "$model" --csv nowhere/matrix.csv
refuses 3 "nowhere/logits" "${evaluate[@]}" "$model" --logits nowhere/logits.safetensors
refuses 4 "no-such-device" evaluate --data "$sample" --device no-such-device "$model"
for wrong in "$work"/files/bad-*.safetensors; do
    refuses 3 "${wrong##*/}" "${evaluate[@]}" "$wrong"
    refuses 3 "${wrong##*/}" summary "$wrong"
done
refuses 1 "the loss is not a finite number" "${evaluate[@]}" "$work/files/huge.safetensors"

begin "an error of a model with --json"
run "${evaluate[@]}" "$work/files/bad-nan.safetensors" --json
expect_code 3
expect_json 'len(e) == 1 and e[0]["event"] == "error" and e[0]["code"] == 3
    and "fc1.weight" in e[0]["message"]'
end

finish
