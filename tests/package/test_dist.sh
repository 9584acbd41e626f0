#!/bin/bash
# test_dist.sh: "meson dist" makes a tarball of what is committed, which builds and passes its quick
# tests without git. In addition to WEFT and WEFT_SOURCE it takes WEFT_BUILD, the folder of the
# build.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" package_dist
unset LD_LIBRARY_PATH # Meson sets it to the folder of this build's library; the tarball's programs use their own
build=${WEFT_BUILD:?the folder of the build}

# try COMMAND...: runs COMMAND as run runs weft.
try() {
    ran=$*
    "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

if ! git -C "$source" rev-parse HEAD >/dev/null 2>&1; then
    skip "meson dist" "the sources are no git repository"
    passed=1
    finish
fi

begin "meson dist"
try meson dist -C "$build" --allow-dirty --no-tests --formats xztar
expect_code 0
archive=$(sed -n 's/^Created //p' "$work/out" | head -n 1)
mv "$archive" "$archive.sha256sum" "$work/files" || problem "no archive"
mkdir "$work/files/sources"
tar -xf "$work/files/${archive##*/}" -C "$work/files/sources" --strip-components 1 || problem "it cannot be unpacked"
git -C "$source" ls-tree -r --name-only HEAD | sort >"$work/files/committed"
(cd "$work/files/sources" && find . -type f | sed 's|^\./||' | sort) >"$work/files/packed"
expect_same "$work/files/committed" "$work/files/packed"
end

# As on a machine without git, and not in a repository of a folder above.
export GIT_DIR=$work/nowhere
begin "the tarball builds"
try meson setup -Dtests=enabled -Doptimization=1 "$work/files/build" "$work/files/sources"
expect_code 0
try meson compile -C "$work/files/build"
expect_code 0
try "$work/files/build/src/cli/weft" --version
expect_code 0
expect_text out "weft $(sed -n "s/^  version: '\(.*\)',/\1/p" "$source/meson.build")"
end

begin "the tarball's quick tests pass"
try meson test -C "$work/files/build" --no-rebuild --suite quick --no-suite standalone
expect_code 0
expect_no_text out " FAIL"
end

finish
