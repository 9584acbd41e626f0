#!/bin/bash
# test_mixed_runs.sh: files of one folder that do not belong together are noticed, and none is lost.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_mixed_runs
# shellcheck source=tests/support/runs.sh
. "$source/tests/support/runs.sh"

for file in model.safetensors checkpoint.safetensors history.csv steps.csv confusion-train.csv confusion-test.csv run.json; do
    begin "$file of another run"
    cp -r "$a" mixed
    cp "$work/files/b/$file" mixed
    named=$file
    [ $file != run.json ] || named=model.safetensors
    run compare mixed "$a"
    expect_code 3
    expect_text err "mixed: its files do not belong together: $named is not the one that run.json was written with"
    run train --resume mixed --device cpu
    expect_code 3
    expect_text err "mixed: its files do not belong together: $named"
    run report mixed --no-images --json
    expect_text err "mixed: its files do not belong together: $named"
    if [ $named = model.safetensors ]; then
        expect_code 3
        run evaluate mixed --data "$sample" --device cpu
        expect_code 0
        expect_text err "weft: warning: mixed: its run.json is of another model"
    else
        expect_code 0
        expect_json 'e[0]["event"] == "warning" and e[0]["code"] == "mixed-run"'
    fi
    expect_same "mixed/$file" "$work/files/b/$file"
    end
    rm -rf mixed
done

