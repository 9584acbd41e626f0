#!/bin/bash
# test_install.sh: the program and examples/train.c work with the files of "meson install", after
# their folder was moved. In addition to WEFT and WEFT_SOURCE it takes WEFT_BUILD (the folder of the
# build), CC and WEFT_SANITIZE (the build's b_sanitize).
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_install

unset LD_LIBRARY_PATH # Meson sets it to the folder of the build's library

build=${WEFT_BUILD:?the folder of the build}
cc=${CC:-cc}
moved=$work/moved
example=$moved/share/doc/weft/examples/train.c
real=/usr/share/datasets/fashion-mnist
sanitize=$(tr -d "[]' " <<<"${WEFT_SANITIZE:-none}")
[ "$sanitize" = none ] || [ -z "$sanitize" ] || cc+=" -fsanitize=$sanitize"

skip() {
    echo "SKIP $1: $2"
    [ -z "${WEFT_SKIPS-}" ] || echo "$1: $2" >>"$WEFT_SKIPS"
}

# package OPTION...: runs pkg-config for the moved library. Other packages keep their prefixes.
package() {
    PKG_CONFIG_PATH=$pkgconfig pkg-config --define-variable=prefix="$moved" "$@" weft
}

# try COMMAND...: runs COMMAND as run runs weft.
try() {
    ran=$*
    "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# Prints the accuracy on the test images from the output of "weft train" or of the example.
accuracy() {
    sed -n 's/^test:* accuracy: \([0-9.]*\).*/\1/p' "$work/out"
}

# The accuracy of the last run is that of the program.
expect_accuracy() {
    [ "$(accuracy)" = "$expected" ] || problem "accuracy $(accuracy), not weft train's $expected"
}

# compile OUT OPTION...: builds the example. Each OPTION goes to pkg-config.
compile() {
    local out=$1 flags
    shift
    flags=$(package --cflags --libs "$@")
    # shellcheck disable=SC2086 # options of one word each
    try $cc -std=c11 -Wall -Wextra -Werror "$example" $flags -o "$out"
}

begin "meson install"
try meson install -C "$build" --no-rebuild --destdir "$work/stage"
expect_code 0
pkgconfig=$(find "$work/stage" -name weft.pc -printf '%h')
prefix=$(PKG_CONFIG_PATH=$pkgconfig pkg-config --variable=prefix weft)
mv "$work/stage$prefix" "$moved" || problem "no $prefix in what was installed"
pkgconfig=$(find "$moved" -name weft.pc -printf '%h')
diff -r "$source/include/weft" "$moved/include/weft" >&2 || problem "not the headers of include/weft"
cmp "$source/examples/train.c" "$example" >&2 || problem "not examples/train.c"
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

weft=$moved/bin/weft
begin "the moved program"
run --version
expect_code 0
ldd "$weft" | grep -qF "$moved/" || problem "it does not use the moved libweft"
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
expected=$(accuracy)
[ -n "$expected" ] || problem "no accuracy in stdout"
end

libdir=$(package --variable=libdir)
begin "the example with the shared library"
compile "$work/shared"
expect_code 0
WEFT_DATA=$sample LD_LIBRARY_PATH=$libdir try "$work/shared"
expect_code 0
expect_accuracy
end

begin "the example reports what failed"
WEFT_DATA=$work/nowhere LD_LIBRARY_PATH=$libdir try "$work/shared"
expect_code 3
expect_text err "$work/nowhere"
end

if [ -e $real/train-images-idx3-ubyte.gz ]; then
    begin "the example with the whole data set"
    WEFT_DATA=$real LD_LIBRARY_PATH=$libdir try "$work/shared"
    expect_code 0
    awk -v a="$(accuracy)" 'BEGIN { exit !(a >= 0.83 && a <= 0.90) }' || problem "accuracy $(accuracy)"
    end
else
    skip "the example with the whole data set" "no $real"
fi

begin "the example with the static library"
rm "$libdir"/libweft.so*
compile "$work/static" --static
expect_code 0
WEFT_DATA=$sample try "$work/static"
expect_code 0
expect_accuracy
end

finish
