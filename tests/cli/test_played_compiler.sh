#!/bin/bash
# test_played_compiler.sh: drivers whose compiler fails, returns no binary, or contracts. The
# training has the same bits, or another device makes it.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_compiler
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 2 --batch 50 --json)
"$weft" "${train[@]}" --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

# trains WORDS...: a training on a device that is played has the bits of the CPU backend.
trains() {
    rm -rf run
    run "${train[@]}" --out run "$@"
    expect_code 0
    expect_same run/model.safetensors "$work/cpu/model.safetensors"
}
export WEFT_PLAY

WEFT_PLAY="gpu,name=First,nobuild;gpu,name=Second"
begin "two GPUs, of which the first cannot build"
trains
expect_json '[x["device"]["name"] for x in e if x["event"] == "start"] == ["Second"]'
expect_json '["First" in x["message"] and "clBuildProgram" in x["message"] for x in e if x["event"] == "warning" and x["code"] == "device-skipped"] == [True]'
end

begin "devices lists both; bench and evaluate use the second"
run devices --json
expect_code 0
expect_json '[x["name"] for x in e] == ["First", "Second", "cpu"]'
run bench --data "$sample" --only train --repeat 1 --steps 1 --json
expect_code 0
expect_json '[x["device"]["name"] for x in e if x["event"] == "start"] == ["Second"]'
run evaluate "$work/cpu" --data "$sample" --json
expect_code 0
expect_json '[x["device"]["name"] for x in e if x["event"] == "evaluation"] == ["Second"]'
end

begin "verify --all has a verdict of the second only"
run verify --all --quick --steps 1 --json
[ "$code" -eq 4 ] || [ "$code" -eq 5 ] || problem "exit code $code"
expect_json '[(x["device"]["name"], x["result"]) for x in e if x["event"] == "verdict"] == [("First", "no verdict"), ("Second", "equal")]'
end

begin "a device that cannot build is named"
run "${train[@]}" --device First --out named
expect_code 4
expect_text err "the player's compiler fails"
[ ! -e named/model.safetensors ] || problem "there is a model"
end
rm -rf named

WEFT_PLAY="gpu,nobinary"
begin "a driver without binaries"
for _ in 1 2; do
    trains --device 0 --verbose
    expect_text err "program cache: miss"
done
end

WEFT_PLAY="gpu"
begin "the cached binary lacks kernels, and the compiler fails"
trains --device 0
WEFT_PLAY="gpu,stale=*,nobuild;real"
trains
expect_json '["clBuildProgram" in x["message"] for x in e if x["event"] == "warning" and x["code"] == "device-skipped"] == [True]'
run "${train[@]}" --device gpu --out named
expect_code 4
expect_text err "the player's compiler fails"
end
rm -rf named

# x86 processors without fma contract nothing.
if [ "$(uname -m)" = x86_64 ] && ! grep -qw fma /proc/cpuinfo; then
    skip "compilers that contract" "this processor has no fma"
    finish
fi
WEFT_PLAY="gpu,contracts;real"
for words in "" --no-fuse "--mapping cpu"; do
    begin "a compiler that contracts changes no bit of a training: a notice, and its device is used: $words"
    # shellcheck disable=SC2086
    trains $words
    expect_json '[x["device"]["name"] for x in e if x["event"] == "start"] == ["Played GPU"]'
    expect_json 'not any(x["event"] == "warning" and x["code"] == "device-skipped" for x in e)'
    expect_text err "contract"
    end
done

begin "verify reports the contraction"
run verify --device 0 --quick --steps 1 --json
expect_text out contraction
end

begin "bench on it"
run bench --data "$sample" --only train --repeat 1 --steps 1 --json
expect_code 0
expect_json '[x["device"]["name"] for x in e if x["event"] == "start"] == ["Played GPU"]'
end
finish
