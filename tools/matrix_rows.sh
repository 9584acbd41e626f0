# matrix_rows.sh: the rows of tools/matrix, group by group.
# shellcheck shell=bash disable=SC2154,SC2034 # the variables are those of tools/matrix

# field DEVICE NAME: what weft says of the device whose platform or name holds DEVICE, or whose number it is; fails if there is none.
field() {
    "$weft" devices --json 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    device = json.loads(line)
    names = (device["platform"] or "") + "\n" + device["name"]
    if sys.argv[1] == str(device["index"]) or sys.argv[1] in names:
        print(device[sys.argv[2]])
        sys.exit(0)
sys.exit(1)' "$1" "$2"
}

# preload NAME CODE: a library that does something to every program that it is loaded into.
preload() {
    echo "$2" >"$work/$1.c"
    cc -shared -fPIC -o "$work/$1.so" "$work/$1.c" -ldl 2>/dev/null
}

rows_cpu() {
    local threads
    device=(--device cpu)
    if [ $here = 0 ]; then
        row small "cpu" "weft $ours" "$processor" "$weft"
        return
    fi
    for threads in 1 2 5; do
        row small "cpu, threads: $threads" "weft $ours" "$processor" env WEFT_THREADS=$threads "$weft"
    done
    row four "cpu" "weft $ours" "$processor" "$weft"
    if preload flush '#include <xmmintrin.h>
__attribute__((constructor)) static void flush(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }'; then
        row small "cpu, FTZ and DAZ" "weft $ours" "$processor" env LD_PRELOAD="$work/flush.so" "$weft"
    fi
}

# rows_device SELECTOR
rows_device() {
    local name version
    if ! name=$(field "$1" name) || ! version=$(field "$1" driver); then
        broken "$1" "" "no such device: weft devices lists them"
        return
    fi
    device=(--device "$1")
    row small "$(field "$1" platform)" "$version" "$name" "$weft"
    device+=(--mapping gpu --no-fuse)
    row small "$(field "$1" platform), mapping gpu, not fused" "$version" "$name" "$weft"
}

rows_pocl() {
    local version
    version=$(field "Portable Computing" driver) || return 0
    device=(--device Portable)
    row small "PoCL" "$version" "$processor" "$weft"
    row small "PoCL, one thread" "$version" "$processor" env POCL_MAX_PTHREAD_COUNT=1 "$weft"
    row four "PoCL" "$version" "$processor" "$weft"
    # weft is given a part of the device, of one compute unit, for the device.
    if preload part '#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
cl_int clGetDeviceIDs(cl_platform_id platform, cl_device_type type, cl_uint room, cl_device_id *ids, cl_uint *count) {
    const cl_device_partition_property one[] = {CL_DEVICE_PARTITION_EQUALLY, 1, 0};
    cl_int (*real)(cl_platform_id, cl_device_type, cl_uint, cl_device_id *, cl_uint *) = dlsym(RTLD_NEXT, "clGetDeviceIDs");
    cl_int code = real(platform, type, room, ids, count);
    for (cl_uint i = 0; code == CL_SUCCESS && ids != NULL && i < room && i < 1; i++) {
        cl_device_id parts[64];
        cl_uint found = 0;
        if (clCreateSubDevices(ids[i], one, 64, parts, &found) == CL_SUCCESS && found > 0) ids[i] = parts[0];
    }
    return code;
}'; then
        if [ "$(LD_PRELOAD=$work/part.so field "Portable Computing" compute_units)" = 1 ]; then
            row small "PoCL, a sub-device" "$version" "$processor" env LD_PRELOAD="$work/part.so" "$weft"
        fi
    fi
    device=(--device Portable --mapping gpu --no-fuse)
    row small "PoCL, mapping gpu, not fused" "$version" "$processor" "$weft"
    device=(--device Portable --cl-options=-cl-denorms-are-zero)
    row small "PoCL, flushing denormals" "$version" "$processor" "$weft"
}

rows_slow() {
    local version
    export RUSTICL_ENABLE=${RUSTICL_ENABLE:-llvmpipe}
    if version=$(field rusticl driver); then
        device=(--device rusticl)
        row small "rusticl on llvmpipe" "Mesa $version" "$processor" "$weft"
    fi
    if command -v oclgrind >/dev/null; then
        device=(--device Oclgrind --no-cache)
        row four "Oclgrind, looking for races" "$(oclgrind --version | grep -m 1 -o 'Oclgrind [0-9.]*')" "$processor" \
            oclgrind --data-races "$weft"
    fi
}

