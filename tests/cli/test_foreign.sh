#!/bin/bash
# test_foreign.sh: model files of PyTorch and its tools: prefixes, types, names and networks.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_foreign
files=$work/files
python3 "$source/tests/support/foreign_models.py" "$source/data/trained.safetensors" "$files" || exit 1
evaluate=(evaluate --data "$sample" --device cpu --logits logits.safetensors)

# expect_logits FILE OTHER OPTIONS...: FILE, read with the options, computes the same bits as OTHER.
expect_logits() {
    local file=$1 other=$2
    shift 2
    run "${evaluate[@]}" "$files/$other.safetensors"
    mv logits.safetensors other.safetensors
    run "${evaluate[@]}" "$files/$file.safetensors" "$@"
    expect_code 0
    expect_same logits.safetensors other.safetensors
}

begin "a state dict"
expect_logits plain null
expect_no_text err "prefix"
expect_no_text err "converted"
end

for file in "$files"/prefix-*; do
    prefix=$(basename "${file#*prefix-}" .safetensors)
    begin "the prefix $prefix"
    expect_logits "prefix-$prefix" plain
    [ "$prefix" = "a-b_c.é" ] || expect_text err "the prefix $prefix. of all names was removed"
    end
done

begin "averaged models"
expect_logits averaged plain
expect_text err "the prefix module. of all names was removed; n_averaged was ignored"
expect_logits wrapped plain
expect_text err "the prefix module.module. of all names was removed; n_averaged was ignored"
end

begin "other types of floats"
expect_logits half half-values
expect_text err "18 tensors of float16 were converted to float32, exactly"
expect_logits brain brain-values
expect_text err "18 tensors of bfloat16 were converted to float32, exactly"
expect_logits double plain
expect_text err "18 tensors of float64 were converted to float32, exactly"
expect_logits rounded plain
expect_text err "18 tensors of float64 were converted to float32: 33"
expect_text err " values of float64 were rounded"
end

begin "values that become 0"
for kind in single double brain; do
    run "${evaluate[@]}" "$files/small-$kind.safetensors"
    expect_code 0
    expect_text err "1 value below 2^-36 became 0"
    expect_no_text err "exactly"
done
run train --data "$sample" --device cpu --steps 1 --init "$files/small-single.safetensors" --out small
expect_code 0
expect_text err "1 value below 2^-36 became 0"
run evaluate --data "$sample" --device cpu small
expect_code 0
expect_no_text err "became 0"
rm -r small
end

begin "a prefix before names of which many end alike"
run "${evaluate[@]}" "$files/stems.safetensors" --network "$files/stems.json"
expect_code 0
mv logits.safetensors other.safetensors
run "${evaluate[@]}" "$files/stems-prefix.safetensors" --network "$files/stems.json"
expect_code 0
expect_same logits.safetensors other.safetensors
expect_text err "the prefix net. of all names was removed"
end

begin "counters of other types, and none"
expect_logits counters plain
expect_logits no-counters plain
end

begin "--network names the layers"
expect_logits sequential plain --network "$files/sequential.json"
expect_logits dotted plain --network "$files/dotted.json"
expect_logits inside plain --network "$files/dotted.json"
expect_text err "the parts of wrappers (module, _orig_mod) inside names were removed"
expect_logits wrapped-dotted plain --network "$files/dotted.json"
expect_text err "the prefix _orig_mod.module. of all names was removed"
run predict --data "$sample" --device cpu "$files/dotted.safetensors" --network "$files/dotted.json" --index 0
expect_code 0
run summary "$files/dotted.safetensors" --network "$files/dotted.json"
expect_code 0
expect_text out "(features): Sequential("
run evaluate --data "$sample" --device cpu "$source/data/trained.safetensors" --network "$files/dotted.json"
expect_code 3
expect_text err "it names another network than the given one"
end

begin "--init with --network, and a run with dots in its names"
run train --data "$sample" --device cpu --epochs 1 --batch 50 --init "$files/wrapped-dotted.safetensors" --network "$files/dotted.json" --out dotted
expect_code 0
run train --data "$sample" --device cpu --epochs 1 --batch 50 --init "$files/plain.safetensors" --out plain
expect_code 0
[ "$(cut -d, -f1-4 plain/history.csv)" = "$(cut -d, -f1-4 dotted/history.csv)" ] || problem "another history"
run train --resume dotted --epochs 2 --device cpu --data "$sample"
expect_code 0
run compare dotted/model.safetensors dotted/model.safetensors
expect_code 0
run report dotted --out report.html --data "$sample" --device cpu
expect_code 0
end

begin "other names of the same layers: the hint renames them"
run evaluate --data "$sample" --device cpu "$files/sequential.safetensors"
expect_code 3
expect_text err "its shapes are those of the network, under other names"
expect_text err '{"0": "conv1", "3": "batchN1", "4": "conv2", "8": "fc1", "10": "batchN2", "11": "fc2", "13": "out"}'
run evaluate --data "$sample" --device cpu "$files/wrapped-dotted.safetensors"
expect_text err '"_orig_mod.module.head.part.6": "out"'
end

rm -rf "$work/here/"*
refuses 3 "tensor fc2.bias: it is missing" "${evaluate[@]}" "$files/bad-missing.safetensors"
refuses 3 "tensor module.conv1.weight: it is missing" "${evaluate[@]}" "$files/bad-missing-prefixed.safetensors"
refuses 3 "it looks like the state of an optimiser" "${evaluate[@]}" "$files/bad-optimiser.safetensors"
refuses 3 "it looks like part of a pruned weight" "${evaluate[@]}" "$files/bad-pruned.safetensors"
refuses 3 "the file has the network twice, with the prefixes \"ema.\" and \"model.\"" "${evaluate[@]}" "$files/bad-ema.safetensors"
refuses 3 "2 tensors too many: tensor aux.out.bias: the network has no such tensor" "${evaluate[@]}" "$files/bad-auxiliary.safetensors"
refuses 3 "to save only the model in PyTorch: safetensors.torch.save_file(model.state_dict()" "${evaluate[@]}" "$files/bad-complete.safetensors"
refuses 3 "its shape is 192 x 120, but the network's is 120 x 192: it is transposed" "${evaluate[@]}" "$files/bad-transposed.safetensors"
refuses 3 "its dimensions are in another order" "${evaluate[@]}" "$files/bad-channels-last.safetensors"
refuses 3 "its dtype is I64, but floats were expected" "${evaluate[@]}" "$files/bad-integers.safetensors"
refuses 3 "element 0 of 10 is NaN" "${evaluate[@]}" "$files/bad-nan.safetensors"
refuses 3 "element 0 of 10 is infinite" "${evaluate[@]}" "$files/bad-infinite.safetensors"
refuses 3 "element 0 of 10 is 1e+39, too large for float32" "${evaluate[@]}" "$files/bad-too-large.safetensors"
refuses 3 "a single integer was expected" "${evaluate[@]}" "$files/bad-counter.safetensors"

finish
