#!/bin/bash
# test_verify_children.sh: a device that crashes or hangs has no verdict; weft verify reports the
# place and continues with the other devices.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_children
export OCL_ICD_VENDORS=pocl.icd # rusticl's device needs minutes
# A crash ends the process by its signal also where weft was built with the address sanitizer.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigill=0
if ! "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    skip_all "PoCL is not there"
fi

# begins_with STATEMENT: prints a sed command that inserts STATEMENT at the start of the first
# kernel of verify.cl.
begins_with() {
    printf '0,/^VERIFY(verify_basic) {/s//&\\n    %s/' "$1"
}

begin "all devices"
run verify --all --timeout 300s --json
expect_code 0
expect_json "len([x for x in e if x['event'] == 'verdict']) >= 1 and all(x['device']['type'] != 'builtin' for x in e if x['event'] == 'verdict')"
expect_json "len({x['hash'] for x in e if x['event'] == 'verdict'}) == 1"
POCL_DEVICES="basic pthread" run verify --all --timeout 300s --json
expect_code 0
expect_json "[x['device']['index'] for x in e if x['event'] == 'verdict'] == [0, 1]"
end

# Between the parent's list and the child's, the first of two devices may disappear.
begin "a device that is another one by now"
WEFT_VERIFY_NOTE=- WEFT_VERIFY_DEVICE="0:0 another device" run verify --device 0 --quick --json
expect_code 5
expect_json "[x['event'] for x in e if x['event'] != 'stage'] == ['error'] and 'the devices have changed' in e[-1]['message']"
end

begin "a driver that crashes"
plant crash verify.cl "$(begins_with '*(volatile global uint *)8 = n;')"
POCL_DEVICES="basic pthread" run verify --all --kernels "$kernels" --json
expect_code 5
expect_json "['signal' in x['diagnosis'] for x in e if x['event'] == 'verdict' and 'Portable' in x['device']['platform']] == [True, True]"
expect_json "e[-1]['event'] == 'error' and e[-1]['code'] == 5"
cp "$work/out" "$work/files/all.json"
run compare --fleet "$work/files/all.json" --json
expect_json "e[-2]['without_verdict'] == 2" # the last error is of no further device
end

# A driver that crashes when it is loaded. With HANG set it waits, with QUIT set it calls exit.
begin "a driver that crashes, hangs or ends the program before it has a device"
cat >"$work/files/bad.c" <<'C'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void load(void) {
    if (getenv("HANG") != NULL) {
        pause();
    }
    if (getenv("QUIT") != NULL) {
        exit(atoi(getenv("QUIT")));
    }
    raise(SIGILL);
}
C
cc -shared -fPIC -o "$work/files/bad.so" "$work/files/bad.c" || problem "it does not build"
echo "$work/files/bad.so" >"$work/files/bad.icd"
export OCL_ICD_VENDORS=$work/files/bad.icd
for what in "" --all; do
    # shellcheck disable=SC2086
    run verify $what
    expect_code 5
    expect_empty out
    expect_text err "weft: verify: no verdict: the process crashed (signal 4), before it had a device"
    expect_text err "OCL_ICD_VENDORS=FILE.icd uses only one"
    for quit in 0 1; do
        # shellcheck disable=SC2086
        QUIT=$quit run verify $what
        expect_code 5
        expect_text err "weft: verify: no verdict: the driver ended the process (exit code $quit), before it had a device"
    done
    # shellcheck disable=SC2086
    HANG=yes run verify $what --timeout 1s --json
    expect_code 5
    expect_json "[x['code'] for x in e] == [5] and 'it did not end in 1 s' in e[0]['message']"
done
run verify --device cpu
expect_code 0
run devices
expect_code 132
expect_text err "weft: an OpenCL driver, or weft itself, crashed or ended the program"
QUIT=0 run devices
expect_code 4
expect_text err "weft: an OpenCL driver, or weft itself, crashed or ended the program"
export OCL_ICD_VENDORS=pocl.icd
end

# With LAST set, it ends the child process after the verdict.
if [ -z "${WEFT_SANITIZE:-}" ]; then
    begin "an exit code is no verdict"
    cat >"$work/files/last.c" <<'C'
#include <stdlib.h>
#include <unistd.h>
static void end(void) {
    if (getenv("WEFT_VERIFY_NOTE") != NULL) {
        _exit(atoi(getenv("LAST")));
    }
}
__attribute__((constructor)) static void load(void) {
    atexit(end);
}
C
    cc -shared -fPIC -o "$work/files/last.so" "$work/files/last.c" || problem "it does not build"
    for last in 1 6; do
        LAST=$last LD_PRELOAD=$work/files/last.so run verify --all --steps 1 --json
        expect_code 5
        expect_text err "no verdict: the driver ended the process (exit code $last), in its end: equal"
    done
    end
