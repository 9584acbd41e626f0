#!/bin/bash
# test_interrupt.sh: Ctrl-C and SIGTERM in long commands. Finished results are kept, the exit code
# is 130, and the printed command continues the run.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_interrupt
model=$source/data/trained.safetensors
train=(train --data "$sample" --batch 20 --device cpu)

# expect_equal_run RUN EPOCHS: the run folder is equal to that of an uninterrupted training of
# EPOCHS epochs.
expect_equal_run() {
    run "${train[@]}" --epochs "$2" --out as-many --force
    expect_code 0
    expect_same "$1/model.safetensors" as-many/model.safetensors
    expect_same "$1/confusion-train.csv" as-many/confusion-train.csv
    expect_same "$1/confusion-test.csv" as-many/confusion-test.csv
    [ "$(cut -d, -f1-4 "$1/history.csv")" = "$(cut -d, -f1-4 as-many/history.csv)" ] || problem "the history differs"
    [ "$(cut -d, -f1-5 "$1/steps.csv")" = "$(cut -d, -f1-5 as-many/steps.csv)" ] || problem "the steps differ"
}

for signal in SIGINT SIGTERM; do
    begin "$signal in train, and the command that continues"
    out="it's a \$run $signal"
    interrupted out "epoch: 2," $signal "${train[@]}" --epochs 90 --out "$out" --threads 2 --no-fuse --quiet --quiet
    expect_code 130
    expect_text err "weft: training: interrupted after "
    expect_text err "to continue:"
    [ -s "$out/checkpoint.safetensors" ] || problem "no checkpoint"
    [ ! -e "$out/run.json" ] || problem "there is a run.json"
    command=$(sed -n 's/^  //p' "$work/err")
    [[ $command == *" --device cpu --threads 2 --no-fuse --quiet" ]] || problem "other options: $command"
    bash -c "$command" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    expect_text out "epoch: 90,"
    expect_equal_run "$out" 90
    end
done

begin "a resumed run, interrupted before its next epoch"
run "${train[@]}" --epochs 2 --out again
interrupted err "run folder: " SIGINT "${train[@]}" --resume again --epochs 60
expect_code 130
command=$(sed -n 's/^  //p' "$work/err")
[[ $command == *" train --resume again --epochs 60 --device cpu" ]] || problem "another command: $command"
bash -c "$command" >"$work/out" 2>"$work/err" || problem "the command failed"
expect_equal_run again 60
end

begin "interrupted before the first epoch: no files"
interrupted err "device: " SIGINT "${train[@]}" --epochs 3 --batch 1 --threads 1 --out none --steps 1000000
expect_code 130
expect_no_text err "--resume"
[ ! -e none ] || [ -s none/model.safetensors ] || problem "an empty folder is left"
end

begin "the command in an event of --json"
interrupted out '"epoch":2,' SIGINT "${train[@]}" --epochs 100000 --out json --json
expect_code 130
expect_json 'e[-1]["event"] == "error" and e[-1]["code"] == 130 and " train --resume json --device cpu --json" in e[-1]["hint"]'
end
rm -rf "$work/here/"*

