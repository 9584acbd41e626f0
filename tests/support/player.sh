# player.sh: for tests that run weft on devices that tests/support/player plays, as WEFT_PLAY says
# (its README). Source it after cli.sh. It ends the test if nothing can be played.
# shellcheck shell=bash disable=SC2154 # cli.sh defines the other variables

keep_pocl_cache
export XDG_CACHE_HOME=$work/cache
export OPENCL_LAYERS=${WEFT_PLAYER:-}
if [ -z "$OPENCL_LAYERS" ]; then
    skip_all "this build has no layer"
elif ! WEFT_PLAY=cpu,name=player "$weft" devices --json 2>/dev/null | grep -q '"name":"player"'; then
    skip_all "PoCL is not there, or the loader has no layers"
fi
