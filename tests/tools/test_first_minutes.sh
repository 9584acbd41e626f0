#!/bin/bash
# test_first_minutes.sh: tools/first-minutes on PoCL and rusticl, and on devices that differ, hang or are
# lost.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_first_minutes
keep_pocl_cache # first-minutes has a cache of its own

# minutes ARGUMENTS...: runs tools/first-minutes on ${program}, into the new folder $out: its exit code is
# in $code, its output in $work/out and $work/err.
program=$weft
minutes() {
    ran="first-minutes $*"
    out=$work/files/minutes
    rm -rf "$out"
    "$source/tools/first-minutes" --quick --weft "$program" --out "$out" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# expect_part NAME WORD TEXT: the line of part NAME, in the report too, has WORD and TEXT.
expect_part() {
    grep "^$1  *$2 " "$work/out" | grep -qF -- "$3" || problem "$1: no line with $2, $3"
    grep "^| $1 | $2 |" "$out/summary.md" | grep -qF -- "$3" || problem "$1: no row with $2, $3"
}

# wrong NAME TEXT: makes a program NAME: a shell script with TEXT, in which "$weft" is weft.
wrong() {
    printf '#!/bin/bash\nweft=%q\n%s\n' "$weft" "$2" >"$work/files/$1"
    chmod +x "$work/files/$1"
    program=$work/files/$1
}

begin "options"
minutes --help
expect_code 0
expect_text out "usage: tools/first-minutes"
minutes --limit
expect_code 2
minutes --limit 1m
expect_code 2
minutes --parts nonesuch
expect_code 2
minutes --nonesuch
expect_code 2
expect_empty out
ran="first-minutes into a folder that exists"
"$source/tools/first-minutes" --weft "$weft" --out "$work/files" >"$work/out" 2>"$work/err"
code=$?
expect_code 2
expect_text err "exists"
end

begin "all limits together are at most 9 minutes"
ran="the limits in tools/first-minutes"
limits=$(sed -nE 's/^ *(begin|train) [a-z$-]+ ([0-9]+) .*/\2/p' "$source/tools/first-minutes" | paste -sd +)
[ "$(tr -dc + <<<"$limits" | wc -c)" -ge 14 ] || problem "the limits were not found: $limits"
[ $((limits)) -le 540 ] || problem "$limits is $((limits)) s"
end

if "$weft" devices --json | grep -q '"platform":"Portable Computing Language"'; then
    begin "PoCL"
    minutes --device Portable --parts devices,cold,warm,matrix,verify,kernels,epoch,peak,whole,big,huge,interrupt,resume
    expect_code 0
    expect_part devices ok "cpu"
    expect_part cold ok "hash equal, 518d01e8260e46ae, built in "
    expect_part warm ok "hash equal, 518d01e8260e46ae, program cache: "
    expect_part matrix ok " rows"
    expect_part verify ok "equal, hash "
    expect_part kernels ok " us in "
    expect_part epoch ok " steps"
    expect_part peak ok " GFLOP/s"
    expect_part whole ok "hash equal, "
    expect_part big ok "hash equal, "
    expect_part huge skipped "tools/fetch-data"
    expect_part interrupt ok "exit code 130 after "
    expect_part resume ok "epoch "
    expect_text out "- driver: $("$weft" devices --json | sed -n 's/.*"platform":"Portable Comp.*"driver":"\([^"]*\)".*/\1/p' | head -n 1)"
    expect_text out "| Portable Computing Language | "
    grep -q "^## weft on " "$out/summary.md" || problem "no report"
    [ -e "$out/cache" ] || problem "no cache of its own"
    end

    begin "a device that computes other bits"
    plant bits update.cl 's/REAL(-numbers->step_size)/REAL(-1.01f * numbers->step_size)/'
    wrong other "[ \"\$1\" != train ] || [[ \" \$* \" = *' cpu '* ]] || set -- \"\$@\" --kernels $kernels
