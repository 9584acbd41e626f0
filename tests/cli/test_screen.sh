#!/bin/bash
# test_screen.sh: the output of the commands on terminals of 40 and 200 columns, with and without
# UTF-8 and colours, and without a terminal.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_screen
model=$source/data/trained.safetensors
long=a-run-with-a-name
for seed in 0 1; do
    "$weft" train --data "$sample" --device cpu --epochs 1 --seed $seed --out "$long-$seed" >/dev/null 2>&1 || exit 1
done

# shows COLUMNS [NAME=VALUE...] -- ARGUMENTS...
shows() {
    local columns=$1 settings=()
    shift
    while [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift
    begin "$columns columns ${settings[*]}: $*"
    ran=$*
    if need_terminal; then
        python3 "$source/tests/support/screen.py" "$columns" "${settings[@]}" -- "$weft" "$@" >"$work/out" 2>"$work/err" ||
            problem "$(head -n 3 "$work/out" "$work/err")"
    fi
    end
}

while read -r words; do
    for columns in 40 200; do
        for locale in C C.UTF-8; do
            # shellcheck disable=SC2086 # words
            shows $columns LC_ALL=$locale -- $words
        done
    done
    # shellcheck disable=SC2086
    shows 40 NO_COLOR=1 -- $words
    # shellcheck disable=SC2086
    shows 40 TERM=dumb -- $words
done <<COMMANDS
devices
summary
samples --data $sample --count 7
evaluate $model --data $sample --device cpu
compare $long-0 $long-1
predict $model --index 0,1 --data $sample --device cpu
verify --device cpu --steps 2
train --data $sample --device cpu --epochs 30 --validate 20 --out again --force
COMMANDS
for page in "" train verify options environment files; do
    # shellcheck disable=SC2086 # no page is the program's own
    shows 80 -- help $page
done

if "$weft" devices --json | grep '"platform":"Portable Computing Language"' >/dev/null; then
    shows 40 -- verify --device Portable --steps 3 --inject 2:conv1.weight:7:20
    shows 200 -- verify --device Portable --steps 3 --inject 2:conv1.weight:7:20
fi

begin "a bar on a terminal, and none on a dumb terminal"
train=(train --data "$sample" --device cpu --epochs 150 --out bar --force)
TERM=xterm on_terminal "${train[@]}"
grep -q '\[[#.]*\] .* images/s' "$work/out" || problem "no bar on a terminal"
TERM=dumb on_terminal "${train[@]}"
! grep -q '\[[#.]*\] ' "$work/out" || problem "a bar on a dumb terminal"
end

# Output to a file or a pipe is for scripts: it does not depend on the terminal
begin "without a terminal"
for words in "summary" "devices" "compare $long-0 $long-1" "evaluate $model --data $sample --device cpu"; do
    # shellcheck disable=SC2086
    run $words
    cp "$work/out" "$work/plain"
    ! grep -q $'\x1b' "$work/out" || problem "$words: escape sequences"
    # shellcheck disable=SC2086
    COLUMNS=30 TERM=xterm-256color COLORTERM=truecolor run $words
    expect_same "$work/out" "$work/plain"
done
end

finish
