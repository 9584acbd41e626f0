#!/bin/bash
# test_install.sh: the program and the package file work with the files of "meson install", after
# their folder was moved. In addition to WEFT and WEFT_SOURCE it takes WEFT_BUILD (the folder of the
# build), CC and WEFT_SANITIZE (the build's b_sanitize).
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_install
# shellcheck source=tests/support/installed.sh
. "${WEFT_SOURCE:?}/tests/support/installed.sh"

begin "meson install"
install_moved
expect_code 0
diff -r "$source/include/weft" "$moved/include/weft" >&2 || problem "not the headers of include/weft"
diff -r "$source/data/recipes" "$moved/share/weft/recipes" >&2 || problem "not the recipes of data/recipes"
end

begin "the manual page and the completions"
while read -r topic file; do
    ran="help $topic"
    "${WEFT:?}" help "$topic" >"$work/out"
    expect_same "$work/out" "$moved/$file"
done <<'FILES'
man share/man/man1/weft.1
bash share/bash-completion/completions/weft
zsh share/zsh/site-functions/_weft
fish share/fish/vendor_completions.d/weft.fish
FILES
end

begin "the manual page of the library"
ran="man 3 weft"
: >"$work/err"
manual=$moved/share/man/man3
while read -r symbol; do
    grep -q "[ *&]$symbol(" "$manual/weft.3" || problem "weft(3) lacks $symbol"
    [ "$(cat "$manual/$symbol.3")" = ".so man3/weft.3" ] || problem "there is no page $symbol(3)"
done <"$source/src/libweft.symbols"
for header in "$source"/include/weft/*.h; do
    grep -q "weft/${header##*/}" "$manual/weft.3" || problem "weft(3) lacks ${header##*/}"
done
if command -v groff >/dev/null; then
    try groff -man -Tutf8 -ww "$manual/weft.3"
    expect_code 0
    expect_empty err
fi
cmp "$source/doc/library.md" "$moved/share/doc/weft/library.md" >&2 || problem "not doc/library.md"
end

weft=$moved/bin/weft
begin "the moved program"
ldd "$weft" >"$work/out"
expect_no_text out "libweft"
run --version
expect_code 0
[ "$(head -n 1 "$work/out")" = "weft $(package --modversion)" ] || problem "not the version of weft.pc"
run summary
expect_code 0
try "${WEFT:?}" summary
cp "$work/out" "$work/summary"
run summary
cmp -s "$work/out" "$work/summary" || problem "not the summary that weft prints in the build folder"
end

begin "the moved program trains"
run train --data "$sample" --out "$work/run" --quiet
expect_code 0
grep -q '^test:* accuracy: 0\.' "$work/out" || problem "no accuracy in stdout"
end

begin "weft.pc needs no other package"
try package --cflags
expect_code 0
expect_text out "-I$moved/include"
try package --libs
expect_code 0
[ "$(tr -s ' ' '\n' <"$work/out" | grep -c '^-l')" = 1 ] || problem "--libs has more than -lweft"
try package --static --libs
expect_code 0
for library in weft z jansson nettle; do
    expect_text out "-l$library"
done
end

# smallest NAME OPTION...: builds and runs a program that uses the library. Each OPTION goes to pkg-config.
smallest() {
    local out=$work/files/$1
    shift
    # shellcheck disable=SC2046 # options of one word each
    try "${cc[@]}" -std=c11 -Wall -Wextra -Werror "$work/files/smallest.c" $(package --cflags --libs "$@") -o "$out"
    expect_code 0
    LD_LIBRARY_PATH=$libdir try "$out"
    expect_code 0
    [ "$(cat "$work/out")" = "$(package --modversion)" ] || problem "it does not print the version"
}

cat >"$work/files/smallest.c" <<'CODE'
#include <stdio.h>
#include <weft/weft.h>
int main(void) { return puts(weft_version()) < 0; }
CODE
begin "the shared library"
smallest shared
end

begin "the static library"
rm "$libdir"/libweft.so*
smallest static --static
end

finish
