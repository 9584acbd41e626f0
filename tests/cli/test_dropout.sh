#!/bin/bash
# test_dropout.sh: a training with dropout has the same bits at every place, and when it is resumed.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_dropout

cat >"$work/files/network.json" <<'END'
{"input": [1, 28, 28], "layers": [
  {"kind": "conv2d", "out_channels": 3, "kernel_size": 5}, {"kind": "max_pool2d", "kernel_size": 2},
  {"kind": "dropout", "p": 0.3}, {"kind": "batch_norm"}, {"kind": "flatten"},
  {"kind": "linear", "out_features": 21}, {"kind": "relu"}, {"kind": "dropout"},
  {"kind": "linear", "out_features": 10}]}
END
train=(train --data "$sample" --batch 30 --seed 3 --network "$work/files/network.json")
whole=$work/files/whole
"$weft" "${train[@]}" --device cpu --threads 1 --epochs 3 --out "$whole" >/dev/null 2>&1 || exit 1

# same WAY OPTION...: a training with OPTIONs gives the same model.
same() {
    begin "$1"
    run "${train[@]}" "${@:2}" --epochs 3 --out run --force
    expect_code 0
    expect_same run/model.safetensors "$whole/model.safetensors"
    expect_same run/confusion-test.csv "$whole/confusion-test.csv"
    end
}

same "two threads" --device cpu --threads 2
other=cpu
if "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    other="Portable Computing"
    same "the cpu mapping" --device "$other" --mapping cpu --step-kernel never
    same "the gpu mapping" --device "$other" --mapping gpu
    same "not fused" --device "$other" --no-fuse
    same "many steps in one launch" --device "$other" --step-kernel always
else
    skip "dropout on OpenCL devices" "PoCL is not there"
fi

begin "another seed drops other values"
run "${train[@]}" --device cpu --epochs 1 --order file --out file-3
run "${train[@]}" --device cpu --epochs 1 --order file --init file-3/model.safetensors --out again-3
run train --data "$sample" --batch 30 --seed 4 --device cpu --epochs 1 --order file --init file-3/model.safetensors --out again-4
expect_code 0
[ "$(cut -d, -f3 again-3/history.csv)" = "$(cut -d, -f3 again-4/history.csv)" ] && problem "the seed changes nothing"
end

begin "resumed trainings"
run "${train[@]}" --device cpu --epochs 1 --out run --force
run train --resume run --epochs 2 --device cpu --threads 2
run train --resume run --epochs 3 --device "$other"
expect_code 0
expect_same run/model.safetensors "$whole/model.safetensors"
end

begin "p"
sed 's/0\.3/1.5/' "$work/files/network.json" >"$work/files/wrong.json"
run train --data "$sample" --network "$work/files/wrong.json"
expect_code 3
expect_text err "p: a number from 0 to 1 was expected"
end

finish
