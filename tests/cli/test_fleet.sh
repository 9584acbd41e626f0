#!/bin/bash
# test_fleet.sh: weft compare --fleet: only earned verdicts are equal, whatever the files claim, and
# it takes as long as reading them.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_fleet

# The lines of a verification, as if its device were a GPU.
"$weft" verify --device cpu --steps 1 --json >"$work/files/cpu.json" || exit 1
sed 's/"type":"builtin"/"type":"gpu"/; s/"cases":0,/"cases":7,/' "$work/files/cpu.json" >"$work/files/whole.json"
grep '"event":"verdict"' "$work/files/whole.json" >"$work/files/good.json"
# verdict HOST [SED]: the verdict of HOST, changed by SED.
verdict() { sed "s/\"host\":\"[^\"]*\"/\"host\":\"$1\"/; ${2:-}" "$work/files/good.json"; }

begin "a fleet with equal verdicts"
for i in 1 2 3 4 5; do verdict "node$i"; done >"$work/files/fleet.json"
run compare --fleet "$work/files/fleet.json"
expect_code 0
expect_text out "5 verdicts, 0 in the minority"
expect_empty err
run compare --fleet "$work/files/fleet.json" "$work/files/whole.json" --json
expect_code 0
expect_json '[x["machines"] for x in e if x["event"] == "group"] == [6] and e[-1] == {"event": "verdict", "result": "equal", "verdicts": 6, "minority": 0}'
end

if [ -c /dev/full ]; then
    begin "stdout on a full disk"
    ran="compare --fleet >/dev/full"
    "$weft" compare --fleet "$work/files/fleet.json" >/dev/full 2>"$work/err"
    code=$?
    expect_code 5
    expect_text err "weft: standard output: not all could be written: No space left on device"
    end
fi

begin "the minority of a fleet"
verdict node6 's/"hash":"..../"hash":"dead/' >"$work/files/other.json"
verdict node7 's/"result":"equal","diagnosis"/"result":"different","diagnosis"/' >>"$work/files/other.json"
verdict node8 's/"driver":"weft [^"]*"/"driver":"another"/' >>"$work/files/other.json"
run compare --fleet "$work/files/fleet.json" "$work/files/other.json" --json
expect_code 1
expect_json 'sorted(x["host"] for x in e if x["event"] == "minority") == ["node6", "node7"]'
expect_json 'sorted(x["machines"] for x in e if x["event"] == "group") == [1, 1, 1, 5] and e[-2]["minority"] == 2'
run compare --fleet "$work/files/fleet.json" "$work/files/other.json"
expect_text out "minority: node6 cpu: equal, hash dead"
expect_text err "2 of 8 verdicts differ from the majority"
end

begin "the majority is of equal verdicts, one for each device"
for i in 1 2 3; do verdict lone 's/hash":"..../hash":"beef/g'; done >"$work/files/lone.json"
for i in 1 2 3; do verdict "wrong$i" 's/"result":"equal"/"result":"different"/; s/hash":"..../hash":"beef/g'; done >>"$work/files/lone.json"
verdict node1 >"$work/files/two.json"
verdict node2 >>"$work/files/two.json"
run compare --fleet "$work/files/lone.json" "$work/files/two.json" --json
expect_code 1
expect_json 'sorted({x["host"] for x in e if x["event"] == "minority"}) == ["lone", "wrong1", "wrong2", "wrong3"]'
end

