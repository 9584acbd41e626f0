#!/bin/bash
# test_headers.sh: each header compiles on its own: those of include/weft in C11 and C++17, as
# strictly as compilers can, the private ones in C11. In addition to WEFT and WEFT_SOURCE it takes
# WEFT_BUILD, the folder of the build, and CC.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_headers
read -ra cc <<<"${CC:-cc}"
read -ra cxx <<<"${CXX:-c++}"
strict=(-pedantic -Wall -Wextra -Werror -fsyntax-only)
: >"$work/out"

# compiles NAME COMMAND...: COMMAND compiles a file on its stdin that includes NAME twice.
compiles() {
    local header=$1
    shift
    ran="$* on $header"
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" | "$@" - >"$work/out" 2>"$work/err" ||
        problem "$header: $(grep -m 1 error "$work/err")"
}

begin "public headers in C11"
for header in "$source"/include/weft/*.h; do
    compiles "weft/${header##*/}" "${cc[@]}" -x c -std=c11 "${strict[@]}" -I"$source/include"
done
end

if command -v "${cxx[0]}" >/dev/null; then
    begin "public headers in C++17"
    for header in "$source"/include/weft/*.h; do
        compiles "weft/${header##*/}" "${cxx[@]}" -x c++ -std=c++17 "${strict[@]}" -I"$source/include"
    done
    end

    begin "a C++ program with the library"
    cat >"$work/files/program.cc" <<'CODE'
#include <weft/weft.h>
int main() { return weft_version()[0] == '\0'; }
CODE
    ran="${cxx[*]} program.cc"
    libweft=$(find "${WEFT_BUILD:?the folder of the build}/src" -name 'libweft.so' -o -name 'libweft.dylib')
    sanitize=$(tr -d "[]' " <<<"${WEFT_SANITIZE-}")
    "${cxx[@]}" ${sanitize:+"-fsanitize=$sanitize"} -std=c++17 -I"$source/include" -o "$work/files/program" \
        "$work/files/program.cc" "$libweft" -Wl,-rpath,"${libweft%/*}" >"$work/out" 2>"$work/err" || problem "it does not build"
    "$work/files/program" || problem "it does not run"
    end
else
    skip "public headers in C++17" "there is no ${cxx[0]} here"
fi

# Include folders and definitions of the build, from one of its sources.
flags=()
while read -r flag; do
    flags+=("$flag")
done < <(python3 - "${WEFT_BUILD:?the folder of the build}" <<'PYTHON'
import json, os, shlex, sys
found = {}
for entry in json.load(open(os.path.join(sys.argv[1], "compile_commands.json"))):
    if "/src/" in entry["file"].replace("..", ""):
        for word in shlex.split(entry["command"]):
            if word.startswith("-I") and not word.endswith(".p"):
                found["-I" + os.path.join(entry["directory"], word[2:])] = True
            elif word.startswith("-D") and "=" not in word:
                found[word] = True
print("\n".join(found))
PYTHON
)

# Headers of OpenCL are missing where weft is built without it.
opencl=()
if ! echo '#include <CL/cl.h>' | "${cc[@]}" -E -x c - "${flags[@]}" >/dev/null 2>&1; then
    opencl=(! -path './backend/opencl/*')
fi

begin "private headers in C11"
cd "$source/src" || exit 1
while read -r header; do
    compiles "$header" "${cc[@]}" -x c -std=c11 -Wall -Wextra -Werror -fsyntax-only "${flags[@]}"
done < <(find . -name '*.h' "${opencl[@]}" | sed 's|^\./||' | sort)
end

finish
