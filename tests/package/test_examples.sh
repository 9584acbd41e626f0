#!/bin/bash
# test_examples.sh: the examples are built against the installed library by pkg-config, and do what
# they say. In addition to WEFT and WEFT_SOURCE it takes WEFT_BUILD (the folder of the build), CC, CXX
# and WEFT_SANITIZE (the build's b_sanitize).
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_examples
# shellcheck source=tests/support/installed.sh
. "${WEFT_SOURCE:?}/tests/support/installed.sh"
real=/usr/share/datasets/fashion-mnist
strict=(-pedantic -Wall -Wextra -Werror)

# build NAME OPTION...: builds the example NAME as $work/NAME. Each OPTION goes to pkg-config.
build() {
    local example=$examples/$1.c compiler=("${cc[@]}" -std=c11) name=$1
    shift
    if [ "$name" = train_cc ]; then
        example=$examples/train.cc compiler=("${cxx[@]}" -std=c++17)
    fi
    # shellcheck disable=SC2046 # options of one word each
    try "${compiler[@]}" "${strict[@]}" "$example" $(package --cflags --libs "$@") -lm -o "$work/$name"
    expect_code 0
}

# example NAME ARGUMENTS...: runs an example that was built.
example() {
    local name=$1
    shift
    LD_LIBRARY_PATH=$libdir try "$work/$name" "$@"
}

# value NAME: the last number after "NAME: " in the output.
value() {
    sed -n "s/^\(.*, \)\{0,1\}$1: \([0-9.]*\).*/\2/p" "$work/out" | tail -n 1
}

# expect_number EXPRESSION: awk's EXPRESSION is true, such as "0.9 > 0.8".
expect_number() {
    awk "BEGIN { exit !($1) }" || problem "not true: $1"
}

begin "meson install"
install_moved
expect_code 0
examples=$moved/share/doc/weft/examples
(cd "$source/examples" && ls -- *.c *.cc) >"$work/files/sources"
(cd "$examples" && ls) >"$work/files/installed"
expect_same "$work/files/sources" "$work/files/installed"
end

export WEFT_DATA=$sample
begin "weft train, for comparison"
run train --data "$sample" --out "$work/run" --quiet --device cpu
expect_code 0
expected=$(sed -n 's/^test:* accuracy: \([0-9.]*\).*/\1/p' "$work/out")
[ -n "$expected" ] || problem "no accuracy in stdout"
end

# trains NAME: an example that trains has the accuracy and the model of weft train.
trains() {
    example "$1" cpu "$work/files/$1.safetensors"
    expect_code 0
    [ "$(value "test accuracy")" = "$expected" ] || problem "accuracy $(value "test accuracy"), not $expected"
    run compare "$work/files/$1.safetensors" "$work/run"
    expect_code 0
}

begin "train.c"
build train
trains train
example train auto "$work/files/auto.safetensors"
expect_code 0
run compare "$work/files/auto.safetensors" "$work/run"
expect_code 0
end

begin "train.c reports what failed"
WEFT_DATA=$work/nowhere example train cpu
expect_code 1
expect_text err "$work/nowhere"
example train no-such-device
expect_code 1
expect_text err "no-such-device"
end

if [ -e $real/train-images-idx3-ubyte.gz ]; then
    begin "train.c with the complete data set"
    WEFT_DATA=$real example train auto "$work/files/complete.safetensors"
    expect_code 0
    expect_number "$(value "test accuracy") >= 0.83 && $(value "test accuracy") <= 0.90"
    end

    begin "train.c ends with Ctrl-C"
    weft=$work/train
    WEFT_DATA=$real LD_LIBRARY_PATH=$libdir interrupted out "epoch: 1" SIGINT cpu "$work/files/never.safetensors"
    weft=${WEFT:?}
    expect_code 1
    expect_text err "train: "
    [ ! -e "$work/files/never.safetensors" ] || problem "a model was written"
    end
else
    skip "train.c with the complete data set" "no $real"
fi

if command -v "${cxx[0]}" >/dev/null; then
    begin "train.cc"
    build train_cc
    trains train_cc
    WEFT_DATA=$work/nowhere example train_cc cpu
    expect_code 1
    expect_text err "$work/nowhere"
    end
else
    skip "train.cc" "there is no ${cxx[0]} here"
fi

begin "early_stopping.c"
build early_stopping
example early_stopping cpu "$work/files/best.safetensors"
expect_code 0
cp "$work/out" "$work/files/epochs"
grep -q "learning rate: 0.01," "$work/files/epochs" || problem "no epoch has the rate 0.01"
grep -q "learning rate: 0.005," "$work/files/epochs" || problem "the rate was never changed"
[ "$(grep -c '^epoch' "$work/files/epochs")" -lt 20 ] || problem "it did not stop early"
smallest=$(sed -n 's/^epoch.*validation loss: \([0-9.]*\).*/\1/p' "$work/files/epochs" | sort -n | head -n 1)
[ "$(value "best validation loss")" = "$smallest" ] || problem "best loss $(value "best validation loss"), not $smallest"
end

begin "predict.c"
build predict
python3 - "$sample" <<'PYTHON' >"$work/files/pixels"
import gzip, sys
sys.stdout.buffer.write(gzip.open(sys.argv[1] + "/t10k-images-idx3-ubyte.gz").read()[16:16 + 50 * 784])
PYTHON
LD_LIBRARY_PATH=$libdir "$work/predict" "$work/run/model.safetensors" cpu <"$work/files/pixels" >"$work/files/predicted" 2>"$work/err"
[ "$(wc -l <"$work/files/predicted")" = 50 ] || problem "not 50 lines"
run evaluate "$work/run" --data "$sample" --device cpu --split test --logits "$work/files/logits"
expect_code 0
python3 - "$work/files/logits" "$work/files/predicted" <<'PYTHON' || problem "not the logits of weft evaluate"
import math, struct, sys
data = open(sys.argv[1], "rb").read()
start = 8 + struct.unpack("<Q", data[:8])[0]
for i, line in enumerate(open(sys.argv[2])):
    logits = struct.unpack_from("<10f", data, start + 40 * i)
    index, probability, name = line.split(maxsplit=2)
    expected = 1 / sum(math.exp(x - max(logits)) for x in logits)
    assert logits[int(index)] == max(logits) and abs(float(probability) - expected) < 1e-4, (line, logits)
PYTHON
example predict "$sample/nothing.safetensors" cpu
expect_code 1
expect_text err "nothing.safetensors"
end

begin "own_network.c"
build own_network
example own_network cpu
expect_code 0
expect_number "$(value "test accuracy") > 0.95"
run summary stripes.safetensors
expect_code 0
end

begin "own_loss.c"
build own_loss
example own_loss cpu
expect_code 0
expect_number "$(sed -n 's/^step: 0, loss: //p' "$work/out") > 0.1 && $(value "loss") < 0.002"
end

begin "devices.c"
build devices
example devices no-such-device
expect_code 0
expect_text out "no-such-device: "
expect_text out "opened: "
cp "$work/out" "$work/files/devices"
run devices --json
[ "$(grep -c '"event":"device"' "$work/out")" = "$(grep -c '^[* ] .* units): ' "$work/files/devices")" ] || problem "not the number of devices of weft devices"
end

begin "the static library"
rm "$libdir"/libweft.so*
build train --static
trains train
end

finish