fi

# The file in which a child process reports its verdict cannot be made.
begin "a driver that ends the program, without a folder for temporary files"
export OCL_ICD_VENDORS=$work/files/bad.icd
for quit in 0 1; do
    QUIT=$quit TMPDIR=$work/nowhere run verify
    expect_code 5
    expect_text err "weft: an OpenCL driver, or weft itself, crashed or ended the program"
done
export OCL_ICD_VENDORS=pocl.icd
TMPDIR=$work/nowhere run verify --device 0 --steps 1
expect_code 0
end

if [ -c /dev/full ]; then
    begin "all devices, stdout on a full disk"
    ran="verify --all >/dev/full"
    "$weft" verify --all --steps 1 >/dev/full 2>"$work/err"
    code=$?
    expect_code 5
    expect_text err "weft: standard output: not all could be written: No space left on device"
    expect_no_text err "Input/output error"
    expect_text err "the worst is without a verdict"
    end
fi

begin "a kernel that crashes is named"
plant settle batch_norm.cl '/^WEFT_INLINE void KERNEL(batch_norm_dsettle)/,/{$/s/{$/{\n    *(volatile global uint *)8 = 1;/'
run verify --device "Portable Computing" --kernels "$kernels"
expect_code 5
expect_text out "verdict:    no verdict"
expect_text err "the process crashed (signal 11), in stage layers: "
expect_text err "Again, with a wait for each kernel: it crashed, in batch_norm_dsettle, stage layers: "
run verify --device "Portable Computing" --kernels "$kernels" --json
expect_code 5
expect_json "e[-2]['event'] == 'verdict' and e[-2]['result'] == 'no verdict' and 'in batch_norm_dsettle' in e[-2]['diagnosis']"
expect_json "e[-1]['event'] == 'error' and e[-1]['code'] == 5"
end

# The second run has guards after the buffers. Without them the crash comes late, elsewhere or not
# at all.
begin "a kernel that writes after the end of its buffer"
plant after_end batch_norm.cl '/^WEFT_INLINE void KERNEL(batch_norm_backward)/,/^}/s/(item + 1) \* VALUES_PER_ITEM/(item + 2) * VALUES_PER_ITEM/'
: >"$work/files/note"
WEFT_VERIFY_NOTE=$work/files/note WEFT_VERIFY_LAUNCHES=yes run verify --device "Portable Computing" --kernels "$kernels"
expect_code 4
expect_empty out
expect_empty err
grep -q "kernel batch_norm_backward wrote past the end of max_pool2d3.output.grad" "$work/files/note" ||
    problem "the note: $(cat "$work/files/note")"
end

begin "a driver that hangs"
plant hang verify.cl "$(begins_with 'while (((volatile global uint *)out)[0] != 1u) { ((volatile global uint *)out)[0] = 0; }')"
run verify --all --kernels "$kernels" --timeout 10s
expect_code 5
expect_text out "it did not end in 10 s and was stopped"
expect_text err "the worst is without a verdict"
expect_text err "was stopped, in stage numerics: "
end

begin "an interrupt does not wait for a hanging driver"
for delay in 0.5 1 2 4 8 16; do
    DELAY=$delay interrupted out "transfers " SIGTERM verify --device "Portable Computing" --kernels "$kernels"
    expect_code 130
    # Before the kernels are compiled, nothing hangs.
    ! grep -q "was ended (signal 9)" "$work/err" || break
done
expect_text err "weft: verify: interrupted, and the process was ended (signal 9), in stage numerics: "
end

begin "no child process and no folder is left after the program was killed"
mkdir "$work/tmp"
TMPDIR=$work/tmp interrupted out "transfers " SIGKILL verify --device "Portable Computing" --kernels "$kernels"
expect_code 137
[ -z "$(ls -d "$work"/tmp/weft-* 2>/dev/null)" ] || [ ! -e /dev/fd/0 ] || problem "left: $(ls "$work/tmp")"
sleep 0.5
for line in /proc/[0-9]*/cmdline; do
    if [[ $(tr '\0' ' ' <"$line") == *"--kernels=$kernels "* ]] 2>/dev/null; then
        problem "its child process still runs"
        kill -KILL "$(basename "$(dirname "$line")")"
    fi
done
end
finish
