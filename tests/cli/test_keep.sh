#!/bin/bash
# test_keep.sh: weft train --keep best: the model of the best epoch, also after a kill.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_keep
# With this seed, epochs 4 and 6 are the best ones of 8.
held=(train --data "$sample" --batch 20 --seed 2 --validate 20 --device cpu)
train=("${held[@]}" --keep best)
"$weft" "${train[@]}" --epochs 8 --out "$work/files/whole" >"$work/files/out" 2>&1 || exit 1
whole=$work/files/whole

# same_run RUN: RUN has the files of the run without a stop, except for times.
same_run() {
    expect_same "$1/model.safetensors" "$whole/model.safetensors"
    expect_same "$1/confusion-test.csv" "$whole/confusion-test.csv"
    [ "$(cut -d, -f1-4,6,7 "$1/history.csv")" = "$(cut -d, -f1-4,6,7 "$whole/history.csv")" ] ||
        problem "the history of $1 differs"
    grep -q '"model_epoch": 4,' "$1/run.json" || problem "another epoch in run.json"
}

begin "the first of the best epochs"
run "${held[@]}" --epochs 4 --out four
expect_code 0
expect_same four/model.safetensors "$whole/model.safetensors"
expect_same four/confusion-train.csv "$whole/confusion-train.csv"
[ "$(wc -l <"$whole/history.csv")" -eq 9 ] || problem "the history has not all epochs"
cp "$work/files/out" "$work/out"
expect_text out "kept: epoch 4 of 8, with the best accuracy of the images held out: 0.9000"
run "${held[@]}" --epochs 8 --out last
! cmp -s last/model.safetensors "$whole/model.safetensors" || problem "the last epoch has the same model"
run "${train[@]}" --epochs 8 --out json --json
expect_json 'e[0]["options"]["keep"] == "best" and e[-1]["model_epoch"] == 4'
same_run json
run report json
expect_code 0
grep -q "epoch of the model" json/report.html || problem "the report does not have the epoch"
end

begin "one epoch at a time"
run "${train[@]}" --epochs 1 --out each
for epochs in 2 3 4 5 6 7 8; do
    run train --resume each --epochs "$epochs" --device cpu
    expect_code 0
done
same_run each
run train --resume each --keep best --device cpu
expect_code 0
same_run each
end

for epoch in 1 3 4 5 7; do
    begin "killed after epoch $epoch"
    interrupted out "epoch: $epoch," SIGKILL "${train[@]}" --epochs 8 --out "killed-$epoch"
    expect_code 137
    run train --resume "killed-$epoch" --device cpu
    expect_code 0
    same_run "killed-$epoch"
    end
done

begin "killed between the checkpoint and the model"
interrupted out "epoch: 5," SIGKILL "${train[@]}" --epochs 4 --out between
rm between/model.safetensors between/run.json
run train --resume between --epochs 8 --device cpu
expect_code 0
same_run between
end

begin "a part of an epoch that is the best"
# 4 steps an epoch: 14 steps are 3 epochs and a half.
run "${train[@]}" --epochs 8 --steps 14 --out part
expect_code 0
expect_text out "kept: epoch 4 of 4"
run "${held[@]}" --epochs 8 --steps 14 --out part-last
expect_same part/model.safetensors part-last/model.safetensors
run train --resume part --steps 32 --device cpu
expect_code 0
same_run part
end

begin "a part of an epoch that is better than an earlier one"
part=(train --data "$sample" --batch 20 --seed 1 --validate 20 --device cpu --keep best --epochs 20)
run "${part[@]}" --steps 30 --out better
expect_text out "kept: epoch 8 of 8"
cp better/model.safetensors "$work/files/better.safetensors"
run train --resume better --device cpu
expect_code 0
expect_same better/model.safetensors "$work/files/better.safetensors"
run train --resume better --device cpu --steps 32
expect_code 2
expect_text err "has the model of a part of epoch 8, and no longer that of epoch 5"
expect_same better/model.safetensors "$work/files/better.safetensors"
end

begin "Ctrl-C"
interrupted out "epoch: 6," SIGINT "${train[@]}" --epochs 100000 --out stopped
expect_code 130
expect_text err "has the model after epoch"
end

cp -r "$whole" "$work/files/damaged"
cp -r "$whole" "$work/files/other"
cp four/model.safetensors "$work/files/four.safetensors"
rm -rf "$work/here/"*
printf x >>"$work/files/damaged/model.safetensors"
rm "$work/files/damaged/run.json" "$work/files/other/run.json" "$work/files/other/model.safetensors"
refuses 3 "damaged/model.safetensors: damaged: its digest is" train --resume "$work/files/damaged" --device cpu --epochs 9
refuses 3 "model.safetensors is not that of epoch 4" train --resume "$work/files/other" --device cpu
refuses 2 "--keep best: no images are held out" train --data "$sample" --keep best
refuses 2 "--keep best: the model is that of one epoch" "${train[@]}" --average 2
refuses 2 "--keep: --resume continues with the options that the run began with: best" train --resume "$whole" --keep last

begin "the model is restored by hand"
cp "$work/files/four.safetensors" "$work/files/other/model.safetensors"
run train --resume "$work/files/other" --device cpu
expect_code 0
same_run "$work/files/other"
end
finish
