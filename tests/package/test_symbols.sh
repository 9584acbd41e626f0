#!/bin/bash
# test_symbols.sh: the shared library exports what the headers of include/weft declare with
# WEFT_API, all of it and nothing else. In addition to WEFT and WEFT_SOURCE it takes WEFT_BUILD, the
# folder of the build.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_symbols
: >"$work/err"

begin "exported symbols and public declarations"
ran="nm -D libweft.so"
nm -D --defined-only "${WEFT_BUILD:?the folder of the build}/src/libweft.so" >"$work/out" 2>"$work/err" || problem "nm failed"
awk '{ print $3 }' "$work/out" | sort >"$work/files/exported"
python3 - "$source"/include/weft/*.h <<'PYTHON' | sort >"$work/files/declared"
import re, sys
for path in sys.argv[1:]:
    text = re.sub(r"/\*.*?\*/", " ", open(path).read(), flags=re.S)
    for declaration in re.findall(r"^WEFT_API\s+([^;]*);", text, re.M):
        print(re.search(r"(\w+)\s*(?:\(|\[|$)", declaration).group(1))
PYTHON
[ -s "$work/files/declared" ] || problem "no declarations found"
for name in $(comm -23 "$work/files/exported" "$work/files/declared"); do
    problem "exported and in no header: $name"
done
for name in $(comm -13 "$work/files/exported" "$work/files/declared"); do
    problem "declared and not exported: $name"
done
name="exported symbols and public declarations"
end

finish
