#!/bin/bash
# test_train.sh: weft train on the sample, on the CPU backend.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_train
train=(train --data "$sample" --device cpu)

# Output and files of a training
begin "train"
run "${train[@]}" --epochs 3 --batch 20 --out run
expect_code 0
[ "$(grep -cE '^epoch: [123], accuracy: [01]\.[0-9]{4}, total loss: [0-9]+\.[0-9]{2}, seconds: [0-9]+\.[0-9]{2}$' "$work/out")" -eq 3 ] ||
    problem "not three lines of epochs"
expect_text out "train: confusion matrix"
expect_text out "test: confusion matrix"
expect_text out "precision"
sha=$(sha256sum run/model.safetensors | cut -d ' ' -f 1)
expect_text out "model: run/model.safetensors, sha256: $sha"
[ "$(cd run && find . -type f ! -name '*.png' -printf '%f\n' | sort | xargs)" = "checkpoint.safetensors confusion-test.csv confusion-test.svg confusion-train.csv confusion-train.svg curves.svg history.csv model.safetensors run.json steps.csv" ] ||
    problem "files: $(cd run && echo *)"
[ "$(head -n 1 run/history.csv)" = "epoch,accuracy,total_loss,mean_loss,seconds" ] ||
    problem "the first line of history.csv"
[ "$(wc -l <run/history.csv)" -eq 4 ] || problem "history.csv has not 4 lines"
[ "$(head -n 2 run/steps.csv | cut -d , -f 1-3 | xargs)" = "step,epoch,images 1,1,20" ] || problem "the first line of steps.csv"
[ "$(wc -l <run/steps.csv)" -eq 16 ] || problem "steps.csv has not 16 lines"
[ "$(head -n 1 run/confusion-test.csv)" = ",T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot" ] ||
    problem "the first line of confusion-test.csv"
[ "$(wc -l <run/confusion-train.csv)" -eq 11 ] || problem "confusion-train.csv has not 11 lines"
python3 - run "$sha" <<'PYTHON' 2>"$work/python" || problem "run.json: $(tail -n 1 "$work/python")"
import csv, json, sys
run = json.load(open(sys.argv[1] + "/run.json"))
assert run["sha256"] == sys.argv[2]
assert run["contract"] >= 1 and run["version"] and run["device"]["type"] == "builtin"
assert run["options"]["epochs"] == 3 and run["options"]["batch"] == 20 and run["options"]["lr"] == 0.01
assert [e["epoch"] for e in run["epochs"]] == [1, 2, 3]
for split in "train", "test":
    rows = list(csv.reader(open("%s/confusion-%s.csv" % (sys.argv[1], split))))
    assert [r[0] for r in rows[1:]] == rows[0][1:] == run[split]["classes"]
    assert [[int(x) for x in r[1:]] for r in rows[1:]] == run[split]["confusion"]
    assert sum(map(sum, run[split]["confusion"])) == 100 == run[split]["images"]
PYTHON
python3 - run/model.safetensors <<'PYTHON' 2>"$work/python" ||
    problem "metadata: $(tail -n 1 "$work/python")"
import json, struct, sys
content = open(sys.argv[1], "rb").read()
header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
options = json.loads(header["__metadata__"]["weft.options"])
assert options == {"epochs": 3, "batch": 20, "lr": 0.01, "seed": 0, "order": "shuffled", "steps": None, "math": "exact", "init": None}, options
PYTHON
end

begin "train --validate"
run "${train[@]}" --epochs 4 --batch 7 --validate 30 --out held --json
expect_code 0
expect_json 'len(e) == 8 and all(x["images"] == 70 and x["steps"] == 10 and 0 <= x["validation_accuracy"] <= 1
    and x["validation_loss"] > 0 for x in e[1:5])'
[ "$(head -n 1 held/history.csv)" = "epoch,accuracy,total_loss,mean_loss,seconds,validation_accuracy,validation_loss" ] ||
    problem "the first line of history.csv"
grep -qF "held-out images" held/curves.svg || problem "the curves lack the held-out images"
run "${train[@]}" --epochs 2 --batch 7 --validate 30 --out halves
expect_text out ", held out: accuracy "
run "${train[@]}" --epochs 4 --resume halves --json
expect_code 0
expect_same held/model.safetensors halves/model.safetensors
expect_same held/steps.csv halves/steps.csv
[ "$(cut -d , -f 1,6,7 held/history.csv)" = "$(cut -d , -f 1,6,7 halves/history.csv)" ] ||
    problem "the validation of the epochs before --resume"
run "${train[@]}" --resume halves --validate 10
expect_code 2
expect_text err "--validate: --resume continues with the options that the run began with: 30"
run "${train[@]}" --validate 100 --out none
expect_code 2
expect_text err "--validate 100: there are 100 training images"
end

begin "train --json"
run "${train[@]}" --epochs 2 --batch 20 --json --quiet
expect_code 0
expect_empty err
expect_json '[x["event"] for x in e] == ["start", "epoch", "epoch", "evaluation", "evaluation", "done"]'
expect_json 'e[0]["device"]["name"] == "cpu" and e[0]["options"]["epochs"] == 2
    and e[0]["options"]["seed"] == 0'
