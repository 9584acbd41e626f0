#!/bin/bash
# test_recipe_bits.sh: each option of a recipe changes the model, and recipes give the same bits on
# all devices, with both mappings and without fused layers.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_recipe_bits
# 4 steps an epoch, of which the last one has fewer images.
train=(train --data "$sample" --batch 30 --epochs 3 --quiet)
run "${train[@]}" --device cpu --out "$work/files/none"

# has_effect OPTIONS...: a case: the tensors are others than without OPTIONS.
has_effect() {
    begin "an effect of $*"
    run "${train[@]}" --device cpu --out effect --force "$@"
    [ "$code" -le 1 ] || problem "exit code $code"
    run compare effect "$work/files/none"
    expect_code 1
    expect_text out "differ"
    end
}
has_effect --optimizer adamw --weight-decay 0.05
has_effect --optimizer sgd
has_effect --weight-decay 0.01
has_effect --schedule cosine
has_effect --schedule one-cycle
has_effect --schedule step:1,0.5
has_effect --warmup 3
has_effect --warmup 20%
has_effect --label-smoothing 0.1
has_effect --clip-norm 0.5
has_effect --average 2
has_effect --augment flip
has_effect --augment shift=2
has_effect --augment erase=7
has_effect --class-weights balanced

# differs A B: the tensors of two trainings with sgd differ.
differs() {
    begin "not equal: $1 and $2"
    # shellcheck disable=SC2086 # several options
    run "${train[@]}" --device cpu --optimizer sgd --lr 0.1 $1 --out one --force
    # shellcheck disable=SC2086
    run "${train[@]}" --device cpu --optimizer sgd --lr 0.1 $2 --out two --force
    run compare one two
    expect_code 1
    end
}
differs "" "--momentum 0.9"
differs "--momentum 0.9" "--momentum 0.9 --nesterov"
differs "--weight-decay 0.01" ""
differs "--augment flip,shift=2" "--augment flip,shift=1"

# same NAME OPTIONS...: cases: all places give the same model file.
pocl="Portable Computing"
same() {
    local recipe=$1 place
    shift
    run "${train[@]}" --device cpu --out "$recipe" "$@"
    for place in "cpu --threads 1" "cpu --no-fuse" "$pocl" "$pocl --mapping gpu" "$pocl --no-fuse" \
        "$pocl --mapping gpu --no-fuse" "$pocl --step-kernel never"; do
        if [ "${place#cpu}" = "$place" ] && ! "$weft" devices 2>/dev/null | grep -q "$pocl"; then
            skip "$recipe on $place" "no PoCL"
            continue
        fi
        begin "$recipe on $place"
        local -a options=()
        case $place in
        cpu*) read -ra options <<<"--device $place" ;;
        *)
            read -ra options <<<"${place#"$pocl"}"
            options+=(--device "$pocl")
            ;;
        esac
        run "${train[@]}" "${options[@]}" --out place --force "$@"
        expect_code 0
        expect_same place/model.safetensors "$recipe/model.safetensors"
        expect_same place/confusion-test.csv "$recipe/confusion-test.csv"
        end
    done
}
same first --optimizer adamw --weight-decay 0.05 --schedule one-cycle --label-smoothing 0.1 --clip-norm 1 --augment flip,shift=2,erase=7
same second --optimizer sgd --lr 0.05 --momentum 0.9 --nesterov --weight-decay 5e-4 --schedule cosine --warmup 2 --class-weights balanced --average 2 --augment shift=3
same best --recipe best --epochs 3
finish
