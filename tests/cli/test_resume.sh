#!/bin/bash
# test_resume.sh: weft train --resume gives the same bits as an uninterrupted training.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_resume
train=(train --data "$sample" --batch 30 --seed 3)
opencl=("--device" "Portable Computing")
if ! "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    opencl=(--device cpu --threads 2)
fi
"$weft" "${train[@]}" --device cpu --epochs 5 --out "$work/files/whole" >/dev/null 2>&1 || exit 1
"$weft" "${train[@]}" --device cpu --epochs 5 --steps 14 --out "$work/files/steps" >/dev/null 2>&1 || exit 1
whole=$work/files/whole

# same_run RUN: RUN is equal to the uninterrupted run, except for times.
same_run() {
    expect_same "$1/model.safetensors" "$whole/model.safetensors"
    expect_same "$1/confusion-test.csv" "$whole/confusion-test.csv"
    [ "$(cut -d, -f1-4 "$1/history.csv")" = "$(cut -d, -f1-4 "$whole/history.csv")" ] ||
        problem "the history of $1 differs"
}

begin "more epochs, on another device"
run "${train[@]}" "${opencl[@]}" --epochs 2 --out run
expect_code 0
run train --resume run --epochs 5 --device cpu
expect_code 0
expect_text err "run: continues after epoch 2 of 5"
expect_no_text out "epoch: 2,"
expect_text out "epoch: 3,"
same_run run
[ -s run/run.json ] || problem "no run.json"
run train --resume run --epochs 5 --device cpu --json --quiet
expect_code 0
expect_json 'not [x for x in e if x["event"] == "epoch"] and e[0]["options"]["resume"] == "run" and e[0]["options"]["batch"] == 30'
same_run run
end

for batch in 1 7 100; do
    begin "from device to device and back, with --validate, batches of $batch"
    held=(train --data "$sample" --batch "$batch" --seed 18446744073709551615 --validate 20)
    run "${held[@]}" --device cpu --epochs 4 --out "held-$batch"
    expect_code 0
    run "${held[@]}" --device cpu --epochs 1 --out "there-$batch"
    run train --resume "there-$batch" "${opencl[@]}" --epochs 2
    run train --resume "there-$batch" "${opencl[@]}" --mapping gpu --no-fuse --epochs 3
    expect_code 0
    run train --resume "there-$batch" --device cpu --threads 3 --epochs 4
    expect_code 0
    expect_same "there-$batch/model.safetensors" "held-$batch/model.safetensors"
    expect_same "there-$batch/confusion-train.csv" "held-$batch/confusion-train.csv"
    end
done

begin "one epoch at a time, and with the same options again"
run "${train[@]}" --device cpu --epochs 1 --out each
for epochs in 2 3 4 5; do
    run "${train[@]}" --device cpu --resume each --epochs "$epochs" --order shuffled --lr 0.01
    expect_code 0
done
same_run each
end

# Interrupted after the first line of an epoch
begin "Ctrl-C"
interrupted out "epoch: 1," SIGINT "${train[@]}" --device cpu --epochs 100000 --out stopped
expect_code 130
expect_text err "weft train --resume stopped --device cpu"
epochs=$(($(wc -l <stopped/history.csv) + 2))
run train --resume stopped --device cpu --epochs "$epochs"
expect_code 0
run "${train[@]}" --device cpu --epochs "$epochs" --out as-many
expect_same stopped/model.safetensors as-many/model.safetensors
end

begin "a run that --steps ended"
run "${train[@]}" --device cpu --epochs 5 --steps 10 --out part
run train --resume part --steps 14 --device cpu
expect_code 0
expect_text out "epoch: 3,"
expect_same part/model.safetensors "$work/files/steps/model.safetensors"
run train --resume part --steps 20 --device cpu
same_run part
run "${train[@]}" --device cpu --steps 3 --out none
run train --resume none --device cpu
expect_code 3
expect_text err "no epoch was finished"
end

begin "with --init"
run "${train[@]}" --device cpu --epochs 1 --init "$whole" --out init
run train --resume init --epochs 2 --init "$whole" --device cpu
expect_code 0
run "${train[@]}" --device cpu --epochs 2 --init "$whole" --out init-whole
expect_same init/model.safetensors init-whole/model.safetensors
run train --resume init --epochs 3 --init "$work/files/steps" --device cpu
expect_code 2
expect_text err "--init: --resume continues"
end

cp -r run "$work/files/run"
rm -rf "$work/here/"*
run=$work/files/run
refuses 2 "--batch: --resume continues with the options that the run began with: 30" train --resume "$run" --batch 31
refuses 2 "--lr: --resume continues" train --resume "$run" --lr 0.1
refuses 2 "--seed: --resume continues with the options that the run began with: 3" train --resume "$run" --seed 4
refuses 2 "--order: --resume continues" train --resume "$run" --order file
refuses 2 "--mean: --resume continues" train --resume "$run" --mean 0.5
refuses 2 "--epochs 4: 5 are finished already" train --resume "$run" --epochs 4
refuses 2 "--steps 3: 20 are made already" train --resume "$run" --steps 3
refuses 2 "--out: --resume names the run folder" train --resume "$run" --out other
refuses 2 "--force: --resume names the run folder" train --resume "$run" --force
refuses 3 "nowhere" train --resume nowhere

