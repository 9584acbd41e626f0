# installed.sh: for tests of what "meson install" installs. Source it after cli.sh, with WEFT_BUILD
# (the folder of the build), CC and WEFT_SANITIZE (the build's b_sanitize) set.
# shellcheck shell=bash disable=SC2154 # work, weft, code: see cli.sh

unset LD_LIBRARY_PATH # Meson sets it to the folder of the build's library

build=${WEFT_BUILD:?the folder of the build}
moved=$work/moved
read -ra cc <<<"${CC:-cc}"
read -ra cxx <<<"${CXX:-c++}"
sanitize=$(tr -d "[]' " <<<"${WEFT_SANITIZE:-none}")
if [ "$sanitize" != none ] && [ -n "$sanitize" ]; then
    cc+=("-fsanitize=$sanitize")
    cxx+=("-fsanitize=$sanitize")
fi

# try COMMAND...: runs COMMAND as run runs weft.
try() {
    ran=$*
    # shellcheck disable=SC2034 # for expect_code
    "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# install_moved: installs into the folder $moved, which is not the prefix.
install_moved() {
    local prefix
    try meson install -C "$build" --no-rebuild --destdir "$work/stage"
    pkgconfig=$(find "$work/stage" -name weft.pc -printf '%h')
    prefix=$(PKG_CONFIG_PATH=$pkgconfig pkg-config --variable=prefix weft)
    mv "$work/stage$prefix" "$moved" || problem "no $prefix in what was installed"
    pkgconfig=$(find "$moved" -name weft.pc -printf '%h')
    # shellcheck disable=SC2034 # for the tests
    libdir=$(package --variable=libdir)
}

# package OPTION...: runs pkg-config for the moved library, with no other package installed.
package() {
    PKG_CONFIG_LIBDIR=$pkgconfig PKG_CONFIG_PATH='' pkg-config --define-variable=prefix="$moved" "$@" weft
}
