# rows.sh: rows of tools/matrix/run: the CPU backend and the OpenCL devices here.
# shellcheck shell=bash disable=SC2154,SC2034 # the variables are those of tools/matrix/run

# field DEVICE NAME: prints a field of "weft devices --json" for the device with the number DEVICE,
# or whose platform or name contains DEVICE. Fails if there is no such device.
field() {
    "$weft" devices --json 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin.readlines():  # reads all lines: weft fails if its output is closed
    device = json.loads(line)
    names = (device["platform"] or "") + "\n" + device["name"]
    if sys.argv[1] == str(device["index"]) or sys.argv[1] in names:
        print(device[sys.argv[2]])
        sys.exit(0)
sys.exit(1)' "$1" "$2"
}

# preload NAME CODE: compiles CODE to $work/NAME.so, for LD_PRELOAD.
preload() {
    echo "$2" >"$work/$1.c"
    cc -shared -fPIC -o "$work/$1.so" "$work/$1.c" -ldl 2>/dev/null
}

rows_cpu() {
    local threads
    device=(--device cpu)
    if [ $here = 0 ]; then
        row small "cpu" "" "weft $ours" "$processor" "$weft"
        return
    fi
    for threads in 1 2 5; do
        row small "cpu" "threads: $threads" "weft $ours" "$processor" env WEFT_THREADS=$threads "$weft"
    done
    row four "cpu" "four images" "weft $ours" "$processor" "$weft"
    if preload flush '#if defined __aarch64__
__attribute__((constructor)) static void flush(void) { __asm__ volatile("msr fpcr, %0" : : "r"(1ul << 24)); }
#else
#include <xmmintrin.h>
__attribute__((constructor)) static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
#endif'; then
        row small "cpu" "FTZ and DAZ" "weft $ours" "$processor" env LD_PRELOAD="$work/flush.so" "$weft"
    else
        skipped "cpu" "FTZ and DAZ" "weft $ours" "the code for this processor is missing"
    fi
}

# rows_device SELECTOR
rows_device() {
    local name platform version
    if ! name=$(field "$1" name) || ! version=$(field "$1" driver); then
        broken "$1" "" "" "no such device: weft devices lists them"
        return
    fi
    platform=$(field "$1" platform)
    device=(--device "$1")
    row small "$platform" "whole" "$version" "$name" "$weft"
    device+=(--mapping gpu --no-fuse)
    row small "$platform" "mapping gpu, not fused" "$version" "$name" "$weft"
}

rows_pocl() {
    local version why
    if ! version=$(field "Portable Computing" driver); then
        skipped "PoCL" "" "" "no such device"
        return
    fi
    device=(--device Portable)
    row small "PoCL" "whole" "$version" "$processor" "$weft"
    row small "PoCL" "one thread" "$version" "$processor" env POCL_MAX_PTHREAD_COUNT=1 "$weft"
    row four "PoCL" "four images" "$version" "$processor" "$weft"
    # on standard error, weft says why it makes no sub-device
    why=$(WEFT_THREADS=1 "$weft" bench --device Portable --only peak 2>&1 >/dev/null | sed -n 's/^weft: --threads 1: //p')
    if [ -n "$why" ]; then
        skipped "PoCL" "a sub-device" "$version" "$why"
    else
        row small "PoCL" "a sub-device" "$version" "$processor" env WEFT_THREADS=1 "$weft"
    fi
    device=(--device Portable --mapping gpu --no-fuse)
    row small "PoCL" "mapping gpu, not fused" "$version" "$processor" "$weft"
    device=(--device Portable --cl-options=-cl-denorms-are-zero)
    row small "PoCL" "flushing denormals" "$version" "$processor" "$weft"
}

rows_slow() {
    local version
    if command -v oclgrind >/dev/null; then
        device=(--device Oclgrind --no-cache)
        aside row four "Oclgrind" "looking for races, four images" \
            "$(oclgrind --version | grep -m 1 -o 'Oclgrind [0-9.]*')" "$processor" oclgrind --data-races "$weft"
    else
        skipped "Oclgrind" "looking for races" "" "no oclgrind here (Debian 12 was the last release with it)"
    fi
    export RUSTICL_ENABLE=${RUSTICL_ENABLE:-llvmpipe}
    if version=$(field rusticl driver); then
        device=(--device rusticl)
        aside row small "rusticl on llvmpipe" "" "Mesa $version" "$processor" "$weft"
    else
        skipped "rusticl on llvmpipe" "" "" "no such device"
    fi
}

# intel_fetch FOLDER: unpacks Intel's OpenCL runtime from the Python package index, and makes a
# folder of drivers with that one driver.
intel_fetch() {
    local wheel
    rm -rf "$1" "$1.part"
    mkdir -p "$1.part/wheels" "$1.part/vendors"
    # Its dependencies omit the second package.
    python3 -m pip download -q --no-cache-dir intel-opencl-rt -d "$1.part/wheels" &&
        python3 -m pip download -q --no-cache-dir --no-deps intel-cmplr-lib-rt -d "$1.part/wheels" || return 1
    for wheel in "$1.part/wheels"/*.whl; do
        python3 -m zipfile -e "$wheel" "$1.part/unpacked" || return 1
    done
    mkdir "$1.part/lib"
    cp -r "$1.part/unpacked"/*.data/data/lib/* "$1.part/lib" || return 1
    rm -rf "$1.part/wheels" "$1.part/unpacked" "$1.part/lib"/libOpenCL* # the system has the loader
    echo "$1/lib/libintelocl.so" >"$1.part/vendors/intel.icd"
    mv "$1.part" "$1"
}

rows_intel() {
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/weft-matrix/intel
    if [ ! -e "$folder/vendors" ] && ! intel_fetch "$folder" >"$work/log" 2>&1; then
        broken "Intel(R) OpenCL" "" "" "cannot be downloaded: $(tail -n 1 "$work/log")"
        return
    fi
    OCL_ICD_VENDORS=$folder/vendors/ LD_LIBRARY_PATH=$folder/lib rows_device "Intel(R) OpenCL"
}