expect_json 'all(set(x) >= {"epoch", "accuracy", "total_loss", "mean_loss", "seconds"} for x in e[1:3])'
expect_json '[x["split"] for x in e[3:5]] == ["train", "test"]'
expect_json 'all(x["images"] == 100 == sum(map(sum, x["confusion"]))
    and x["accuracy"] == x["correct"] / 100 and len(x["classes"]) == 10
    and x["loss"] > 0 for x in e[3:5])'
expect_json 'e[5]["out"] == "run-1" and e[5]["model"] == "run-1/model.safetensors"
    and len(e[5]["sha256"]) == 64 and e[5]["seconds"] > 0'
end

# Options that change no bit
begin "the same bits"
run "${train[@]}" --epochs 2 --batch 20 --quiet
expect_code 0
expect_empty err
expect_text out "model: run-2/model.safetensors"
expect_same run-1/model.safetensors run-2/model.safetensors
run "${train[@]}" --epochs 2 --batch 20 --threads 1 --mapping gpu --no-fuse --no-cache --out threads-1
expect_same run-1/model.safetensors threads-1/model.safetensors
run "${train[@]}" --epochs 9 --steps 10 --batch 20 --threads 2 --out steps-10
expect_same run-1/model.safetensors steps-10/model.safetensors
run "${train[@]}" --epochs 2 --batch 20 --seed 1 --out seed-1
cmp -s run-1/model.safetensors seed-1/model.safetensors && problem "another seed gives the same model"
run "${train[@]}" --epochs 2 --batch 20 --order file --out file-order
cmp -s run-1/model.safetensors file-order/model.safetensors && problem "another order gives the same model"
end

begin "the largest seed, and a batch larger than the data"
run "${train[@]}" --epochs 1 --batch 1000000 --seed 18446744073709551615 --out large --json
expect_code 0
expect_json 'e[0]["options"]["seed"] == 18446744073709551615 and e[1]["steps"] == 1'
grep -q '18446744073709551615' large/model.safetensors || problem "the model lacks the seed"
end

begin "part of an epoch"
run "${train[@]}" --epochs 5 --batch 30 --steps 6 --json --out part
expect_code 0
expect_json '[(x["epoch"], x["steps"], x["images"]) for x in e if x["event"] == "epoch"] == [(1, 4, 100), (2, 2, 60)]'
grep -q '"epochs\\":2,.*"steps\\":6' part/model.safetensors ||
    problem "the model lacks the steps"
end

begin "--dump-gradients"
run "${train[@]}" --steps 1 --out gradients --dump-gradients gradients.safetensors
expect_code 0
python3 - gradients.safetensors run-1/model.safetensors <<'PYTHON' 2>"$work/python" ||
    problem "gradients: $(tail -n 1 "$work/python")"
import array, json, struct, sys
def read(path):
    content = open(path, "rb").read()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8 : 8 + length]), content[8 + length :]
header, values = read(sys.argv[1])
header.pop("__metadata__", None)
model = read(sys.argv[2])[0]
expected = {n for n in model if n.endswith(".weight") or n.endswith(".bias")}
assert set(header) == expected, set(header) ^ expected
assert all(header[n]["shape"] == model[n]["shape"] for n in expected)
floats = array.array("f", values)
assert any(floats) and all(abs(x) < 100 for x in floats)
PYTHON
end

