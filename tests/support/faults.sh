# faults.sh: for tests that plant a fault in kernels and check what weft verify reports. Source it
# after cli.sh. It ends the test if there is no PoCL.
# shellcheck shell=bash disable=SC2154 # cli.sh defines the other variables
device="Portable Computing"
if ! "$weft" devices 2>/dev/null | grep -q "$device"; then
    skip_all "PoCL is not there"
fi

options=()

# finds CODE STAGE LAYER GUESSES: verify, with the ${options}, ends with CODE and reports one
# difference in STAGE and LAYER. Its guess is one of GUESSES (with commas between them).
finds() {
    run verify --device "$device" --kernels "$kernels" --json --quiet --bundle "$kernels/bundle" "${options[@]}"
    expect_code "$1"
    expect_json "[(x['stage'], x['layer']) for x in e if x['event'] == 'difference'] == [('$2', '$3')]"
    expect_json "[x['guess'] in '$4'.split(',') for x in e if x['event'] == 'difference'] == [True]"
    expect_json "e[-2]['event'] == 'verdict' and e[-2]['result'] == {1: 'different', 6: 'unstable'}[$1] and e[-2]['diagnosis']"
}

# replays SED: the program in the bundle reports the difference, and none after SED has corrected
# the bundle's kernels.
replays() {
    local bundle=$kernels/bundle
    if ! cc -std=c11 -Wall -Wextra -Werror -o "$bundle/replay" "$bundle/replay.c" -lOpenCL 2>"$work/err"; then
        problem "replay.c does not compile"
        return
    fi
    (cd "$bundle" && ./replay) >"$work/out" 2>"$work/err"
    code=$?
    expect_code 1
    expect_text out "words differ"
    grep -q "^diagnosis:  ." "$bundle/README" || problem "README has no diagnosis"
    sed -i "$1" "$bundle/program.cl"
    (cd "$bundle" && ./replay) >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
}

# names NAME CODE STAGE LAYER TENSOR GUESSES FILE SED: a case NAME: verify finds the fault that SED
# plants in FILE.
names() {
    begin "$1"
    plant "${1// /-}" "$7" "$8"
    finds "$2" "$3" "$4" "$6"
    expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['$5']"
    end
}

# With WEFT_FAULTS=plant a test only plants its faults, each of which must change its file.
if [ "${WEFT_FAULTS:-}" = plant ]; then
    ran=nothing
    touch "$work/out" "$work/err"
    run() { code=1; }
    expect_code() { :; }
    expect_json() { :; }
    replays() { :; }
fi