for file in checkpoint.safetensors history.csv steps.csv model.safetensors; do
    begin "$file of another run, without run.json"
    cp -r "$work/files/unfinished" mixed
    cp "$work/files/b/$file" mixed
    before=$(sha256sum mixed/*)
    run train --resume mixed --device cpu
    expect_code 3
    expect_text err "of another run"
    [ "$(sha256sum mixed/*)" = "$before" ] || problem "the files changed"
    end
    rm -rf mixed
done

begin "a run of an earlier version"
cp -r "$a" old
sed -i '/"files": {/,/}/d' old/run.json
python3 -c 'import json; assert "files" not in json.load(open("old/run.json"))' || problem "run.json was not changed"
run report old --no-images
expect_code 0
expect_no_text err "warning"
run compare old "$a"
expect_code 0
run train --resume old --device cpu
expect_code 0
same_result old
end
rm -rf "$work/here/"*

# ---- the model that --resume would replace ----

# A model of the same options, of other data, of another network, without options, and other files.
mkdir "$work/files/exchanged" "$work/files/kinds"
for part in images-idx3-ubyte.gz labels-idx1-ubyte.gz; do
    cp "$sample/train-$part" "$work/files/exchanged/t10k-$part"
    cp "$sample/t10k-$part" "$work/files/exchanged/train-$part"
done
linear_list 28 10 "$work/files/linear.json"
kinds=$work/files/kinds
"$weft" train --data "$work/files/exchanged" --device cpu --batch 20 --epochs 3 --out "$work/files/data" >/dev/null 2>&1 || exit 1
"$weft" "${train[@]}" --epochs 3 --network "$work/files/linear.json" --out "$work/files/network" >/dev/null 2>&1 || exit 1
cp "$work/files/data/model.safetensors" "$kinds/of-other-data"
cp "$work/files/network/model.safetensors" "$kinds/of-another-network"
cp "$source/tests/vectors/trained.safetensors" "$kinds/of-PyTorch"
echo "my notes" >"$kinds/notes"
head -c -1 "$a/model.safetensors" >"$kinds/cut"

for file in "$kinds"/*; do
    begin "--resume keeps a model.safetensors that is ${file##*/}"
    cp -r "$work/files/unfinished" run
    cp "$file" run/model.safetensors
    before=$(sha256sum run/*)
    run train --resume run --device cpu
    expect_code 3
    expect_text err "weft: run/model.safetensors: "
    expect_text err "another folder"
    [ "$(sha256sum run/*)" = "$before" ] || problem "the files changed"
    end
    rm -rf run
done

begin "--keep best: the best model is not one of other data"
keep=(--batch 20 --validate 20 --keep best --lr 0.03 --seed 2 --device cpu)
"$weft" train --data "$sample" "${keep[@]}" --epochs 6 --out best >/dev/null 2>&1 || problem "not trained"
epoch=$(python3 -c 'import json; print(json.load(open("best/run.json"))["model_epoch"])')
[ "$epoch" -lt 6 ] || problem "the last epoch is the best one"
"$weft" train --data "$work/files/exchanged" "${keep[@]}" --epochs "$epoch" --out other >/dev/null 2>&1 || problem "not trained"
rm best/run.json
cp other/model.safetensors best
run train --resume best --device cpu
expect_code 3
expect_text err "best/model.safetensors: of another run"
expect_same best/model.safetensors other/model.safetensors
end

begin "without a checkpoint"
cp -r "$a" run
rm run/checkpoint.safetensors
run train --resume run --device cpu
expect_code 3
expect_text err "run/checkpoint.safetensors: it does not exist"
expect_text err "weft train --init run"
ln -s nowhere/at/all run/checkpoint.safetensors
run train --resume run --device cpu
expect_code 3
expect_text err "run/checkpoint.safetensors: No such file or directory"
expect_no_text err "no epoch was finished"
end
rm -rf run

# ---- files that another process changes ----

# --dump-gradients waits for the reader of a pipe: after the last epoch, before the evaluation.
for file in model.safetensors checkpoint.safetensors history.csv steps.csv; do
    begin "$file is changed during the training"
    mkfifo gradients
    "$weft" "${train[@]}" --epochs 2 --out run --dump-gradients gradients >/dev/null 2>"$work/err" &
    training=$!
    for ((i = 0; i < 600; i++)); do
        [ ! -s run/steps.csv ] || [ "$(wc -l <run/steps.csv)" -lt 11 ] || break
        sleep 0.05
    done
    sleep 0.3 # for the files after steps.csv
    cp "$work/files/b/$file" new
    mv new "run/$file"
    cat gradients >/dev/null
    wait $training
    code=$?
    expect_code 3
    expect_text err "weft: run/$file: another process changed it during the training"
    [ ! -e run/run.json ] || problem "run.json was written"
    expect_same "run/$file" "$work/files/b/$file"
    end
    rm -rf run gradients
done

# ---- images that are held out for the test ----

begin "--test-fraction is that of the run"
mkdir only
cp "$sample"/train-* only
run train --data only --test-fraction 0.4 --batch 20 --device cpu --epochs 1 --out half
expect_code 0
run train --resume half --device cpu --epochs 2
expect_code 0
run train --data only --test-fraction 0.4 --batch 20 --device cpu --epochs 2 --out whole
expect_same half/model.safetensors whole/model.safetensors
run train --resume half --device cpu --epochs 3 --test-fraction 0.3
expect_code 2
expect_text err "not the images that the run began with"
expect_text err "the --test-fraction of the run"
end

begin "a data folder that is not where the run began"
mkdir elsewhere
cd elsewhere || exit 1
run train --resume ../half --device cpu --epochs 3
cd ..
expect_code 3
expect_text err "weft: only: no such folder"
expect_text err "the run began with the images of this folder"
expect_text err "--data names it"
end

begin "a history that was removed"
run train --data "$sample" --batch 20 --device cpu --epochs 2 --validate 20 --out lost
rm lost/run.json lost/history.csv
run train --resume lost --device cpu --epochs 3
expect_code 0
expect_text err "lost/history.csv: it does not exist: the validation of the finished epochs is lost"
end

begin "a run.json that is none"
for text in "" "[1]" "3"; do
    rm -rf run
    cp -r "$a" run
    printf '%s' "$text" >run/run.json
    run train --resume run --device cpu --epochs 4
    expect_code 3
    expect_text err "run/run.json: "
    expect_text err "move it to another folder"
    run compare run "$a"
    expect_code 3
done
end

finish
