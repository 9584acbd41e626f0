#!/bin/bash
# test_fleet.sh: the examples of tools/fleet, with stand-ins for what a cluster has.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_fleet
export WEFT=$weft
mkdir "$work/bin"
cat >"$work/bin/scontrol" <<'SCRIPT'
#!/bin/sh
echo "scontrol $*"
SCRIPT
# Starts as many as -n says, one after the other; options it does not know end where the command begins.
cat >"$work/bin/mpirun" <<'SCRIPT'
#!/bin/sh
ranks=$2
while [ "$1" != sh ]; do shift; done
for rank in $(seq 0 $((ranks - 1))); do
    OMPI_COMM_WORLD_RANK=$rank OMPI_COMM_WORLD_LOCAL_RANK=0 "$@"
done
SCRIPT
printf '#!/bin/sh\nexit %s\n' 1 >"$work/bin/wrong"
printf '#!/bin/sh\nexit %s\n' 5 >"$work/bin/slow"
chmod +x "$work"/bin/*

begin "a health check of a sound device"
ran="slurm-health-check"
WEFT_DEVICE=cpu WEFT_LOG=log SCONTROL=$work/bin/scontrol "$source/tools/fleet/slurm-health-check" >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_empty out
grep -q '"event":"verdict".*"result":"equal"' log || problem "no verdict in the log"
end

begin "a health check that drains the node"
WEFT=$work/bin/wrong WEFT_LOG=log SCONTROL=$work/bin/scontrol "$source/tools/fleet/slurm-health-check" >"$work/out" 2>"$work/err"
code=$?
expect_code 1
expect_text out "State=DRAIN Reason=weft: a device computes wrongly"
WEFT=$work/bin/slow WEFT_LOG=log SCONTROL=$work/bin/scontrol "$source/tools/fleet/slurm-health-check" >"$work/out" 2>"$work/err"
code=$?
expect_code 5
expect_empty out
end

# The example itself, on a real mpirun where there is one
mpirun=("$work/bin")
[ -z "$(command -v mpirun)" ] || mpirun+=("")
for folder in "${mpirun[@]}"; do
    begin "three ranks, mpirun of ${folder:-the system}"
    ran="mpirun-verify"
    options=()
    [ -n "$folder" ] || options=(--allow-run-as-root --oversubscribe)
    PATH=${folder:+$folder:}$PATH WEFT_DEVICE=cpu "$source/tools/fleet/mpirun-verify" 3 verdicts "${options[@]}" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    expect_text out "3 verdicts, 0 in the minority"
    [ -s verdicts/2.json ] || problem "rank 2 wrote nothing"
    end
    rm -rf verdicts
done
finish
