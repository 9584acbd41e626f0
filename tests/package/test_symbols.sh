#!/bin/bash
# test_symbols.sh: the libraries export the functions of src/libweft.symbols, all of them and nothing
# else, and these are the ones that the headers of include/weft declare with WEFT_API. In addition to
# WEFT and WEFT_SOURCE it takes WEFT_BUILD, the folder of the build.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_symbols
: >"$work/err"
list=$source/src/libweft.symbols
libraries=${WEFT_BUILD:?the folder of the build}/src

# expect_list FILE WHAT: the names in FILE are those of the list.
expect_list() {
    local symbol
    [ -s "$1" ] || problem "there are no names that are $2"
    for symbol in $(comm -23 "$1" "$list"); do
        problem "$2 and not in src/libweft.symbols: $symbol"
    done
    for symbol in $(comm -13 "$1" "$list"); do
        problem "in src/libweft.symbols and not $2: $symbol"
    done
}

begin "the list is sorted"
ran="sort libweft.symbols"
LC_ALL=C sort -cu "$list" 2>"$work/err" || problem "it is not"
end
export LC_ALL=C

begin "the shared library"
ran="nm -D libweft.so"
nm -D --defined-only "$libraries/libweft.so" >"$work/out" 2>"$work/err" || problem "nm failed"
awk '{ print $3 }' "$work/out" | sort >"$work/files/exported"
expect_list "$work/files/exported" "exported"
end

begin "the public declarations"
ran="include/weft"
python3 - "$source"/include/weft/*.h <<'PYTHON' | sort >"$work/files/declared"
import re, sys
for path in sys.argv[1:]:
    text = re.sub(r"/\*.*?\*/", " ", open(path).read(), flags=re.S)
    for declaration in re.findall(r"^WEFT_API\s+([^;]*);", text, re.M):
        print(re.search(r"(\w+)\s*(?:\(|\[|$)", declaration).group(1))
PYTHON
expect_list "$work/files/declared" "declared"
end

# With more than one object, private symbols that one object takes from another have to stay visible.
begin "the static library"
ran="nm libweft.a"
if [ "$(ar t "$libraries/libweft.a" | wc -l)" = 1 ]; then
    nm -g --defined-only "$libraries/libweft.a" >"$work/out" 2>"$work/err" || problem "nm failed"
    awk 'NF == 3 { print $3 }' "$work/out" | sort >"$work/files/visible"
    expect_list "$work/files/visible" "visible"
else
    skipped="this build does not hide private symbols (src/meson.build)" problems_before=""
fi
end

finish
