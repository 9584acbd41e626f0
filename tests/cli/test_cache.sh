#!/bin/bash
# test_cache.sh: compiled programs are kept between runs, and checked before use. On rusticl,
# because PoCL has its own cache.
# shellcheck source=tests/support/cli.sh
source "${WEFT_SOURCE:?the root of the sources}/tests/support/cli.sh" cli_cache

export RUSTICL_ENABLE=llvmpipe
export XDG_CACHE_HOME=$work/cache
cat >"$work/files/list.json" <<'JSON'
{"input": [1, 28, 28], "layers": [{"kind": "flatten"}, {"kind": "linear", "name": "out", "out_features": 10}]}
JSON

# train NAME [OPTION]...: one step of a small network into the folder NAME.
train() {
    local name=$1
    shift
    run train --network "$work/files/list.json" --data "$sample" --steps 1 --quiet --out "$name" "$@"
}

entries() {
    find "$work/cache" -name '*.program' 2>/dev/null
}

# expect_entries N: the cache contains N programs and no unfinished file.
expect_entries() {
    [ "$(entries | wc -l)" -eq "$1" ] || problem "$(entries | wc -l) programs in the cache, not $1"
    [ -z "$(find "$work/cache" -name '*.part' 2>/dev/null)" ] || problem "a .part file is left"
}

begin "the reference, and no cache without OpenCL"
train cpu --device cpu
expect_code 0
expect_entries 0
end

if ! "$weft" devices --json | grep -q '"platform":"rusticl"'; then
    echo "SKIP cache on rusticl: no such device"
    [ -z "${WEFT_SKIPS-}" ] || echo "cache on rusticl: no such device" >>"$WEFT_SKIPS"
    finish
fi

begin "--no-cache stores no program"
train none --device rusticl --no-cache
expect_code 0
expect_entries 0
end

begin "a program is stored"
train first --device rusticl
expect_code 0
expect_entries 1
expect_same first/model.safetensors cpu/model.safetensors
end
entry=$(entries)
cp "$entry" "$work/files/whole"

begin "a stored program is used and gives the same bits"
touch -d 2001-01-01 "$entry"
train second --device rusticl
expect_code 0
expect_entries 1
[ "$(stat -c %Y "$entry")" -lt 1500000000 ] || problem "it was written again"
expect_same second/model.safetensors cpu/model.safetensors
end

# damaged NAME: weft replaces the damaged entry by a complete one.
damaged() {
    begin "$1 is compiled again"
    train "${1// /-}" --device rusticl
    expect_code 0
    expect_entries 1
    expect_same "${1// /-}/model.safetensors" cpu/model.safetensors
    head -c 15 "$entry" | grep -q 'weft program 1' || problem "the entry is incomplete"
    [ "$(stat -c %s "$entry")" -gt 1000 ] || problem "the entry is short"
    end
}

printf 'x' | dd of="$entry" bs=1 seek=700 conv=notrunc 2>/dev/null
damaged "a damaged entry"
head -c 500 "$work/files/whole" >"$entry"
damaged "a short entry"
: >"$entry"
damaged "an empty entry"
sed '1s/weft program 1 ./weft program 1 x/' "$work/files/whole" >"$entry"
damaged "an entry of another key"

begin "--verbose reports the use of the cache"
ran="train --verbose"
# detail TEXT OPTION...: a training prints a line with TEXT, and with the name of the entry if there
# is one.
detail() {
    local text=$1
    shift
    "$weft" train --network "$work/files/list.json" --data "$sample" --steps 1 --out detail --force --verbose \
        --device rusticl "$@" >"$work/out" 2>"$work/err"
    expect_text err "weft: opencl: program cache: $text"
}
detail "hit: $entry, "
expect_no_text err "program: built"
printf 'x' | dd of="$entry" bs=1 seek=700 conv=notrunc 2>/dev/null
detail "rebuilt, since the entry is damaged or the driver refuses it: $entry"
expect_text err "opencl: program: built in"
expect_text err "saved: $entry"
rm "$entry"
detail "miss: $entry"
detail "off" --no-cache
end

begin "another compiler option is another program"
train other --device rusticl --cl-options=-cl-opt-disable
expect_code 0
expect_entries 2
expect_same other/model.safetensors cpu/model.safetensors
end

begin "compiler options that are too long are refused"
train long --device rusticl --cl-options="-D $(printf '%01100d' 0)"
expect_code 2
expect_text err "--cl-options: longer than"
[ ! -e long ] || problem "the run folder exists"
end

begin "a cache that cannot be written is no failure"
XDG_CACHE_HOME=/dev/null train unwritable --device rusticl
expect_code 0
expect_same unwritable/model.safetensors cpu/model.safetensors
end

begin "--clear-cache empties it"
run devices --clear-cache
expect_code 0
expect_text err "2 programs removed"
expect_entries 0
end

finish
