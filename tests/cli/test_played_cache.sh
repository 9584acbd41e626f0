#!/bin/bash
# test_played_cache.sh: drivers that load a program of the cache which does not work: a kernel is
# missing, or it computes something else. It is compiled again, once.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_played_cache
# shellcheck source=tests/support/player.sh
. "$source/tests/support/player.sh"
train=(train --data "$sample" --steps 4 --batch 50 --device 0 --verbose --force --out run)
"$weft" train --data "$sample" --steps 4 --batch 50 --quiet --device cpu --out "$work/cpu" >/dev/null 2>&1 || exit 1

# entries: the programs in the cache.
entries() {
    find "$work/cache" -name '*.program' 2>/dev/null
}

# cached PLAY TEXT: a training on that device prints TEXT about the cache, gives the right model,
# and leaves one program there.
cached() {
    WEFT_PLAY=$1 run "${train[@]}"
    expect_code 0
    expect_text err "opencl: program cache: $2"
    expect_same run/model.safetensors "$work/cpu/model.safetensors"
    [ "$(entries | wc -l)" -eq 1 ] || problem "$(entries | wc -l) programs in the cache"
}

begin "a program is saved and loaded"
cached gpu "saved"
cached gpu "hit"
expect_no_text err "opencl: program: built"
end

for stale in "stale=probe" "stale=fill" "stale=update*" "stale=gather" "stale=*conv2d*" "stale=*" "stale-contracts"; do
    begin "a stored program that does not work: $stale"
    entry=$(entries)
    touch -d 2001-01-01 "$entry"
    cached "gpu,$stale" "rebuilt, since the entry does not work: $entry"
    expect_text err "opencl: program: built in"
    expect_text err "saved: $entry"
    expect_no_text err "warning:"
    [ "$(stat -c %Y "$entry")" -gt 1500000000 ] || problem "the entry is the old one"
    cached gpu "hit"
    end
done

begin "verify with such a program"
WEFT_PLAY="gpu,stale=update*" run verify --quick --steps 1 --device 0 --json
expect_code 0
expect_json 'e[-1]["result"] == "equal"'
end

begin "a device without memory keeps the program"
rm -r "$work/cache"
cached gpu "saved"
WEFT_PLAY="gpu,free=1000000" run "${train[@]}"
expect_code 4
expect_no_text err "program cache: rebuilt"
cached gpu "hit"
end

begin "a program that contracts from the start is loaded as it is"
rm -r "$work/cache"
WEFT_PLAY="gpu,contracts" run "${train[@]}"
expect_text err "program cache: saved"
WEFT_PLAY="gpu,contracts" run "${train[@]}"
expect_text err "program cache: hit"
expect_no_text err "program cache: rebuilt"
end

begin "a device with another number of units has a program of its own"
rm -r "$work/cache"
cached "gpu,units=2" "saved"
WEFT_PLAY="gpu,units=3" run "${train[@]}"
expect_text err "program cache: miss"
[ "$(entries | wc -l)" -eq 2 ] || problem "$(entries | wc -l) programs in the cache, not 2"
end

finish
