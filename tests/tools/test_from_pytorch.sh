#!/bin/bash
# test_from_pytorch.sh: tools/from_pytorch.py: weft's outputs are those of the module of PyTorch, and what it cannot
# convert is named with its line.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_from_pytorch

python=""
for candidate in "${WEFT_TORCH_PYTHON:-}" python3 /usr/bin/python3; do
    if [ -n "$candidate" ] && "$candidate" -c "import torch" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || skip_all "no Python here has PyTorch"
tool=$source/tools/from_pytorch.py modules=$source/tests/support/pytorch_modules.py
outputs=$source/tests/support/pytorch_outputs.py

# convert NAME [ARGUMENT]...: runs the tool.
convert() {
    ran="(tools/from_pytorch.py $*)"
    "$python" "$tool" "$modules:$1" "${@:2}" >"$work/out" 2>"$work/err"
    code=$?
}

# The loops below would run no case without these files.
"$python" "$outputs" --good "$work/files" >"$work/good" || exit 1
"$python" "$outputs" --bad >"$work/bad" || exit 1

while read -r module <&3; do
    begin "the outputs of $module"
    convert "$module" --weights "$work/files/$module.pt" --out "$work/files/$module"
    expect_code 0
    run evaluate --data "$sample" --device cpu "$work/files/$module.safetensors" --logits "$work/files/$module.logits" --quiet
    expect_code 0
    expect_empty err
    run summary --json "$work/files/$module.safetensors"
    cp "$work/out" "$work/files/own"
    run summary --json --network "$work/files/$module.json"
    expect_code 0
    expect_json 'e[0]["network"] == json.load(open("'"$work"'/files/own"))["network"]'
    "$python" "$outputs" --compare "$module" "$work/files/$module.pt" "$sample" "$work/files/$module.logits" \
        >"$work/out" 2>&1 || problem "$(cat "$work/out")"
    end
done 3<"$work/good"

while IFS=$'\t' read -r module message <&3; do
    begin "refuses $module"
    convert "$module" --out refused
    expect_code 1
    [ -n "$message" ] || problem "no message is expected"
    expect_text err "$message"
    [ "$(wc -l <"$work/err")" -eq 1 ] || problem "not one line"
    [ ! -e refused.json ] || problem "it has written a network"
    end
done 3<"$work/bad"

begin "the default output, another input"
convert Small --input-shape 1,20,12
expect_code 0
expect_text out "Small.json: 11 layers; Small.safetensors"
run summary --network Small.json
expect_code 0
expect_text out "1 x 20 x 12"
end

begin "wrong usage"
for arguments in "" "$modules" "$modules:Small --input-shape 1,2" "$modules:Small --inputs 3"; do
    # shellcheck disable=SC2086
    "$python" "$tool" $arguments >"$work/out" 2>"$work/err"
    code=$?
    expect_code 2
done
convert Small --weights none.pt
expect_code 1
expect_text err "none.pt: "
convert Nothing
expect_code 1
expect_text err "Nothing: "
convert Small --weights "$work/files/Pools.pt"
expect_code 1
expect_text err "Pools.pt: "
end

begin "an output that cannot be written"
convert Small --out nowhere/small
expect_code 1
expect_text err "from_pytorch.py: nowhere/small.json: No such file or directory"
[ "$(wc -l <"$work/err")" -eq 1 ] || problem "not one line"
end

finish
