# player.sh: for tests that run weft on devices that tests/support/player plays, as WEFT_PLAY says
# (its README). Source it after cli.sh. It ends the test if nothing can be played.
# shellcheck shell=bash disable=SC2154 # cli.sh defines the other variables

# PoCL's compiled kernels stay where they are.
if [ -z "${POCL_CACHE_DIR:-}" ] && [ -n "${XDG_CACHE_HOME:-${HOME:-}}" ]; then
    export POCL_CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/pocl/kcache
fi
export XDG_CACHE_HOME=$work/cache
export OPENCL_LAYERS=${WEFT_PLAYER:-}
if [ -z "$OPENCL_LAYERS" ]; then
    why="this build has no layer"
elif ! WEFT_PLAY=cpu,name=player "$weft" devices --json 2>/dev/null | grep -q '"name":"player"'; then
    why="PoCL is not there, or the loader has no layers"
else
    why=""
fi
if [ -n "$why" ]; then
    skip "$suite" "$why"
    printf '%s: 1 passed, 0 failed\n' "$suite"
    exit 0
fi