exec \"\$weft\" \"\$@\""
    minutes --device Portable --parts cold,whole
    expect_code 1
    expect_part cold FAILED "hash differs: "
    expect_part whole FAILED "hash differs: "
    end
    program=$weft
else
    skip "first-minutes on PoCL" "no such device"
fi

begin "parts that hang are ended"
# shellcheck disable=SC2016 # the variables are those of the program
wrong hang 'if [ "$1" = train ]; then
    trap "" INT TERM
    echo "weft: device: 0" >&2
    while :; do sleep 0.1; done
fi
exec "$weft" "$@"'
begun=$SECONDS
minutes --device cpu --parts devices,cold,interrupt --limit 4
[ $((SECONDS - begun)) -le 60 ] || problem "it took $((SECONDS - begun)) s"
expect_code 1
expect_part cold FAILED "not done at its limit, ended by SIGKILL: "
expect_part interrupt FAILED "not done at its limit, ended by SIGKILL: "
! pgrep -f "$program train" >/dev/null || problem "a process is left"
expect_empty err
program=$weft
end

begin "a program that crashes"
# shellcheck disable=SC2016
wrong crash 'kill -SEGV $$'
minutes --parts cold,verify
expect_code 1
expect_part cold FAILED "exit code 139"
expect_part verify FAILED "exit code 139"
program=$weft
end

begin "no such device"
minutes --device nonesuch --parts cold,matrix,interrupt,resume
expect_code 1
expect_part cold FAILED "exit code "
expect_part matrix FAILED "nonesuch"
expect_part interrupt FAILED "exit code "
expect_part resume FAILED "exit code "
end

begin "a driver without an .icd file is named to the loader"
mkdir "$work/files/bin" "$work/files/vendors"
printf '#!/bin/sh\necho "	libnvidia-opencl.so.1 (libc6,x86-64) => /nowhere/libnvidia-opencl.so.1"\n' >"$work/files/bin/ldconfig"
chmod +x "$work/files/bin/ldconfig"
echo libother.so >"$work/files/vendors/other.icd"
PATH=$work/files/bin:$PATH OCL_ICD_VENDORS=$work/files/vendors minutes --device cpu --parts devices
expect_text out "libnvidia-opencl.so.1 has no .icd file"
[ "$(cat "$out"/icd/*.icd | sort | paste -sd ' ')" = "libnvidia-opencl.so.1 libother.so" ] || problem "$out/icd: $(head "$out"/icd/*)"
echo /usr/lib/libnvidia-opencl.so.1 >"$work/files/vendors/maker.icd"
PATH=$work/files/bin:$PATH OCL_ICD_VENDORS=$work/files/vendors minutes --device cpu --parts devices
expect_no_text out "no .icd file"
[ ! -e "$out/icd" ] || problem "a driver with an .icd file was named again"
end

export RUSTICL_ENABLE=${RUSTICL_ENABLE:-llvmpipe}
if "$weft" devices --json 2>/dev/null | grep -q '"platform":"rusticl"'; then
    begin "rusticl"
    minutes --device rusticl --parts cold,warm,interrupt,resume --limit 900
    expect_code 0
    expect_part cold ok "hash equal, 518d01e8260e46ae"
    expect_part warm ok "hash equal, 518d01e8260e46ae"
    expect_part interrupt ok "exit code 130 after "
    expect_part resume ok "epoch "
    end
else
    skip "first-minutes on rusticl" "no such device"
fi

# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
begin "a GPU"
WEFT_PLAY="gpu,name=A|B,driver=9.7" minutes --parts cold,warm
expect_code 0
expect_part cold ok "hash equal, 518d01e8260e46ae"
expect_part warm ok "program cache: hit"
expect_text out "- device: A|B (Played GPUs), gpu"
expect_text out "- driver: 9.7"
end

begin "a GPU that is lost, and then hangs"
WEFT_PLAY="gpu,lost=clEnqueueNDRangeKernel:30,hang-all" minutes --parts cold,epoch --limit 40
expect_code 1
expect_part cold FAILED ""
expect_part epoch FAILED ""
end
finish
