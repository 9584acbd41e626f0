# builds.sh: rows of tools/matrix/run: the CPU backend, built by several compilers, for other
# processors and for Windows.
# shellcheck shell=bash disable=SC2154,SC2034 # the variables are those of tools/matrix/run

rows_builds() {
    local compiler flags
    device=(--device cpu)
    for compiler in gcc clang; do
        if ! command -v "$compiler" >/dev/null; then
            skipped "cpu, by $compiler" "" "" "no $compiler here"
            continue
        fi
        # the sanitizers end the program at the first error
        for flags in "-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined" "-O0" "-O2" "-O3 -march=native"; do
            aside row_build "$compiler" "$flags"
        done
    done
}

# runs CC WRAPPER...: succeeds if a program that CC (a compiler and its flags) built runs here under
# WRAPPER.
runs() {
    local cc
    read -ra cc <<<"$1"
    shift
    echo 'int main(void) { return 0; }' >"$place/runs.c"
    "${cc[@]}" -o "$place/runs.exe" "$place/runs.c" >"$place/log" 2>&1 && "$@" "$place/runs.exe" >"$place/log" 2>&1
}

# row_build COMPILER FLAGS
row_build() {
    local name="cpu, by $1" way="${2% -fno-sanitize-recover*}" version
    version="$1 $("$1" -dumpfullversion 2>/dev/null || "$1" -dumpversion)"
    if ! runs "$1 $2"; then
        skipped "$name" "$way" "$version" "$1 cannot compile with these flags: $(grep -m 1 error "$place/log" | cut -c1-100)"
    elif CC=$1 CFLAGS=$2 meson setup "$place/build" "$source" --buildtype=plain -Db_lundef=false \
        -Dopencl=disabled -Dtests=disabled >"$place/log" 2>&1 &&
        ninja -C "$place/build" src/cli/weft >"$place/log" 2>&1; then
        row small "$name" "$way" "$version" "$processor" env ASAN_OPTIONS=detect_leaks=0 "$place/build/src/cli/weft"
    else
        broken "$name" "$way" "$version" "the build fails: $(grep -m 1 -E 'error:|ERROR' "$place/log")"
    fi
    rm -rf "$place"
}

rows_cross() {
    local target which=small folder
    device=(--device cpu)
    if ! "$source/tools/cross/build" --fetch >"$work/log" 2>&1; then
        skipped "cpu, for other processors" "" "" "no sources of zlib and the JSON library: $(tail -n 1 "$work/log" | cut -c1-100)"
        return
    fi
    for folder in "$source/data/fashion-mnist" /usr/share/datasets/fashion-mnist; do
        [ $which = small ] && [ -d "$folder" ] || continue
        first 140 1000 "$work/thousand" "$folder" && which=thousand
    done
    if [ $which = thousand ]; then
        row thousand "cpu" "1,000 images" "weft $ours" "$processor" "$weft"
    else
        skipped "cpu" "1,000 images" "weft $ours" "Fashion-MNIST is not installed; data/sample is used"
    fi
    for target in ${cross//,/ }; do
        aside row_cross "$target" $which
    done
}

# rows_wine WHICH VERSION PROGRAM: on Windows, in a folder whose name is in no old code page: first
# without OpenCL.dll, then on the OpenCL devices that wine passes on.
rows_wine() {
    export LC_ALL=C.UTF-8 # wine converts file names
    place="$place/Zürich 日本"
    mkdir "$place"
    if ! WINEDLLOVERRIDES=opencl=d wine "$3" --version >"$place/log" 2>&1; then
        broken "cpu, for Windows" "" "$2" "weft --version fails without OpenCL.dll"
    fi
    row "$1" "cpu, for Windows" "" "$2" "$processor" env WINEDLLOVERRIDES=opencl=d wine "$3"
    if [[ $(wine "$3" devices 2>/dev/null) == *"Portable Computing"* ]]; then
        device=(--device Portable)
        row "$1" "PoCL, for Windows" "" "$2" "$processor" wine "$3"
    else
        skipped "PoCL, for Windows" "" "$2" "wine passes on no OpenCL device here"
    fi
}

# row_cross TARGET WHICH
row_cross() {
    local folder=$place build=$place/build cc wrapper=() tool missing=""
    local name="cpu, by qemu" way=$1 version on=$1 weft
    # tools/test has built for some targets, with tests.
    [ ! -e "$source/build-test-$1/build.ninja" ] || build=$source/build-test-$1
    weft=$build/src/cli/weft
    read -ra wrapper < <("$source/tools/cross/build" --tools "$1")
    cc=${wrapper[0]} wrapper=("${wrapper[@]:1}")
    version="gcc $("$cc" -dumpfullversion 2>/dev/null), ${wrapper[0]%%-*} $("${wrapper[0]}" --version 2>/dev/null |
        sed -n '1s/.*\(version \|wine-\)\([0-9.]*\).*/\2/p')"
    case $1 in
    i386) name="cpu, for i386" way="" version=${version%%,*} ;;
    s390x) on="s390x, big-endian" ;;
    windows)
        name="cpu, for Windows" way="" on=$processor weft=$weft.exe
        # the folder of the DLLs; wineboot makes the folder of Windows' disk
        WINEPATH=$(printf '%s' "Z:$build/src" | tr / '\\')
        export WINEPATH WINEPREFIX=$place/wine WINEDEBUG=-all
        ! command -v wineboot >/dev/null || wineboot --init >/dev/null 2>&1
        ;;
    esac
    for tool in "$cc" "${wrapper[0]}"; do
        command -v "$tool" >/dev/null || missing=$tool
    done
    if [ -n "$missing" ]; then
        skipped "$name" "$way" "" "no $missing here"
    elif ! runs "$cc" "${wrapper[@]}"; then
        skipped "$name" "$way" "$version" "no program for it runs here: $(tail -n 1 "$place/log" | cut -c1-100)"
    elif ! "$source/tools/cross/build" "$1" "$build" >"$place/log" 2>&1; then
        broken "$name" "$way" "$version" "the build fails: $(grep -m 1 -E 'error:|ERROR' "$place/log")"
    elif [ "$1" = windows ]; then
        rows_wine "$2" "$version" "$weft"
        wineserver --kill 2>/dev/null
    else
        row "$2" "$name" "" "$version" "$on" "${wrapper[@]}" "$weft"
    fi
    rm -rf "$folder"
}