if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    begin "--threads on PoCL: a sub-device, which computes the same bits"
    units=$("$weft" devices --json 2>/dev/null | python3 -c 'import json, sys
print(next(e["compute_units"] for e in map(json.loads, sys.stdin.readlines()) if "Portable" in (e["platform"] or "")))')
    for threads in 1 $((units + 1)); do
        run train --data "$sample" --device Portable --epochs 2 --batch 20 --threads $threads \
            --out "sub-$threads" --json
        expect_code 0
        expect_same run-1/model.safetensors "sub-$threads/model.safetensors"
        expect_json "e[0]['device']['compute_units'] == min($threads, $units)"
        expect_no_text err "--threads"
    done
    run train --data "$sample" --device Portable --epochs 1 --batch 20 --threads 1 --out detail --verbose
    [ "$units" = 1 ] || expect_text err "sub-device: 1 of $units compute units"
    end
else
    skip "--threads on PoCL" "no such device"
fi

begin "--init starts from a model"
run "${train[@]}" --epochs 1 --batch 20 --init run --out init --json
expect_code 0
expect_json 'e[0]["options"]["init"] == "run" and e[1]["mean_loss"] < 2'
grep -q "init.*$sha" init/model.safetensors || problem "the model lacks the hash of --init"
end

begin "--network"
linear_list 28 10 "$work/files/linear.json"
run "${train[@]}" --epochs 2 --batch 20 --network "$work/files/linear.json" --out linear
expect_code 0
run summary linear
expect_text out "7850"
end

# Folders
begin "a folder that is not empty is refused"
cp -r run "$work/files/before"
run "${train[@]}" --epochs 1 --batch 50 --out run
expect_code 2
expect_text err "weft: --out run: the folder is not empty"
expect_text err "--force"
expect_empty out
diff -r run "$work/files/before" >/dev/null || problem "it changed"
end

begin "--force replaces the run"
touch run/mine
run "${train[@]}" --epochs 1 --batch 50 --out run --force
expect_code 0
[ "$(wc -l <run/history.csv)" -eq 2 ] || problem "history.csv has not 2 lines"
[ -e run/mine ] || problem "a file that is not of a run was removed"
end

begin "an empty folder, and a new folder in new folders"
mkdir empty
run "${train[@]}" --epochs 1 --out empty
expect_code 0
run "${train[@]}" --epochs 1 --out a/b/c/
expect_code 0
expect_text out "model: a/b/c/model.safetensors"
[ -s a/b/c/run.json ] || problem "no a/b/c/run.json"
end

begin "--quiet omits notices"
run "${train[@]}" --epochs 1 --out notices
expect_text err "device: cpu"
run "${train[@]}" --epochs 1 --out no-notices --quiet
expect_empty err
end

# A progress bar is for terminals only
begin "no bar without a terminal"
run "${train[@]}" --epochs 3 --out no-bar
expect_no_text err "images/s"
expect_no_text out "images/s"
end

begin "a bar on a terminal, and Ctrl-C on it"
interrupt_at=(images/s " left")
TERM=xterm on_terminal "${train[@]}" --epochs 100000 --batch 20 --out bar
interrupt_at=()
expect_code 130
grep -qE 'epoch [0-9]+ of 100000 \[#*\.*\] +[0-9]+ %  [0-9]+ images/s  [0-9:]+ left' "$work/out" ||
    problem "no bar"
grep -qE $'\r +\r' "$work/out" || problem "the bar was not erased"
expect_text out "weft: training: interrupted"
end

# Interrupted after the first line of an epoch
begin "Ctrl-C"
interrupted out "epoch: 1," SIGINT "${train[@]}" --epochs 100000 --batch 20 --out interrupted
expect_code 130
expect_text err "weft: training: interrupted"
expect_text err "it has the model after epoch"
[ -s interrupted/model.safetensors ] || problem "no model"
[ -s interrupted/history.csv ] || problem "no history"
[ ! -e interrupted/run.json ] || problem "there is a run.json"
epochs=$(($(wc -l <interrupted/history.csv) - 1))
run "${train[@]}" --epochs "$epochs" --batch 20 --out as-many
expect_same interrupted/model.safetensors as-many/model.safetensors
end

# Trainings without success
python3 "$source/tests/support/wrong_files.py" models run-1/model.safetensors "$work/files" || exit 1
rm -rf "$work/here/"*

refuses 1 "not a finite number" "${train[@]}" --init "$work/files/huge.safetensors" --out huge
begin "a loss that rises"
run "${train[@]}" --epochs 2 --lr 1000 --batch 100 --out rises
expect_code 1
expect_text err "weft: training learned nothing: the mean loss rose"
[ -s rises/run.json ] || problem "files are missing"
end
begin "no better than guessing"
run "${train[@]}" --epochs 10 --lr 1000 --batch 10 --out guesses --json
expect_code 1
expect_text err "weft: training learned nothing"
expect_json 'e[-1]["event"] == "error" and e[-1]["code"] == 1'
[ -s guesses/run.json ] || problem "files are missing"
end
rm -rf "$work/here/"*

# Wrong usage and files
refuses 3 "b: " "${train[@]}" --init a --network b
touch "$work/files/file"
refuses 2 "it is a file, not a folder" "${train[@]}" --out "$work/files/file"
refuses 3 "cannot make folder" "${train[@]}" --out "$work/files/file/below"
refuses 3 "nowhere" "${train[@]}" --init nowhere.safetensors
refuses 3 "nowhere" "${train[@]}" --network nowhere.json
refuses 3 "nowhere" train --device cpu --data nowhere
refuses 4 "no-such-device" train --data "$sample" --device no-such-device
refuses 4 "99" train --data "$sample" --device 99
for wrong in "$work"/files/bad-*.safetensors; do
    refuses 3 "${wrong##*/}" "${train[@]}" --init "$wrong"
done
linear_list 28 9 "$work/files/list.json"
refuses 3 "out" "${train[@]}" --network "$work/files/list.json"
linear_list 32 10 "$work/files/list.json"
refuses 3 "it takes 1 x 32 x 32, but the images are 1 x 28 x 28" "${train[@]}" --network "$work/files/list.json"

# A stdout that cannot be written: the files are written, and the exit code is 3
if [ -c /dev/full ]; then
    begin "stdout on a full disk"
    ran="train >/dev/full"
    "$weft" "${train[@]}" --epochs 1 --out full >/dev/full 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "weft: standard output: not all could be written: No space left on device"
    [ -s full/model.safetensors ] || problem "no model"
    end
fi

finish
