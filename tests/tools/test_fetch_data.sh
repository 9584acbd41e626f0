#!/bin/sh
# test_fetch_data.sh: tools/fetch-data with a mirror on localhost that misbehaves, once with curl
# and once with wget.
#
# fetch-data always checks the published hashes, so the mirror serves the real files. Without them
# only the cases without a mirror run.
set -u

source=${WEFT_SOURCE:-.}
fetch=$source/tools/fetch-data
real=/usr/share/datasets/fashion-mnist
names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"
small=train-labels-idx1-ubyte # the only file that most cases download
passed=0 failed=0 server=

work=$(mktemp -d) || exit 1
clean() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

skip() {
    echo "SKIP $1: $2"
    [ -z "${WEFT_SKIPS-}" ] || echo "$1: $2" >>"$WEFT_SKIPS"
}

# make_path NAME [PROGRAM]: a folder with the programs that fetch-data may use, and PROGRAM.
make_path() {
    mkdir -p "$work/$1"
    for program in cat cut gzip mkdir mv rm sha256sum tail wc ${2-}; do
        ln -s "$(command -v "$program")" "$work/$1/$program"
    done
}

# Runs fetch-data with the arguments: its output is in $work/out and $work/err, its exit code in
# $status.
run() {
    : >"$work/log"
    env -i PATH="$work/$programs" "$fetch" "$@" >"$work/out" 2>"$work/err"
    status=$?
}

# Makes an empty folder $to.
empty() {
    to=$work/to
    rm -rf "$to"
    mkdir "$to"
}

# Makes a folder $to without $small. The other files are unpacked: their check is fast.
nearly_full() {
    empty
    for name in $names; do
        [ "$name" = $small ] || ln "$work/unpacked/$name" "$to/$name"
    done
}

# part N: the .part file of $small has the first N bytes of the file.
part() {
    head -c "$1" "$real/$small.gz" >"$to/$small.gz.part"
}

# Expectations. Each prints what is wrong.
miss() {
    echo "    $1"
    return 1
}
ends() {
    [ "$status" = "$1" ] || miss "exit code $status, not $1"
}
says() {
    grep -q -e "$1" "$work/err" || miss "stderr lacks: $1"
}
is_there() {
    cmp -s "$real/$1.gz" "$to/$1.gz" || miss "$1.gz is missing or wrong"
}
is_absent() {
    [ ! -e "$to/$1" ] || miss "$1 exists"
}
requests() {
    [ "$(wc -l <"$work/log")" -eq "$1" ] || miss "$(wc -l <"$work/log") requests, not $1"
}
asked() {
    grep -q -x -e "$1" "$work/log" || miss "no request: $1"
}

# check CASE: runs the function CASE and counts it.
check() {
    if "$1"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $1, with $programs; stderr:"
        sed 's/^/    /' "$work/err"
    fi
}

unknown_argument() {
    run --too dir
    ends 2 && says '^fetch-data: --too: unknown argument$'
}
missing_value() {
    run --mirror
    ends 2 && says '^fetch-data: --mirror: needs a value$'
}
help_is_shown() {
    run --help
    ends 0 && [ ! -s "$work/err" ] && grep -q '^usage: tools/fetch-data' "$work/out"
}
folder_that_is_a_file() {
    : >"$work/file"
    run --to "$work/file/to"
    ends 3 && says "^fetch-data: cannot create folder $work/file/to: "
}
no_downloader() {
    empty
    run --to "$to"
    ends 3 && says '^fetch-data: downloading: neither curl nor wget is installed$' && rmdir "$to"
}
no_downloader_needed() {
    nearly_full
    cp "$real/$small.gz" "$to"
    run --to "$to"
    ends 0 && says "$small.gz: is there"
}
wrong_plain_file() {
    nearly_full
    echo wrong >"$to/$small"
    run --to "$to"
    ends 3 && says "$small: not the published file" && grep -q wrong "$to/$small"
}

