#!/bin/bash
# test_stress.sh: tools/matrix/stress compares the CPU backend and PoCL, and finds a wrong kernel.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_stress
device=Portable
if ! "$weft" devices 2>/dev/null | grep -q "$device"; then
    skip_all "PoCL is not there"
fi

# stress ARGUMENTS...: runs tools/matrix/stress: its exit code is in $code, its output in $work/out
# and $work/err.
stress() {
    ran="tools/matrix/stress $*"
    "$source/tools/matrix/stress" --weft "$weft" --device "$device" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

begin "equal trainings"
stress 4 3 --images 200 --steps 20 --work 1000
expect_code 0
expect_text out "4 draws, 0 that differ"
[ "$(grep -c "^equal [0-9a-f]\{16\}, exit code 0: --seed " "$work/out")" -eq 4 ] || problem "not four lines"
end

begin "without a device, the CPU backend is not compared with itself"
OCL_ICD_VENDORS=/nowhere stress 1 3 --images 200 --steps 20 --work 1000 --device auto
expect_code 1
expect_text out "no OpenCL device: the CPU backend would be compared with itself"
end

begin "kernels that are wrong in one mapping"
cp -r "$source/cl" "$work/files/wrong"
sed -i 's/float4 four = eight.lo + eight.hi;/float4 four = eight.hi + eight.lo + 1e-3f;/' "$work/files/wrong/lanes.h"
cat >"$work/files/weft" <<SCRIPT
#!/bin/sh
exec "$weft" "\$@" --kernels "$work/files/wrong"
SCRIPT
chmod +x "$work/files/weft"
stress 1 3 --images 200 --steps 20 --work 1000 --weft "$work/files/weft"
expect_code 1
expect_text out "1 draws, 1 that differ"
expect_text out "  --device $device --mapping cpu: "
end
[ -z "$(ls -A)" ] || { begin "no files are left" && problem "files are left: $(ls -A)" && end; }
finish