# Tens of thousands of random images, so that commands run long enough
python3 - "$work/files" <<'PYTHON' || exit 1
import os, struct, sys
for split, count in ("train", 20000), ("t10k", 60000):
    with open("%s/%s-images-idx3-ubyte" % (sys.argv[1], split), "wb") as f:
        f.write(struct.pack(">IIII", 2051, count, 28, 28) + os.urandom(784 * 1000) * (count // 1000))
    with open("%s/%s-labels-idx1-ubyte" % (sys.argv[1], split), "wb") as f:
        f.write(struct.pack(">II", 2049, count) + bytes(i % 10 for i in range(count)))
PYTHON

begin "evaluate"
interrupted err "device: " SIGINT evaluate "$model" --data "$work/files" --device cpu --csv matrix.csv
expect_code 130
expect_text err "weft: evaluation: interrupted after "
expect_empty out
[ ! -e matrix.csv ] || problem "an incomplete matrix"
end

begin "report: the old one stays, and no lock"
run "${train[@]}" --epochs 1 --out reported
run report reported --no-images
cp reported/report.html before.html
# The thread sanitizer handles a signal in a later call of the thread that gets it: never, if that one
# hashes the images and ends.
delay=0
[ "${WEFT_SANITIZE:-}" != thread ] || delay=3
for signal in SIGTERM SIGINT; do
    DELAY=$delay interrupted err "device: " "$signal" report reported --data "$work/files" --device cpu
    expect_code 130
    expect_text err "interrupted"
    [ ! -e reported/weft.lock ] || problem "the lock of the run folder is left"
    expect_same reported/report.html before.html
done
rm -rf reported before.html
end

begin "bench, before the first measurement"
interrupted err "device: " SIGTERM bench --data "$work/files" --device cpu --repeat 3 --images 2000
expect_code 130
expect_text err "weft: bench: interrupted"
expect_text err "no part was complete"
expect_empty out
end

begin "bench, after the measurement of the peak"
interrupted err "batches of 512" SIGINT bench --data "$work/files" --device cpu --repeat 20 --images 20000 --verbose --only evaluate --peak
expect_code 130
expect_text err "the parts that were complete are shown"
expect_text out "peak "
! grep -q '^evaluate' "$work/out" || problem "an incomplete measurement"
end

# A step or a pass of 16 images through 16 million parameters takes half a minute and more.
python3 - "$work/files" <<'PYTHON' || exit 1
import json, struct, sys
layers = {"input": [1, 28, 28], "layers": [
    {"kind": "conv2d", "name": "a", "out_channels": 800, "kernel_size": 1}, {"kind": "conv2d", "name": "b", "out_channels": 800, "kernel_size": 5},
    {"kind": "max_pool2d", "kernel_size": 24}, {"kind": "flatten"}, {"kind": "linear", "name": "c", "out_features": 10}]}
shapes = {"a.weight": [800, 1, 1, 1], "a.bias": [800], "b.weight": [800, 800, 5, 5], "b.bias": [800], "c.weight": [10, 800], "c.bias": [10]}
header, end = {"__metadata__": {"weft.network": json.dumps(layers)}}, 0
for name, shape in shapes.items():
    begin, size = end, 4
    for side in shape:
        size *= side
    end += size
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
text = json.dumps(header).encode()
with open(sys.argv[1] + "/large.json", "w") as f:
    json.dump(layers, f)
with open(sys.argv[1] + "/large.safetensors", "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + bytes(end))
PYTHON
large=(--data "$sample" --batch 16)

# expect_at_once: weft ended within seconds of the signal.
expect_at_once() {
    [ "$(cut -d. -f1 "$work/seconds")" -lt 10 ] || problem "it ended $(cat "$work/seconds") s after the signal"
}

begin "in the middle of a step"
interrupted err "run folder: " SIGTERM train "${large[@]}" --device cpu --network "$work/files/large.json" --out large
expect_code 130
expect_at_once
expect_text err "weft: a step of 16 images: "
expect_text err "weft: training: interrupted after 0 complete epochs: nothing is kept"
end

begin "more memory than there is: said at once"
if [ "$(awk '/MemTotal/ {print int($2 / 1000000)}' /proc/meminfo)" -lt 80 ]; then
    printf '{"input": [1, 28, 28], "layers": [{"kind": "conv2d", "out_channels": 40000, "kernel_size": 1}, {"kind": "flatten"}, {"kind": "linear", "out_features": 68}, {"kind": "linear", "out_features": 10}]}' >"$work/files/huge.json"
    run train "${large[@]}" --device cpu --network "$work/files/huge.json" --out huge
    expect_code 1
    expect_text err "weft: memory: "
    expect_text err "B are needed here, but there are "
    [ ! -e huge ] || problem "a folder is left"
    end
else
    skip "$name" "this machine has 80 GB or more"
fi

begin "in the middle of a step on an OpenCL device"
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    interrupted err "run folder: " SIGTERM train "${large[@]}" --device "Portable Computing" --network "$work/files/large.json" --out large
    expect_code 130
    expect_at_once
    expect_text err "weft: training: interrupted after 0 complete epochs: nothing is kept"
    end
else
    skip "$name" "PoCL is not there"
fi

begin "in the middle of a pass"
interrupted err "device: " SIGTERM evaluate "${large[@]}" --device cpu "$work/files/large.safetensors" --statistics batch
expect_code 130
expect_at_once
expect_text err "weft: evaluation: interrupted after 0 of "
end

begin "in the middle of a step of verify"
DELAY=3 interrupted out "layers " SIGTERM verify --device cpu --network "$work/files/large.json"
expect_code 130
expect_at_once
expect_text out "verdict:    no verdict"
expect_text err "weft: verify: interrupted"
end

begin "verify --for"
interrupted out "evaluation " SIGINT verify --device cpu --steps 2 --for 1h
expect_code 130
expect_text out "verdict:    no verdict"
expect_text out "trainings passed, 0 faults"
expect_text err "weft: verify: interrupted"
interrupted out '"stage":"evaluation"' SIGTERM verify --device cpu --steps 2 --for 1h --json
expect_code 130
expect_json 'e[-2]["event"] == "verdict" and e[-2]["result"] == "no verdict" and e[-2]["faults"] == 0 and e[-2]["passes"] >= 0'
end

begin "verify in a child"
interrupted out "evaluation " SIGTERM verify --device cpu --steps 2 --for 1h --timeout 2h
expect_code 130
expect_text out "verdict:    no verdict"
expect_text err "weft: verify: interrupted"
end

# The signal also reaches the driver's compiler, whose build may fail: weft reports the interrupt.
begin "during the compilation of a program"
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    POCL_CACHE_DIR=$work/cold interrupted err "program cache: off" SIGINT "${train[@]}" --device "Portable Computing" --no-cache --verbose --epochs 1000 --out compiled
    expect_code 130
    interrupted out "numerics " SIGINT verify --device "Portable Computing" --steps 2 --for 1h
    expect_code 130
    expect_text err "weft: verify: interrupted"
    end
    begin "a second signal ends weft at once"
    POCL_CACHE_DIR=$work/colder interrupted err "program cache: off" "SIGINT SIGTERM" "${train[@]}" --device "Portable Computing" --no-cache --verbose --epochs 1000 --out twice
    expect_code 130
    [ "$(tail -n 1 "$work/err")" = "weft: interrupted" ] || problem "the last line is not 'weft: interrupted'"
    end
else
    skip "$name" "PoCL is not there"
fi

finish
