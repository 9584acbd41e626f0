#!/bin/bash
# test_waits.sh: a signal ends weft within a second while it waits for another program: for a pipe
# without writer or reader, for bytes of a pipe, and for a full standard output.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_waits
model=$source/data/trained.safetensors
[ -r /proc/self/stat ] || skip_all "/proc is not there"

# waits file|full SIGNAL ARGUMENTS...: weft waits, and SIGNAL ends it with 130 within a second.
waits() {
    begin "$2, stdout $1: ${*:3}"
    ran=${*:3}
    seconds=$(python3 "$source/tests/support/waiting.py" "$work" "$2" "$1" "$weft" "${@:3}")
    code=$?
    expect_code 130
    [[ $seconds == 0.* ]] || problem "it took $seconds s"
    expect_text err "interrupted"
    end
}

# Pipes without a writer, in the place of each file that is read
pipe=$work/files/pipe
mkfifo "$pipe"
for kind in train-images-idx3 t10k-labels-idx1; do
    cp -r "$sample" "$work/files/$kind"
    rm "$work/files/$kind/$kind-ubyte.gz"
    mkfifo "$work/files/$kind/$kind-ubyte"
done
mkdir "$work/files/part" "$work/files/kernels"
mkfifo "$work/files/part/model.safetensors" \
    "$work/files/kernels/numerics.h"
cp "$source"/cl/*.cl "$work/files/kernels"
for signal in SIGINT SIGTERM; do
    waits file $signal train --data "$work/files/train-images-idx3" --device cpu
    waits file $signal evaluate "$model" --data "$work/files/t10k-labels-idx1" --device cpu
    waits file $signal evaluate "$pipe" --data "$sample"
    waits file $signal summary "$work/files/part"
    waits file $signal compare "$model" "$pipe"
    waits file $signal compare --fleet "$pipe"
    waits file $signal train --network "$pipe" --data "$sample" --device cpu
    waits file $signal train --recipe "$pipe" --data "$sample" --device cpu
    waits file $signal train --init "$pipe" --data "$sample" --device cpu
    waits file $signal data --data "$work/files/train-images-idx3"
    waits file $signal samples --data "$work/files/train-images-idx3"
    waits file $signal bench --data "$work/files/train-images-idx3" --device cpu
    waits file $signal verify --data "$work/files/train-images-idx3" --device cpu
done
if ! "$weft" predict "$model" x.png 2>&1 | grep -q 'without libpng'; then
    waits file SIGTERM predict "$model" "$pipe" --device cpu
fi
waits file SIGTERM predict "$pipe" --index 0 --data "$sample"

# A pipe whose writer stops in the middle of the file
{ head -c 100000 "$model"; exec sleep 60; } >"$pipe" 2>/dev/null &
writer=$!
waits file SIGTERM evaluate "$pipe" --data "$sample" --device cpu
kill $writer
python3 -c 'import sys, time
for line in iter(lambda: b"x" * 10, None):
    sys.stdout.buffer.write(line)
    sys.stdout.flush()
    time.sleep(0.3)' >"$pipe" 2>"$work/writer" &
waits file SIGINT train --network "$pipe" --data "$sample" --device cpu

# Pipes without a reader, and a full standard output
waits file SIGTERM evaluate "$model" --data "$sample" --device cpu --csv "$pipe"
waits file SIGINT evaluate "$model" --data "$sample" --device cpu --logits "$pipe"
mkfifo "$pipe.svg"
waits file SIGTERM evaluate "$model" --data "$sample" --device cpu --figure "$pipe.svg"
waits file SIGINT samples --data "$sample" --out "$pipe.svg"
waits file SIGTERM train --data "$sample" --device cpu --steps 3 --batch 20 --out dumped --dump-gradients "$pipe"
# shellcheck disable=SC2217 # it only keeps the pipe open
sleep 60 <"$pipe" >/dev/null 2>&1 &
reader=$!
head -c 1000000 /dev/zero >"$pipe" 2>"$work/writer" & # fills the pipe
filler=$!
sleep 0.2
waits file SIGTERM evaluate "$model" --data "$sample" --device cpu --logits "$pipe"
kill $reader $filler
for signal in SIGINT SIGTERM; do
    waits full $signal evaluate "$model" --data "$sample" --device cpu
    waits full $signal evaluate "$model" --data "$sample" --device cpu --json
    waits full $signal train --data "$sample" --device cpu --batch 20 --epochs 3 --json --out full --force
    waits full $signal data --data "$sample"
    waits full $signal predict "$model" --index 0,1,2 --data "$sample" --device cpu --json
    waits full $signal help train
done

# Process substitution and /dev/stdin work
begin "a model from a pipe"
run evaluate <(cat "$model") --data "$sample" --device cpu
expect_code 0
"$weft" summary /dev/stdin <"$model" >"$work/out" 2>"$work/err"
code=$?
expect_code 0
# shellcheck disable=SC2002 # a pipe, not the file
cat "$model" | "$weft" summary /dev/stdin >"$work/out" 2>"$work/err"
code=$?
expect_code 0
end

finish