all_four() {
    empty
    run --mirror "$url/ranges/" --to "$to/new/folder"
    to=$to/new/folder
    ends 0 && requests 4 && grep -q 'all four files' "$work/out" || return 1
    for name in $names; do
        is_there "$name" && is_absent "$name.gz.part" || return 1
    done
    run --mirror="$url/ranges" --to="$to"
    ends 0 && requests 0
}
continues() {
    nearly_full
    part 10000
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part && requests 1 &&
        asked "/ranges/$small.gz bytes=10000-" && says 'continuing after 10000 bytes'
}
continues_without_ranges() {
    nearly_full
    part 10000
    run --mirror "$url/plain" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part
}
cut_off_then_continues() {
    nearly_full
    run --mirror "$url/cut" --to "$to"
    half=$(($(wc -c <"$real/$small.gz") / 2))
    ends 3 && says "^fetch-data: $url/cut/$small.gz: ." && says '^run it again' &&
        is_absent $small.gz && [ "$(wc -c <"$to/$small.gz.part")" -eq $half ] || return 1
    run --mirror "$url/cut" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part && asked "/cut/$small.gz bytes=$half-"
}
part_is_complete() {
    nearly_full
    cp "$real/$small.gz" "$to/$small.gz.part"
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part && requests 0
}
part_is_wrong() {
    nearly_full
    echo 'something else' >"$to/$small.gz.part"
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part && says 'downloading from the start'
}
part_is_too_long() {
    nearly_full
    part 29000
    head -c 3000 /dev/zero >>"$to/$small.gz.part"
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small && is_absent $small.gz.part
}
part_and_wrong_mirror() {
    nearly_full
    part 50
    run --mirror "$url/wrong" --to "$to"
    ends 3 && says 'wrong SHA-256' && is_absent $small.gz && is_absent $small.gz.part
}
wrong_content() {
    nearly_full
    run --mirror "$url/wrong" --to "$to"
    ends 3 && says "^fetch-data: $url/wrong/$small.gz: .*wrong SHA-256" &&
        is_absent $small.gz && is_absent $small.gz.part
}
not_gzip() {
    nearly_full
    run --mirror "$url/page" --to "$to"
    ends 3 && says 'wrong SHA-256' && is_absent $small.gz && is_absent $small.gz.part
}
not_found() {
    nearly_full
    run --mirror "$url/nothing" --to "$to"
    ends 3 && says "^fetch-data: $url/nothing/$small.gz: .*404" && says 'another mirror' &&
        is_absent $small.gz && is_absent $small.gz.part
}
part_is_kept_after_not_found() {
    nearly_full
    part 10000
    run --mirror "$url/nothing" --to "$to"
    ends 3 && [ "$(wc -c <"$to/$small.gz.part")" -eq 10000 ] && is_absent $small.gz
}
no_server() {
    nearly_full
    run --mirror "http://127.0.0.1:1" --to "$to"
    ends 3 && says "^fetch-data: http://127.0.0.1:1/$small.gz: ." && is_absent $small.gz.part
}
wrong_file_is_replaced() {
    nearly_full
    cp "$real/t10k-labels-idx1-ubyte.gz" "$to/$small.gz"
    run --mirror "$url/nothing" --to "$to"
    ends 3 && cmp -s "$real/t10k-labels-idx1-ubyte.gz" "$to/$small.gz" || return 1
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small && says 'downloading it again'
}
garbage_after_the_end_is_replaced() {
    nearly_full
    { cat "$real/$small.gz" && echo garbage; } >"$to/$small.gz"
    run --mirror "$url/ranges" --to "$to"
    ends 0 && is_there $small
}

start_server() {
    python3 "$source/tests/support/fetch_server.py" "$real" "$work/port" "$work/log" &
    server=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ ! -s "$work/port" ] || break
        sleep 0.5
    done
    url=http://127.0.0.1:$(cat "$work/port")
}

make_path neither
programs=neither
for case in unknown_argument missing_value help_is_shown folder_that_is_a_file no_downloader; do
    check $case
done
if [ ! -r $real/train-images-idx3-ubyte.gz ]; then
    skip fetch_data "dataset-fashion-mnist is not installed"
elif ! command -v python3 >/dev/null; then
    skip fetch_data "no python3 here, which serves the files"
else
    mkdir "$work/unpacked"
    for name in $names; do
        gzip -dc "$real/$name.gz" >"$work/unpacked/$name"
    done
    check no_downloader_needed
    check wrong_plain_file
    start_server
    for programs in curl wget; do
        if ! command -v $programs >/dev/null; then
            skip "fetch_data with $programs" "not installed"
            continue
        fi
        make_path $programs $programs
        for case in all_four continues continues_without_ranges cut_off_then_continues part_is_complete \
            part_is_wrong part_is_too_long part_and_wrong_mirror wrong_content not_gzip not_found \
            part_is_kept_after_not_found no_server wrong_file_is_replaced garbage_after_the_end_is_replaced; do
            check $case
        done
    done
fi
echo "tools_fetch_data: $passed passed, $failed failed"
[ $failed -eq 0 ]
