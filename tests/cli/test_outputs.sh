#!/bin/bash
# test_outputs.sh: no output replaces what the command reads, or another output.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_outputs
files=$work/files
data=$files/data
mkdir "$data"
cp "$sample"/*ubyte* "$data" && chmod u+w "$data"/*
linear_list 28 10 "$files/net.json"
train=(train --data "$data" --network "$files/net.json" --device cpu --quiet --steps 2)
"$weft" "${train[@]}" --out "$files/run" >"$work/out" || exit 1
cp "$files/run/model.safetensors" "$files/m.safetensors"
cp "$files/run/model.safetensors" "$files/m.svg"
ln "$files/m.safetensors" "$files/hard"
ln -s m.safetensors "$files/soft"
echo '{"lr": 0.02}' >"$files/recipe.json"
mkdir "$files/cl" && cp "$source/cl/add.cl" "$files/cl"
cp -r "$files" "$work/kept"
common=(--data "$data" --device cpu)
evaluate=(evaluate "$files/m.safetensors" "${common[@]}")
run=$files/run

# Each of these would have replaced a file. Nothing is computed, and nothing changes.
refuses 2 "--logits same: it is the same file as --csv same" "${evaluate[@]}" --csv same --logits same
refuses 2 "--logits nowhere/../same: it is the same file as --csv ./same" "${evaluate[@]}" --csv ./same --logits nowhere/../same
refuses 2 "--logits x/../../here/same: it is the same file as --csv" "${evaluate[@]}" --csv same --logits x/../../here/same
refuses 2 "--figure same.svg: it is the same file as --csv" "${evaluate[@]}" --csv "$work/here//same.svg" --figure same.svg
for name in m.safetensors hard soft; do
    refuses 2 "$name: it is the same file as the operand $files/m.safetensors" "${evaluate[@]}" --logits "$files/$name"
done
refuses 2 "--csv" "${evaluate[@]}" --csv "$files/m.safetensors"
refuses 2 "--figure" evaluate "$files/m.svg" "${common[@]}" --figure "$files/m.svg"
refuses 2 "--network" "${evaluate[@]}" --network "$files/net.json" --csv "$files/net.json"
for name in run.json model.safetensors checkpoint.safetensors history.csv steps.csv confusion-{train,test}.csv weft.lock; do
    refuses 2 "$name of the operand $run" evaluate "$run" "${common[@]}" --csv "$run/$name"
done
refuses 2 "history.csv of the folder of $run" evaluate "$run/model.safetensors" "${common[@]}" --csv "$run/history.csv"
refuses 2 "t10k-labels-idx1-ubyte.gz of the data (--data)" "${evaluate[@]}" --csv "$data/t10k-labels-idx1-ubyte.gz"
refuses 2 "add.cl of --kernels" "${evaluate[@]}" --kernels "$files/cl" --csv "$files/cl/add.cl"
refuses 2 "--out $run/model.safetensors" report "$run" --no-images --out "$run/model.safetensors"
refuses 2 "--resume" train --resume "$run" --data "$data" --device cpu --dump-gradients "$run/model.safetensors"
refuses 2 "--init" "${train[@]}" --init "$files/m.safetensors" --dump-gradients "$files/m.safetensors"
refuses 2 "--recipe" "${train[@]}" --recipe "$files/recipe.json" --dump-gradients "$files/recipe.json"
refuses 2 "model.safetensors of --out new" "${train[@]}" --out new --dump-gradients new/model.safetensors
refuses 2 "the folder of --out new" "${train[@]}" --out new --dump-gradients ./new/
for model in "$run" "$run/model.safetensors" "$run/./model.safetensors"; do
    refuses 2 "--init $run/model.safetensors: a new run in --out $run would first remove this file" \
        train --data "$data" --device cpu --steps 2 --init "$model" --out "$run" --force
done

begin "pictures are kept"
mkdir -p png/train/a png/train/b png/test/a png/test/b
if "$weft" samples --data "$data" --count 1 --out png/train/a/1.png >"$work/out" 2>&1; then
    for to in train/a/2 train/b/1 test/a/1 test/b/1; do cp png/train/a/1.png "png/$to.png"; done
    cp png/train/a/1.png before.png
    run predict "$files/m.safetensors" --device cpu before.png --out before.png
    expect_code 2
    expect_text err "--out before.png: it is the same file as the operand before.png"
    run samples --data png --count 1 --out png/train/b/1.png
    expect_code 2
    expect_text err "png/train/b/1.png of the data (--data)"
    expect_same before.png png/train/b/1.png
    run samples --data png --count 1 --out png/grid.png
    expect_code 0
    run samples --data png --count 2 --out png/grid.png
    expect_code 0
else
    skipped="this weft draws no PNG"
fi
rm -rf "$work/here/"*
end

begin "nothing changed"
diff -r "$files" "$work/kept" >"$work/out" || problem "files differ"
end

begin "figures beside a run, devices, and a folder that has both data and results"
run evaluate "$run" "${common[@]}" --csv /dev/null --logits /dev/null --figure "$run/confusion-test.svg"
expect_code 0
run report "$run" "${common[@]}" --curves "$run/curves.svg"
expect_code 0
run report "$run" "${common[@]}" --out "$run/report.html"
expect_code 0
cd "$data" || exit 1
for _ in 1 2; do
    run evaluate "$files/m.safetensors" --data . --device cpu --csv matrix.csv --logits logits
    expect_code 0
done
run "${train[@]}" --recipe best --epochs 1 --steps 3 --dump-gradients best --out new
expect_code 0
cd "$work/here" || exit 1
end
finish