# Other images of the same number
python3 - "$sample" "$work/files/data" <<'PYTHON'
import gzip, os, sys
os.mkdir(sys.argv[2])
for name in os.listdir(sys.argv[1]):
    content = bytearray(gzip.open(os.path.join(sys.argv[1], name)).read())
    content[-1] ^= 1
    open(os.path.join(sys.argv[2], name[:-3]), "wb").write(content)
PYTHON
refuses 2 "not the images that the run began with" train --resume "$run" --data "$work/files/data" --device cpu

# Damaged checkpoints: truncated, or with impossible values
PYTHONPATH=$source/tests/support python3 - "$run/checkpoint.safetensors" "$work/files" <<'PYTHON' || { echo "cli_resume: the damaged files were not made"; exit 1; }
import json, os, struct, sys
from sealed import pack as file, read
good = open(sys.argv[1], "rb").read()
length = struct.unpack("<Q", good[:8])[0]
header, values = read(sys.argv[1])
def write(name, content):
    folder = os.path.join(sys.argv[2], "damaged-" + name)
    os.mkdir(folder)
    open(os.path.join(folder, "checkpoint.safetensors"), "wb").write(content)
def change(name, part, changes):
    h = json.loads(json.dumps(header))
    r = json.loads(h["__metadata__"]["weft.checkpoint"])
    for key, value in changes.items():
        if value is None: del part(r)[key]
        else: part(r)[key] = value
    h["__metadata__"]["weft.checkpoint"] = json.dumps(r)
    write(name, file(h, values))
def record(name, **changes):
    change(name, lambda r: r, changes)
def value(name, tensor, data):
    begin = header[tensor]["data_offsets"][0]
    write(name, file(header, values[:begin] + data + values[begin + len(data):]))
for cut in 0, 7, 8, 100, length, 8 + length, len(good) - 1:
    write("cut-%d" % cut, good[:cut])
value("nan", "moments", struct.pack("<f", float("nan")))
value("negative", "second_moments", struct.pack("<f", -1.0))
value("progress", "progress", struct.pack("<qq", 2**40, 2**50))
value("zero-epochs", "progress", struct.pack("<qq", 0, 0))
value("epochs", "progress", struct.pack("<qq", 4, 20))
value("steps", "progress", struct.pack("<qq", 5, 21))
value("batches", "batches", struct.pack("<q", -1))
for key in "training", "math", "history", "texts":
    record("no-" + key, **{key: None})
    record("wrong-" + key, **{key: -1})
def training(name, **changes):
    change(name, lambda r: r["training"], changes)
for key in "epochs", "batch", "seed", "order", "steps", "learning_rate":
    training("no-" + key, **{key: None})
    training("wrong-" + key, **{key: -1})
training("huge-epochs", epochs=1e300)
training("seed", seed="18446744073709551616")
record("history", history=[{}] * 5)
# What the program adds
record("no-text", texts={})
record("text", texts={"train": "x"})
record("text-null", texts={"train": None})
def text(name, **changes):
    r = json.loads(header["__metadata__"]["weft.checkpoint"])
    t = json.loads(r["texts"]["train"])
    t.update(changes)
    record(name, texts={"train": json.dumps({k: v for k, v in t.items() if v != "gone"})})
for key in "data", "init", "validate", "data_sets", "classes":
    text("no-text-" + key, **{key: "gone"})
    text("wrong-text-" + key, **{key: -1})
text("init", init="0" * 65)
text("sets", data_sets=[])
text("classes", classes=["one"])
text("class", classes=[0] * 10)
for key in "weft.network", "weft.contract", "weft.checkpoint":
    h = json.loads(json.dumps(header)); del h["__metadata__"][key]
    write("no-" + key, file(h, values))
h = json.loads(json.dumps(header)); h["__metadata__"]["weft.contract"] = "999"
write("contract", file(h, values))
for tensor in "parameters", "moments", "progress":
    h = json.loads(json.dumps(header)); h["x"] = h.pop(tensor)
    write("no-" + tensor, file(h, values))
PYTHON
for folder in "$work"/files/damaged-*; do
    case $folder in
    */damaged-cut-0) text="this is an empty file" ;;
    */damaged-cut-[178] | */damaged-cut-100) text="not a" ;;
    */damaged-cut-*) text="damaged: its digest is" ;;
    *) text=$folder ;;
    esac
    refuses 3 "$text" train --resume "$folder" --data "$sample" --device cpu
    case $folder in
    */damaged-cut-*) ;;
    *) ! grep -q "digest" "$work/err" || problem "the digest is right" ;;
    esac
done
finish