rows_builds() {
    local compiler flags version
    device=(--device cpu)
    for compiler in gcc clang; do
        command -v "$compiler" >/dev/null || continue
        version="$compiler $("$compiler" -dumpfullversion 2>/dev/null || "$compiler" -dumpversion)"
        for flags in "-O0" "-O2" "-O3 -march=native" "-O1 -fsanitize=address,undefined"; do
            if CC=$compiler CFLAGS=$flags meson setup "$work/build" "$source" --buildtype=plain -Db_lundef=false \
                -Dopencl=disabled -Dtests=disabled >"$work/log" 2>&1 &&
                ninja -C "$work/build" src/cli/weft >"$work/log" 2>&1; then
                row small "cpu, $flags" "$version" "$processor" env ASAN_OPTIONS=detect_leaks=0 \
                    "$work/build/src/cli/weft"
            else
                broken "cpu, $flags" "$version" "it does not build"
            fi
            rm -rf "$work/build"
        done
    done
}

rows_cross() {
    local target which=small folder cc wrapper name
    device=(--device cpu)
    for folder in "${WEFT_DATA-}" "$source/data/fashion-mnist" /usr/share/datasets/fashion-mnist; do
        [ $which = small ] && [ -n "$folder" ] && [ -d "$folder" ] && [ "$here" = 1 ] || continue
        first 140 1000 "$work/thousand" "$folder" && which=thousand
    done
    [ $which = small ] || row thousand "cpu" "weft $ours" "$processor" "$weft"
    # A first run makes the folder that stands for Windows' disk.
    export WINEPREFIX=$work/wine WINEDEBUG=-all
    for target in ${cross//,/ }; do
        cc=$(sed -n "s/^c = '\(.*\)'/\1/p" "$source/tools/cross/$target.ini")
        wrapper=$(sed -n "s/^exe_wrapper = //p" "$source/tools/cross/$target.ini" | tr -d "[],'")
        name="cpu, $target, by ${wrapper%% *}"
        [ "$target" != i386 ] || name="cpu, i386"
        if ! command -v "$cc" >/dev/null || ! command -v "${wrapper%% *}" >/dev/null; then
            broken "$name" "" "no $cc or no ${wrapper%% *}: tools/install-packages test cross"
        elif ! "$source/tools/cross/build" "$target" "$work/$target" >"$work/log" 2>&1; then
            broken "$name" "" "it does not build: $(grep -m 1 -E 'error:|ERROR' "$work/log")"
        elif [ "$target" = windows ]; then
            wineboot --init >/dev/null 2>&1
            WINEPATH=$(printf '%s' "Z:$work/$target/src" | tr / '\\') \
                row $which "$name" "gcc $("$cc" -dumpversion)" "$processor" wine "$work/$target/src/cli/weft.exe"
            wineserver --kill
        else
            # shellcheck disable=SC2086 # the wrapper is several words
            row $which "$name" "gcc $("$cc" -dumpversion)" "$target" $wrapper "$work/$target/src/cli/weft"
        fi
        rm -rf "${work:?}/$target"
    done
}

# intel_fetch FOLDER: Intel's OpenCL runtime from the Python package index, unpacked, and a folder of drivers that names it alone.
intel_fetch() {
    local wheel
    rm -rf "$1" "$1.part"
    mkdir -p "$1.part/wheels" "$1.part/vendors"
    # Not all that it needs is among its dependencies.
    python3 -m pip download -q --no-cache-dir intel-opencl-rt -d "$1.part/wheels" &&
        python3 -m pip download -q --no-cache-dir --no-deps intel-cmplr-lib-rt -d "$1.part/wheels" || return 1
    for wheel in "$1.part/wheels"/*.whl; do
        python3 -m zipfile -e "$wheel" "$1.part/unpacked" || return 1
    done
    mkdir "$1.part/lib"
    cp -r "$1.part/unpacked"/*.data/data/lib/* "$1.part/lib" || return 1
    rm -rf "$1.part/wheels" "$1.part/unpacked" "$1.part/lib"/libOpenCL* # the loader is the system's
    echo "$1/lib/libintelocl.so" >"$1.part/vendors/intel.icd"
    mv "$1.part" "$1"
}

rows_intel() {
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/weft-matrix/intel
    if [ ! -e "$folder/vendors" ] && ! intel_fetch "$folder" >"$work/log" 2>&1; then
        broken "Intel's OpenCL for CPUs" "" "it can not be fetched: $(tail -n 1 "$work/log")"
        return
    fi
    OCL_ICD_VENDORS=$folder/vendors/ LD_LIBRARY_PATH=$folder/lib rows_device "Intel(R) OpenCL"
}
