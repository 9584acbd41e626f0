#!/bin/bash
# test_verify.sh: weft verify on correct devices, and with --inject.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify
pocl="Portable Computing"
"$weft" devices 2>/dev/null | grep -q "$pocl" || pocl=""

# needs_pocl WHAT: fails and reports a skipped test if there is no PoCL.
needs_pocl() {
    [ -z "$pocl" ] || return 0
    printf 'SKIP %s: PoCL is not there\n' "$1"
    [ -z "${WEFT_SKIPS:-}" ] || printf '%s: PoCL is not there\n' "$1" >>"$WEFT_SKIPS"
    return 1
}

begin "the CPU backend and the known hash"
run verify --device cpu --json
expect_code 0
expect_empty err
expect_json '[x["stage"] for x in e[:-1]] == ["transfers", "numerics", "layers", "training", "evaluation"]'
expect_json 'all(x["result"] == "equal" for x in e) and e[-1]["event"] == "verdict" and e[-1]["known"]'
expect_json 'e[-1]["hash"] == e[-1]["expected_hash"] and e[-1]["contract"] == 1'
cp "$work/out" "$work/files/cpu"
run verify --device cpu --threads 1
expect_code 0
expect_text out "verdict:    equal"
expect_text out "(known)"
end

begin "other seeds and numbers of steps"
run verify --device cpu --seed 18446744073709551615 --steps 1 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal" and not e[-1]["known"]'
run verify --device cpu --data "$sample" --steps 3 --json
expect_code 0
expect_json '[x["cases"] for x in e if x.get("stage") == "evaluation"] == [100] and not e[-1]["known"]'
end

begin "--for"
run verify --device cpu --steps 1 --for 1s --json
expect_code 0
expect_json 'e[-1]["passes"] >= 1 and e[-1]["faults"] == 0'
end

if needs_pocl "verify on PoCL"; then
    begin "--for: several replicas, compared on the device"
    run verify --device "$pocl" --steps 3 --for 1s --json
    expect_code 0
    expect_json 'e[-1]["copies"] == e[-1]["device"]["compute_units"] and e[-1]["memory"] > 1e6 and e[-1]["faults"] == 0'
    expect_json 'e[-1]["passes"] > 0 and e[-1]["passes"] % e[-1]["copies"] == 0'
    end

    begin "--for with --inject: in one of the replicas"
    run verify --device "$pocl" --steps 30 --for 1s --inject 25:conv1.weight:7:20 --json
    expect_code 1
    expect_json '[(x["step"], x["tensor"], x["element"], x["guess"]) for x in e if x["event"] == "difference"] == [(25, "conv1.weight", 7, "bit flip")]'
    expect_json 'e[-2]["faults"] > 0 and e[-2]["passes"] == e[-2]["faults"] * (e[-2]["copies"] - 1)'
    expect_json '[x["result"] for x in e if x["event"] == "stage"] == ["equal"] * 5'
    end

    begin "a single fault, long after the first stages"
    cp -r "$source/cl" "$work/files/rare"
    python3 - "$work/files/rare/update.cl" <<'PYTHON'