# A line that is no earned verdict, and why.
lies=(
    's/"type":"gpu"/"type":"builtin"/; s/"index":null/"index":0/' "the CPU backend was compared with itself"
    's/"device":{[^}]*}/"device":null/' "it names no device"
    's/"device":{[^}]*}/"device":"gpu"/' "it names no device"
    's/"device":{[^}]*},//' "it names no device"
    's/"name":"cpu"/"name":""/' "it names no device"
    's/"type":"gpu",//' "it names no device"
    's/"hash":"[^"]*"/"hash":null/' "equal without a hash"
    's/"hash":"[^"]*"/"hash":""/; s/"expected_hash":"[^"]*"/"expected_hash":""/' "equal without a hash"
    's/"hash":"[^"]*",//' "equal without a hash"
    's/hash":"[^"]*"/hash":"equal"/g' "equal without a hash"
    's/"expected_hash":"....[^"]*"/"expected_hash":null/' "its hash is not the expected one"
    's/"expected_hash":"..../"expected_hash":"dead/' "its hash is not the expected one"
    's/"diagnosis":""/"diagnosis":"contraction"/' "equal, but with a diagnosis"
    's/"result":"equal"/"result":"no verdict"/; s/"diagnosis":""/"diagnosis":"it hung"/' "it hung"
    's/"result":"equal"/"result":"no verdict"/' "it does not say why"
    's/"result":"equal"/"result":"EQUAL"/' 'its result is "EQUAL"'
    's/"result":"equal"/"result":true/' 'its result is ""'
    's/"result":"equal",//' 'its result is ""'
    's/"contract":1/"contract":2/' "its contract of equal bits is 2, that of this weft 1"
    's/"contract":1/"contract":"1"/' "its contract of equal bits is 0, that of this weft 1"
    's/"contract":1,//' "its contract of equal bits is 0, that of this weft 1"
    's/"options":"[^"]*",//' "it names no options"
    's/}$/,"passes":0,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":9,"faults":1}/' "its soak test found faults or compared nothing"
    's/}$/,"faults":7}/' "its soak test found faults or compared nothing"
    's/}$/,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":9}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":-1,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":"x","faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":null,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":true,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":0.5,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":1e99,"faults":0}/' "its soak test found faults or compared nothing"
    's/}$/,"passes":9,"faults":"0"}/' "its soak test found faults or compared nothing"
    's/"diagnosis":""/"diagnosis":7/' "its diagnosis has a wrong type"
    's/"diagnosis":""/"diagnosis":["contraction"]/' "its diagnosis has a wrong type"
    's/"driver":"[^"]*"/"driver":1/' "its driver has a wrong type"
    's/"platform":[^,]*,/"platform":{},/' "its platform has a wrong type"
    's/"pci":null/"pci":true/' "its pci has a wrong type"
    's/"device_index":null/"device_index":"0"/' "its device_index has a wrong type"
    's/"platform_index":null/"platform_index":-1/' "its platform_index has a wrong type"
)
for ((i = 0; i < ${#lies[@]}; i += 2)); do
    begin "not earned: ${lies[i]}"
    verdict liar "${lies[i]}" >"$work/files/lie.json"
    ! cmp -s "$work/files/lie.json" <(verdict liar) || problem "nothing was changed"
    run compare --fleet "$work/files/fleet.json" "$work/files/lie.json"
    [ "$code" -eq 5 ] || [ "$code" -eq 1 ] || problem "exit code $code"
    expect_text out "${lies[i + 1]}"
    expect_text out ": liar "
    expect_text out "6 verdicts, "
    run compare --fleet "$work/files/lie.json" "$work/files/fleet.json" --json
    [ "$code" -eq 5 ] || [ "$code" -eq 1 ] || problem "exit code $code"
    expect_json '[x["host"] for x in e if x["event"] in ("minority", "no_verdict")] == ["liar"] and e[-2]["result"] != "equal"'
    expect_json '[x["machines"] for x in e if x["event"] == "group" and x["equal"]] == [5]'
    # A fleet of such nodes only
    run compare --fleet "$work/files/lie.json" "$work/files/lie.json"
    [ "$code" -eq 5 ] || [ "$code" -eq 1 ] || problem "alone: exit code $code"
    end
done

begin "a host that is no text is not another host each time"
for i in 1 2 3; do verdict x 's/"host":"x"/"host":7/; s/hash":"..../hash":"beef/g'; done >"$work/files/lie.json"
run compare --fleet "$work/files/two.json" "$work/files/lie.json" --json
expect_code 5
expect_json '[x["reason"] for x in e if x["event"] == "no_verdict"] == ["its host has a wrong type"] * 3'
end

# What the lines before a verdict say
stages() { sed "$1" "$work/files/whole.json"; }
contexts=(
    's/"cases":[0-9]*/"cases":0/' "a stage compared nothing"
    '/"stage":"layers"/s/"cases":[0-9]*/"cases":0/' "a stage compared nothing"
    '/"stage":"layers"/s/"cases":[0-9]*,//' "a stage compared nothing"
    '/"stage":"layers"/d' "not all stages were run"
    '/"stage":"layers"/s/"equal"/"different"/' "one of its stages is not"
    '/"stage":"layers"/s/.*/{"event":"difference","stage":"layers"}/' "one of its stages is not"
)
for ((i = 0; i < ${#contexts[@]}; i += 2)); do
    begin "not earned: stages ${contexts[i]}"
    stages "${contexts[i]}" >"$work/files/lie.json"
    run compare --fleet "$work/files/fleet.json" "$work/files/lie.json"
    [ "$code" -eq 5 ] || [ "$code" -eq 1 ] || problem "exit code $code"
    expect_text out "${contexts[i + 1]}"
    end
done

begin "a device with two verdicts"
verdict node1 >"$work/files/again.json"
verdict node1 >>"$work/files/again.json"
run compare --fleet "$work/files/fleet.json" "$work/files/again.json" --json
expect_code 0
expect_json '[x["machines"] for x in e if x["event"] == "group"] == [5] and e[-1]["verdicts"] == 7'
verdict node1 's/hash":"..../hash":"dead/g' >>"$work/files/again.json"
run compare --fleet "$work/files/fleet.json" "$work/files/again.json" --json
expect_code 1
expect_json '[(x["host"], "contradicts" in x["reason"]) for x in e if x["event"] == "minority"] == [("node1", True)] * 4'
expect_json '[x["machines"] for x in e if x["event"] == "group" and x["equal"]] == [4]'
end

begin "a node without a device"
OCL_ICD_VENDORS=/nowhere "$weft" verify --json >"$work/files/error.json" 2>/dev/null
run compare --fleet "$work/files/fleet.json" "$work/files/error.json" --json
expect_code 5
expect_json '["there is nothing to verify" in x["reason"] and x["file"].endswith("error.json") for x in e if x["event"] == "no_verdict"] == [True]'
expect_json 'e[-2]["result"] == "no verdict" and e[-2]["without_verdict"] == 1'
cat "$work/files/fleet.json" "$work/files/error.json" >"$work/files/log.json"
run compare --fleet "$work/files/log.json"
expect_code 5
expect_text out "no verdict: (no host) (no device)"
end

begin "several nodes without a device in one file"
sed 's/"result":"equal"/"result":"different"/' "$work/files/good.json" >"$work/files/bad.json"
for i in 1 2 3; do cat "$work/files/error.json"; done >"$work/files/log.json"
run compare --fleet "$work/files/log.json" --json
expect_code 5
expect_json '[x["line"] for x in e if x["event"] == "no_verdict"] == [1, 2, 3] and e[-2]["without_verdict"] == 3'
expect_text err "without a verdict: 3 of 3"
# The first error is that of the verdict before it.
cat "$work/files/bad.json" "$work/files/log.json" "$work/files/good.json" "$work/files/error.json" >"$work/files/mixed.json"
run compare --fleet "$work/files/mixed.json" --json
expect_code 1
expect_json '[x["line"] for x in e if x["event"] == "no_verdict"] == [3, 4, 6]'
# An equal verdict has no error, whatever else is wrong with it.
verdict liar 's/"diagnosis":""/"diagnosis":"contraction"/' | cat - "$work/files/error.json" >"$work/files/mixed.json"
run compare --fleet "$work/files/mixed.json" --json
expect_json '[x["line"] for x in e if x["event"] == "no_verdict"] == [2]'
end

begin "the error at the end of verify --all"
echo '{"event":"error","code":1,"message":"verify: 1 of 2 devices not equal: the worst is different","hint":""}' >"$work/files/sum.json"
cat "$work/files/bad.json" "$work/files/error.json" "$work/files/whole.json" "$work/files/sum.json" >"$work/files/all.json"
run compare --fleet "$work/files/all.json" --json
expect_json 'not [x for x in e if x["event"] == "no_verdict"] and e[-2]["minority"] == 2'
cat "$work/files/all.json" "$work/files/sum.json" >"$work/files/mixed.json" # what it sums up was lost
run compare --fleet "$work/files/mixed.json" --json
expect_json '[x["line"] for x in e if x["event"] == "no_verdict"] == [10]'
end

begin "verdicts without a host have no votes"
for i in 1 2 3; do verdict "" 's/"host":"[^"]*",//; s/hash":"..../hash":"beef/g'; done >"$work/files/lie.json"
verdict "" >>"$work/files/lie.json"
run compare --fleet "$work/files/lie.json" "$work/files/two.json" --json
expect_code 5
expect_json '[x["reason"] for x in e if x["event"] == "no_verdict"] == ["equal, but it names no host"] * 4'
expect_json '[x["machines"] for x in e if x["event"] == "group" and x["equal"]] == [2] and e[-2]["minority"] == 0'
end

begin "the CPU backend, which --device cpu named"
run compare --fleet "$work/files/cpu.json" "$work/files/cpu.json" --json
expect_code 0
expect_json 'e[-1]["result"] == "equal"'
run compare --fleet "$work/files/cpu.json" "$work/files/fleet.json" --json
expect_code 5
expect_json '["compared with itself" in x["reason"] for x in e if x["event"] == "no_verdict"] == [True]'
run compare --fleet "$work/files/cpu.json" "$work/files/error.json"
expect_code 5
expect_text out "without a verdict: 2"
sed '/"stage":"layers"/s/"cases":[0-9]*/"cases":0/' "$work/files/cpu.json" >"$work/files/lie.json"
run compare --fleet "$work/files/lie.json"
expect_code 5
end

begin "a verification that was cut"
head -n 3 "$work/files/whole.json" | cat "$work/files/fleet.json" - >"$work/files/cut.json"
run compare --fleet "$work/files/cut.json"
expect_code 5
expect_text out "the verification has no verdict"
end

# Lines of a verification without its verdict, and those of the next one: only the first is listed.
cuts=(
    "stages" "head -n 3 whole.json"
    "a stage that is not equal" "head -n 3 whole.json | sed '\$s/\"equal\"/\"different\"/'"
    "one stage" "head -n 1 whole.json"
    "a later stage" "sed -n 4p whole.json"
    "a difference" "echo '{\"event\":\"difference\",\"stage\":\"transfers\"}'"
)
for ((i = 0; i < ${#cuts[@]}; i += 2)); do
    begin "a verification that was cut before another one: ${cuts[i]}"
    (cd "$work/files" && eval "${cuts[i + 1]}" && cat whole.json) >"$work/files/cut.json"
    run compare --fleet "$work/files/cut.json" --json
    expect_code 5
    expect_json '[(x["host"], x["reason"]) for x in e if x["event"] == "no_verdict"] == [("", "the verification has no verdict")]'
    expect_json 'e[-2]["minority"] == 0 and [x["equal"] for x in e if x["event"] == "group"] == [True]'
    expect_json '[x["line"] for x in e if x["event"] == "no_verdict"] == ['"$(($(wc -l <"$work/files/cut.json") - 6))]"
    (cd "$work/files" && eval "${cuts[i + 1]}" && cat error.json fleet.json) >"$work/files/cut.json"
    run compare --fleet "$work/files/cut.json" --json
    expect_code 5
    expect_json 'e[-2]["without_verdict"] == 2 and e[-2]["verdicts"] == 5 and e[-2]["minority"] == 0'
    end
done

echo '{"event":"stage"}' >"$work/files/none.json"
refuses 3 "it has no verdict" compare --fleet "$work/files/none.json"
: >"$work/files/none.json"
refuses 3 "this is an empty file" compare --fleet "$work/files/none.json"
echo 'no JSON' >"$work/files/none.json"
refuses 3 "none.json, line 1" compare --fleet "$work/files/none.json"
refuses 3 "nowhere" compare --fleet nowhere

begin "a fleet with an incomplete file"
head -c 200 "$work/files/good.json" >"$work/files/short.json"
run compare --fleet "$work/files/short.json" "$work/files/good.json" --json
expect_code 3
expect_text err "short.json, line 1: not JSON"
expect_json '[(x["result"], x["verdicts"], x["unreadable"]) for x in e if x["event"] == "verdict"] == [("no verdict", 1, 1)]'
run compare --fleet "$work/files/short.json" "$work/files/fleet.json" "$work/files/other.json"
expect_code 1
expect_text err "short.json, line 1: not JSON"
expect_text out "files that could not be read to their end: 1"
end

begin "bad lines do not hide those after them"
{ echo '{"event":'; cat "$work/files/fleet.json"; verdict node9 's/"result":"equal"/"result":"different"/'; echo '{"event":1}'; echo '{"event":"verdict","event":"verdict"}'; } >"$work/files/bad.json"
run compare --fleet "$work/files/bad.json" --json
expect_code 1
expect_text err "bad.json, 3 bad lines, the first is line 1: not JSON"
expect_json '[x["host"] for x in e if x["event"] == "minority"] == ["node9"]'
end

# 100,000 verdicts: the time of one processor, since others may be busy. A quadratic program needs
# minutes.
begin "large fleets"
python3 - "$work/files" <<'PYTHON'
import hashlib, json, sys
folder = sys.argv[1]
verdict = json.loads(open(folder + "/good.json").readline())
def write(name, change):
    with open(folder + "/large-" + name, "w") as out:
        for i in range(100000):
            x = dict(verdict, host="node%d" % i)
            x["device"] = {"name": "a GPU", "driver": "1", "type": "gpu"}
            change(i, x)
            out.write(json.dumps(x) + "\n")
def hashes(i, x):
    x["hash"] = x["expected_hash"] = hashlib.sha256(b"%d" % i).hexdigest()
write("hashes", hashes)
write("devices", lambda i, x: x["device"].update(name="device %d" % i, driver="%d" % -i))
write("options", lambda i, x: x.update(options="--seed %d" % i))
write("hosts", lambda i, x: (x.update(host="one of three: %d" % (i % 3)), hashes(i % 7, x)))
write("names", lambda i, x: x["device"].update(name="n" * 1000 + str(i % 100)))
PYTHON
limit=10
[ -z "${WEFT_SANITIZE:-}" ] || limit=100
for file in "$work"/files/large-*; do
    before=$(awk '{ print $16 + $17 }' /proc/$$/stat)
    run compare --fleet "$file"
    used=$((($(awk '{ print $16 + $17 }' /proc/$$/stat) - before) / $(getconf CLK_TCK)))
    [ "$used" -lt "$limit" ] || problem "$(basename "$file"): $used s"
    expect_text out "100000 verdicts, "
done
end
finish
