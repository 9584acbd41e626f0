#!/bin/bash
# test_interrupt.sh: Ctrl-C and SIGTERM in the commands that take long. What was finished is kept, the exit code is 130, and what weft
# says of going on can be pasted.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_interrupt
model=$source/data/trained.safetensors
train=(train --data "$sample" --batch 20 --device cpu)

# expect_equal_run A EPOCHS: the run folder holds what a training of so many epochs gives that nobody stopped.
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
    begin "$signal in train, and the command that goes on"
    out="it's a \$run $signal"
    interrupted out "epoch: 2," $signal "${train[@]}" --epochs 90 --out "$out" --threads 2 --no-fuse --quiet --quiet
    expect_code 130
    expect_text err "weft: training: interrupted after "
    expect_text err "to go on:"
    [ -s "$out/checkpoint.safetensors" ] || problem "no checkpoint"
    [ ! -e "$out/run.json" ] || problem "a run.json, as if it were done"
    command=$(sed -n 's/^  //p' "$work/err")
    [[ $command == *" --device cpu --threads 2 --no-fuse --quiet" ]] || problem "not the options that were given: $command"
    bash -c "$command" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    expect_text out "epoch: 90,"
    expect_equal_run "$out" 90
    end
done

begin "a run that went on, stopped before its next epoch"
run "${train[@]}" --epochs 2 --out again
interrupted err "run folder: " SIGINT "${train[@]}" --resume again --epochs 60
expect_code 130
command=$(sed -n 's/^  //p' "$work/err")
[[ $command == *" train --resume again --epochs 60 --device cpu" ]] || problem "another command: $command"
bash -c "$command" >"$work/out" 2>"$work/err" || problem "it does not work"
expect_equal_run again 60
end

begin "stopped before the first epoch: nothing stays"
interrupted err "device: " SIGINT "${train[@]}" --epochs 3 --batch 1 --threads 1 --out none --steps 1000000
expect_code 130
expect_no_text err "--resume"
[ ! -e none ] || [ -s none/model.safetensors ] || problem "an empty folder stays"
end

begin "--json tells it too"
interrupted out '"epoch":2,' SIGINT "${train[@]}" --epochs 100000 --out json --json
expect_code 130
expect_json 'e[-1]["event"] == "error" and e[-1]["code"] == 130 and " train --resume json --device cpu --json" in e[-1]["hint"]'
end
rm -rf "$work/here/"*

# Tens of thousands of random images, so that there is something to interrupt
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
[ ! -e matrix.csv ] || problem "a matrix of a part"
end

begin "bench, before anything was measured"
interrupted err "device: " SIGTERM bench --data "$work/files" --device cpu --repeat 3 --images 2000
expect_code 130
expect_text err "weft: bench: interrupted"
expect_text err "nothing had been measured"
expect_empty out
end

begin "bench, after training was measured"
interrupted err "batches of 500" SIGINT bench --data "$work/files" --device cpu --repeat 20 --images 20000 --verbose --only evaluate --peak
expect_code 130
expect_text err "what had been measured until then is shown"
expect_text out "peak "
! grep -q '^evaluate' "$work/out" || problem "a part that was not measured to its end"
end

begin "two signals end it at once"
interrupted err "device: " "SIGINT SIGTERM" evaluate "$model" --data "$work/files" --device cpu --statistics batch --threads 1
[ "$code" -eq 130 ] || [ "$code" -eq 143 ] || problem "exit code $code"
expect_no_text err "weft: evaluation: interrupted"
expect_empty out
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

# A driver may lose files of its compiler to the signal, and fail to build: that is the interrupt's work.
begin "while a program is compiled"
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    POCL_CACHE_DIR=$work/cold interrupted err "program cache: off" SIGINT "${train[@]}" --device "Portable Computing" --no-cache --verbose --epochs 1000 --out compiled
    expect_code 130
    interrupted out "numerics " SIGINT verify --device "Portable Computing" --steps 2 --for 1h
    expect_code 130
    expect_text err "weft: verify: interrupted"
    end
else
    skip "$name" "PoCL is not there"
fi

finish
