#!/bin/bash
# test_fleet.sh: the examples of tools/fleet, with replacements for the programs of a cluster.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_fleet
export WEFT=$weft
mkdir "$work/bin"
cat >"$work/bin/scontrol" <<'SCRIPT'
#!/bin/sh
echo "scontrol $*"
SCRIPT
# Runs the ranks one after the other. Skips unknown options up to the command.
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

begin "a health check of a correct device"
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

begin "a health check of a node without a device"
OCL_ICD_VENDORS=/nowhere WEFT_LOG=log2 SCONTROL=$work/bin/scontrol "$source/tools/fleet/slurm-health-check" >"$work/out" 2>"$work/err"
code=$?
expect_code 4
expect_empty out
grep -q '"event":"error"' log2 || problem "no error in the log"
for what in "" '{"event":"verdict","result":"equal"}' 'no JSON'; do
    # shellcheck disable=SC2016 # the script expands them
    printf '#!/bin/sh\n[ "$1" = verify ] || exec "%s" "$@"\necho '"'%s'" "$WEFT" "$what" >"$work/bin/liar"
    chmod +x "$work/bin/liar"
    WEFT=$work/bin/liar WEFT_LOG=log3 SCONTROL=$work/bin/scontrol "$source/tools/fleet/slurm-health-check" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 5
done
end

# The script, with the replacement and with the mpirun of the system
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
    # A rank of an earlier run does not count; one that wrote nothing is reported
    cp verdicts/2.json verdicts/3.json
    PATH=${folder:+$folder:}$PATH WEFT_DEVICE=cpu "$source/tools/fleet/mpirun-verify" 2 verdicts "${options[@]}" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 0
    expect_text out "2 verdicts, 0 in the minority"
    PATH=${folder:+$folder:}$PATH OCL_ICD_VENDORS=/nowhere "$source/tools/fleet/mpirun-verify" 2 verdicts "${options[@]}" >"$work/out" 2>"$work/err"
    code=$?
    expect_code 5
    expect_text out "there is nothing to verify"
    expect_text out "0 verdicts, 0 in the minority; without a verdict: 2"
    end
    rm -rf verdicts
done
finish
