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
    skip "cache on rusticl" "no such device"
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
    head -c 15 "$entry" | grep -q 'weft program 2' || problem "the entry is incomplete"
    [ "$(stat -c %s "$entry")" -gt 1000 ] || problem "the entry is short"
    end
}

printf 'x' | dd of="$entry" bs=1 seek=700 conv=notrunc 2>/dev/null
damaged "a damaged entry"
head -c 500 "$work/files/whole" >"$entry"
damaged "a short entry"
: >"$entry"
damaged "an empty entry"
sed '1s/weft program 2 ./weft program 2 x/' "$work/files/whole" >"$entry"
damaged "an entry of another key"

begin "several processes with one cold cache"
rm -rf "$work/cache"
for i in 1 2 3 4; do
    "$weft" train --network "$work/files/list.json" --data "$sample" --steps 1 --quiet --out "together-$i" --device rusticl \
        >"$work/files/together-$i" 2>&1 </dev/null &
done
for i in 1 2 3 4; do
    wait -n || problem "a training failed: $(cat "$work/files"/together-?)"
done
ran="4 trainings at a time"
expect_entries 1
for i in 1 2 3 4; do expect_same "together-$i/model.safetensors" cpu/model.safetensors; done
entry=$(entries)
end

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
: >"$work/cache/weft/a.1-1.part"
run devices --clear-cache
expect_code 0
expect_text err "2 programs removed"
expect_entries 0
end

# ---- programs of others ----

# A program with other bits, under the key of the right one.
cp -r "$source/cl" "$work/files/kernels"
sed -i 's/REAL(-numbers->step_size), change/REAL(-2.0f * numbers->step_size), change/' "$work/files/kernels/update.cl"
train right --device rusticl
entry=$(entries)
cp "$entry" "$work/files/right"
rm "$entry"
train wrong --device rusticl --kernels "$work/files/kernels"
python3 - "$(entries)" "$work/files/planted" "$(basename "$entry" .program)" <<'PYTHON'
import hashlib, sys
head, _, body = open(sys.argv[1], "rb").read().partition(b"\n")
head = "weft program 2 %s %s %s\n" % (sys.argv[3], head.split()[4].decode(), hashlib.sha256(body).hexdigest())
open(sys.argv[2], "wb").write(head.encode() + body)
PYTHON
folder=$work/cache/weft
rm -f "$folder"/*

# give PATH: makes PATH one of another user. Only root can.
give() {
    [ "$(id -u)" = 0 ] && chown -h 65534 "$1" 2>/dev/null
}

begin "the planted program changes the model"
cp "$work/files/planted" "$entry"
train planted --device rusticl
! cmp -s planted/model.safetensors cpu/model.safetensors || problem "the plant is no plant"
end

# distrusts WHAT TEXT [LEFT]: weft reports TEXT once, and gives the right model. LEFT: entries then.
distrusts() {
    begin "$1"
    train "${1// /-}" --device rusticl
    expect_code 0
    expect_text err "weft: warning: program cache"
    expect_text err "$2"
    [ "$(grep -c "program cache" "$work/err")" -eq 1 ] || problem "not one notice"
    expect_same "${1// /-}/model.safetensors" cpu/model.safetensors
    expect_entries "${3:-1}"
    end
}

cp "$work/files/planted" "$entry"
chmod 664 "$entry"
distrusts "an entry that others can write" "others can write to"
mv "$entry" "$work/files/linked"
cp "$work/files/planted" "$work/files/linked"
ln -s "$work/files/linked" "$entry"
distrusts "an entry that is a link" "a symbolic link"
rm "$entry"
mkfifo "$entry"
distrusts "an entry that is a pipe" "is not a regular file"
cp "$work/files/planted" "$entry"
if give "$entry"; then
    distrusts "an entry of another user" "belongs to another user"
else
    skip "an entry of another user" "only root can give files away"
fi

for mode in 775 1777; do
    cp "$work/files/planted" "$entry"
    chmod $mode "$folder"
    distrusts "a folder of mode $mode" "others can write to $folder (to mend that: chmod go-w $folder)"
    cmp -s "$entry" "$work/files/planted" || problem "it was changed"
done
begin "a folder that others can read is used"
cp "$work/files/right" "$entry"
touch -d 2001-01-01 "$entry"
chmod 755 "$folder"
train readable --device rusticl
expect_no_text err "warning: program cache"
[ "$(stat -c %Y "$entry")" -lt 1500000000 ] || problem "it was compiled and written again"
end

begin "--clear-cache removes what others have planted"
cp "$work/files/planted" "$entry"
chmod 777 "$folder"
run devices --clear-cache
expect_code 0
expect_entries 0
chmod 700 "$folder"
end

# A folder of another user: one that was given away, or for others than root one of the system.
cp "$work/files/planted" "$entry"
if give "$folder"; then
    left=1
else
    rm -r "$folder"
    ln -s /usr "$folder"
    left=0
fi
distrusts "a folder of another user" "belongs to another user" $left
begin "--clear-cache leaves a folder of another user alone"
run devices --clear-cache
expect_code 1
expect_text err "weft: cache: $folder belongs to another user"
expect_entries $left
end
rm -rf "$folder"

begin "a new folder, and new parents, are for the user only"
(umask 0 && XDG_CACHE_HOME=$work/new/cache train new --device rusticl)
for path in "$work/new" "$work/new/cache" "$work/new/cache/weft"; do
    [ "$(stat -c %a "$path")" = 700 ] || problem "$path has mode $(stat -c %a "$path")"
done
[ "$(stat -c %a "$work"/new/cache/weft/*.program)" = 600 ] || problem "the entry is not of mode 600"
end

mkdir -p "$work/home/.cache"
if give "$work/home/.cache"; then
    begin "no folder is made among the files of another user"
    XDG_CACHE_HOME='' HOME=$work/home train home --device rusticl
    expect_code 0
    expect_text err "belongs to another user"
    [ ! -e "$work/home/.cache/weft" ] || problem "there is one"
    end
    begin "no link of another user is followed"
    mkdir "$work/cache/target"
    ln -s target "$folder"
    give "$folder"
    train link --device rusticl
    expect_code 0
    expect_text err "belongs to another user"
    [ -z "$(ls -A "$work/cache/target")" ] || problem "a program was saved there"
    end
    rm "$folder"
else
    skip "a home folder of another user" "only root can give files away"
fi

begin "a relative XDG_CACHE_HOME is ignored"
mkdir "$work/own"
XDG_CACHE_HOME=cache HOME=$work/own train relative --device rusticl
expect_code 0
[ ! -e cache/weft ] || problem "there is a folder cache/weft"
[ -n "$(find "$work/own/.cache/weft" -name '*.program')" ] || problem "HOME was not used"
end

finish
