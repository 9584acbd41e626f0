#!/bin/bash
# test_compare.sh: weft compare on models and runs of the sample.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_compare
train=(train --data "$sample" --device cpu --epochs 1 --batch 20 --quiet)
"$weft" "${train[@]}" --out "$work/files/a" >/dev/null || exit 1
"$weft" "${train[@]}" --out "$work/files/same" --threads 1 >/dev/null || exit 1
"$weft" "${train[@]}" --seed 1 --out "$work/files/b" >/dev/null || exit 1
a=$work/files/a
b=$work/files/b

begin "equal runs"
run compare "$a" "$work/files/same"
expect_code 0
expect_empty err
expect_text out "equal: 22 tensors"
run compare "$a/model.safetensors" "$work/files/same" --json
expect_code 0
expect_json 'e[-1] == {"event": "verdict", "result": "equal", "tensors": 20, "different": 0, "metadata": None}'
expect_json 'all(x["differing"] == 0 and x["largest_ulp"] == 0 and x["largest_difference"] == 0 for x in e[:-1])'
expect_json '{x["name"]: x["of"] for x in e[:-1]}["conv1.weight"] == 150'
end

begin "different runs"
run compare "$a" "$b"
expect_code 1
expect_text err "they differ"
expect_text out "different: "
expect_text out "conv1.weight"
expect_text out "weft.options"
run compare "$a" "$b" --json
expect_code 1
expect_json 'e[-2]["event"] == "verdict" and e[-2]["result"] == "different" and e[-1]["event"] == "error"'
expect_json 'any(x["name"] == "conv1.weight" and 0 < x["differing"] <= x["of"] == 150 and x["largest_ulp"] > 0 and x["largest_difference"] > 0 for x in e[:-2])'
end

# One bit of one value, with the right digest and with the old one
PYTHONPATH=$source/tests/support python3 - "$a/model.safetensors" "$work/files" <<'PYTHON'
import sys, sealed
content = bytearray(open(sys.argv[1], "rb").read())
header, values = sealed.read(sys.argv[1])
at = header["fc1.bias"]["data_offsets"][0] + 4 * 7
content[len(content) - len(values) + at] ^= 1
open(sys.argv[2] + "/damaged.safetensors", "wb").write(content)
values = bytearray(values)
values[at] ^= 1
open(sys.argv[2] + "/bit.safetensors", "wb").write(sealed.pack(header, bytes(values)))
PYTHON
refuses 3 "damaged.safetensors: damaged: its digest is " compare "$a" "$work/files/damaged.safetensors"
begin "one bit"
run compare "$a" "$work/files/bit.safetensors" --json
expect_code 1
expect_json '[(x["name"], x["differing"], x["of"], x["first"], x["largest_ulp"]) for x in e if x.get("differing")] == [("fc1.bias", 1, 120, 7, 1)]'
run compare "$a" "$work/files/bit.safetensors"
expect_text out "1 of 120 differ"
expect_text out "the first at 7"
end

# Other tensors
linear_list 28 10 "$work/files/list.json"
"$weft" "${train[@]}" --network "$work/files/list.json" --out "$work/files/linear" >/dev/null
begin "other networks"
run compare "$a" "$work/files/linear"
expect_code 1
expect_text out "only in A"
expect_text out "F32 10 x 60 in A, F32 10 x 784 in B"
end

refuses 2 "it takes two models or runs, not 1" compare "$a"
refuses 2 "not 3" compare "$a" "$b" "$a"
refuses 2 "is missing" compare
refuses 3 "nowhere" compare "$a" nowhere
head -c 1000 "$a/model.safetensors" >"$work/files/short.safetensors"
refuses 3 "short.safetensors" compare "$work/files/short.safetensors" "$a"

# A fleet: the same verdict from all machines except three
"$weft" verify --device cpu --steps 1 --json >"$work/files/good.json" || exit 1
verdict() { sed "s/\"host\":\"[^\"]*\"/\"host\":\"$1\"/; ${2:-}" "$work/files/good.json"; }
begin "a fleet with equal verdicts"
for i in 1 2 3 4 5; do verdict "node$i"; done >"$work/files/fleet.json"
run compare --fleet "$work/files/fleet.json"
expect_code 0
expect_text out "5 verdicts, 0 in the minority"
run compare --fleet "$work/files/fleet.json" "$work/files/good.json" --json
expect_code 0
expect_json '[x["machines"] for x in e if x["event"] == "group"] == [6] and e[-1] == {"event": "verdict", "result": "equal", "verdicts": 6, "minority": 0}'
end
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
echo '{"event":"stage"}' >"$work/files/none.json"
refuses 3 "it has no verdict" compare --fleet "$work/files/none.json"
echo 'no JSON' >"$work/files/none.json"
refuses 3 "none.json, line 1" compare --fleet "$work/files/none.json"
refuses 3 "nowhere" compare --fleet nowhere

begin "a fleet with an incomplete file"
head -c 200 "$work/files/good.json" >"$work/files/short.json"
run compare --fleet "$work/files/short.json" "$work/files/good.json" --json
expect_code 3
expect_text err "short.json, line 3: not JSON"
expect_json '[(x["result"], x["verdicts"], x["unreadable"]) for x in e if x["event"] == "verdict"] == [("no verdict", 1, 1)]'
run compare --fleet "$work/files/short.json" "$work/files/fleet.json" "$work/files/other.json"
expect_code 1
expect_text err "short.json, line 3: not JSON"
expect_text out "files that could not be read to their end: 1"
end
finish