import sys
text = open(sys.argv[1]).read()
begin = text.index("WEFT_INLINE void update_item")
loop, store = "    for (int v = begin;", "AT(parameters, v) = "
assert store in text[begin:]
rare = text[begin:].replace(loop, """    global uint *steps = (global uint *)partials + PARTIALS_STRIDE - 1; /* never used: padding */
    const bool wrong = begin == 0 && FIRST_LANE == 0 && ++*steps == 55;
""" + loop, 1).replace(store, store + "REAL(wrong ? 2.0f : 1.0f) * ")
open(sys.argv[1], "w").write(text[:begin] + rare)
PYTHON
    run verify --device "$pocl" --kernels "$work/files/rare" --for 1s --json
    expect_code 6
    expect_json 'e[-2]["result"] == "unstable" and e[-2]["faults"] == e[-2]["copies"] and "hardware" in e[-2]["diagnosis"]'
    expect_json '[x["result"] for x in e if x["event"] == "stage"] == ["equal"] * 5 and e[-2]["passes"] > 0'
    end

    begin "PoCL"
    run verify --device "$pocl" --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal" and e[-1]["known"] and e[-1]["diagnosis"] == ""'
    expect_json '"'"$(sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p' "$work/files/cpu")"'" == e[-1]["hash"]'
    run verify --device "$pocl" --mapping gpu --no-fuse --seed 5 --steps 2
    expect_code 0
    expect_text out "computed here by the CPU backend"
    end

    begin "PoCL that flushes denormals"
    run verify --device "$pocl" --cl-options=-cl-denorms-are-zero --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal" and "flushed" in e[-1]["denormals"]'
    end

    for tensor in conv1.weight:7:20 out.bias:9:31 batchN1.running_var:2:3 conv2.weight.moment:5:0 \
        fc1.weight.second_moment:100:24 fc2.bias.grad:0:2 fc1.output:130:22 conv1.output.grad:4:1 input:2000:30; do
        begin "--inject $tensor"
        run verify --device "$pocl" --inject "3:$tensor" --json
        expect_code 1
        expect_json "[(x['step'], x['tensor'], x['element'], x['differing']) for x in e if x['event'] == 'difference'] == [(3, '${tensor%%:*}', $(cut -d: -f2 <<<"$tensor"), 1)]"
        expect_json "'flipped a bit of ${tensor%%:*}' in e[-2]['diagnosis']"
        expect_text err "different from the CPU backend"
        end
    done
    refuses 2 "not STEP:TENSOR:ELEMENT:BIT" verify --device "$pocl" --inject 1:conv1.weight:2 --quiet

    begin "--bundle without a difference"
    run verify --device "$pocl" --bundle bundle
    expect_code 0
    expect_text err "bundle: none: nothing differs"
    [ ! -e bundle ] || problem "the folder was created"
    end
    refuses 2 "not the fault of a kernel" verify --device "$pocl" --bundle bundle --inject 1:conv1.weight:0:0

    # fault: writes a bundle of a fault that the first stages find.
    fault() {
        run verify --device "$pocl" --steps 1 --no-fuse --kernels "$kernels" --bundle bd
    }
    begin "--bundle replaces an earlier bundle, and no other files"
    plant contraction numerics.h 's/FP_CONTRACT OFF/FP_CONTRACT ON/'
    mkdir bd
    fault
    expect_code 1
    for made in README replay.c expected.bin; do
        [ -s "bd/$made" ] || problem "no $made"
    done
    cp -r bd "$work/files/bundle"
    touch bd/buffer-99.bin bd/replay bd/network.json bd/weft.lock bd/weft-1-2.part
    run verify --device cpu --steps 1 --bundle bd
    expect_code 0
    [ -e bd/buffer-99.bin ] || problem "it was removed without a new bundle"
    fault
    expect_code 1
    expect_text err "bundle: bd"
    expect_no_text err "bundle: none"
    diff -r bd "$work/files/bundle" >"$work/out" || problem "not the same files: $(cat "$work/out")"
    for other in notes buffer-x.bin replay.c.orig; do
        echo precious >bd/$other
        fault
        expect_code 2
        expect_text err "weft: --bundle: the folder bd has $other, which is not of a bundle"
        expect_text err "name a folder that does not exist, is empty, or has only an earlier bundle"
        run verify --all --bundle bd --json
        expect_code 2
        expect_json '[x["event"] for x in e] == ["error"]'
        rm bd/$other
    done
    diff -r bd "$work/files/bundle" >"$work/out" || problem "files were changed: $(cat "$work/out")"
    for precious in README replay.c got.bin; do
        rm -rf bd
        mkdir bd
        echo precious >"bd/$precious"
        fault
        expect_code 2
        expect_text err "the folder bd has $precious, which is not of a bundle: its README is not"
        [ "$(cat bd/*)" = precious ] || problem "$precious was replaced"
    done
    rm -rf bd
    end

    # Errors that are found after the first stages
    begin "wrong injections"
    for wrong in 0:conv1.weight:0:0 1:conv1.weight:150:0 1:conv1.weight:0:32 1:conv3.weight:0:0 21:conv1.weight:0:0 1:input.grad:0:0; do
        run verify --device "$pocl" --inject "$wrong"
        expect_code 2
        expect_empty out
        expect_text err "weft: --inject"
    done
    end

    begin "kernels that do not compile"
    cp -r "$source/cl" "$work/files/broken"
    echo 'kernel void broken( {' >>"$work/files/broken/linear.cl"
    run verify --device "$pocl" --kernels "$work/files/broken" --json
    expect_code 4
    expect_json 'e[-2]["event"] == "verdict" and e[-2]["result"] == "no verdict" and "clBuildProgram" in e[-2]["diagnosis"]'
    end
fi

# "Different" (1) is a verdict: a stdout that is not written, a lack of memory or of processes is
# none.
if [ -c /dev/full ]; then
    begin "stdout on a full disk"
    for device in cpu ${pocl:+"$pocl"}; do
        ran="verify --device $device >/dev/full"
        "$weft" verify --device "$device" --steps 1 --json >/dev/full 2>"$work/err"
        code=$?
        expect_code 5
        expect_text err "weft: standard output: not all could be written: No space left on device"
    done
    end
fi
if [ -z "${WEFT_SANITIZE:-}" ]; then
    begin "a verification without memory"
    codes=" "
    for limit in 30000 40000 50000 60000 80000; do
        (ulimit -v $limit && run verify --device cpu --steps 1 --json && exit "$code")
        codes+="$? "
    done
    # 127: weft cannot be loaded; 0: that is enough for a build with few libraries.
    [[ $codes =~ ^\ (127\ )*(5\ )+(0\ )*$ ]] || problem "exit codes:$codes"
    end

    begin "a verification without processes"
    printf 'int fork(void) { return -1; }\n' >"$work/files/fork.c"
    cc -w -shared -fPIC -o "$work/files/fork.so" "$work/files/fork.c" || problem "it does not build"
    LD_PRELOAD=$work/files/fork.so run verify --json
    expect_code 5
    expect_json '[x["event"] for x in e] == ["error"] and "cannot start another process" in e[0]["message"]'
    end
fi

begin "--timeout"
run verify --device cpu --full --steps 100000 --timeout 1s --json
expect_code 5
expect_json 'e[-2]["event"] == "verdict" and e[-2]["result"] == "no verdict" and "did not end in 1 s" in e[-2]["diagnosis"] and e[-1]["code"] == 5'
run verify --device cpu --timeout 10m --json
expect_code 0
expect_json 'e[-1]["result"] == "equal"'
end

refuses 2 "--full: it cannot be combined with --quick" verify --quick --full
refuses 2 "--all: it takes every device" verify --all --device cpu
refuses 2 "not a time from 1 to" verify --for 10x
refuses 2 "not a time from 1 to" verify --timeout 0
refuses 2 "it needs an OpenCL device" verify --device cpu --inject 1:conv1.weight:0:0 --quiet
refuses 3 "nowhere" verify --device cpu --data nowhere
finish
