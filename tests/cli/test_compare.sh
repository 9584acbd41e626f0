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

# "Different" (1) is a verdict: a stdout that is not written and a lack of memory are none.
if [ -c /dev/full ]; then
    begin "stdout on a full disk"
    for json in "" --json; do
        ran="compare $json >/dev/full"
        # shellcheck disable=SC2086
        "$weft" compare "$a" "$a" $json >/dev/full 2>"$work/err"
        code=$?
        expect_code 5
        expect_text err "weft: standard output: not all could be written: No space left on device"
        # shellcheck disable=SC2086
        "$weft" compare "$a" "$b" $json >/dev/full 2>"$work/err"
        code=$?
        expect_code 1
        expect_text err "weft: standard output: not all could be written: No space left on device"
        expect_text err "they differ"
    done
    end
fi
if [ -z "${WEFT_SANITIZE:-}" ]; then
    begin "files that are larger than the memory"
    python3 - "$work/files/large.safetensors" <<'PYTHON'
import struct, sys
header = b'{"a":{"dtype":"F32","shape":[8000000],"data_offsets":[0,32000000]}}'
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header)
    file.truncate(8 + len(header) + 32000000)
PYTHON
    cp "$work/files/large.safetensors" "$work/files/larger.safetensors"
    run compare "$work/files/large.safetensors" "$work/files/larger.safetensors"
    expect_code 0
    ran="compare under ulimit -v"
    (ulimit -v 80000 && "$weft" compare "$work/files/large.safetensors" "$work/files/larger.safetensors" --json >"$work/out" 2>"$work/err")
    code=$?
    expect_code 5
    expect_text err "no memory"
    expect_json '[(x["event"], x["code"]) for x in e] == [("error", 5)]'
    end
fi

# Files without values
for header in '{}' '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'; do
    begin "nothing is compared: $header"
    python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<Q", len(sys.argv[1])) + sys.argv[1].encode())' \
        "$header" >"$work/files/nothing.safetensors"
    run compare "$work/files/nothing.safetensors" "$work/files/nothing.safetensors"
    expect_code 5
    expect_text out "no verdict: nothing was compared"
    expect_text err "nothing was compared"
    run compare "$work/files/nothing.safetensors" "$work/files/nothing.safetensors" --json
    expect_code 5
    expect_json '[x["result"] for x in e if x["event"] == "verdict"] == ["no verdict"] and e[-1]["code"] == 5'
    run compare "$work/files/nothing.safetensors" "$a"
    expect_code 1
    end
done

begin "a matrix that only one of two runs has"
cp -r "$a" "$work/files/part"
rm "$work/files/part/confusion-test.csv" "$work/files/part/run.json" # which has its hash
run compare "$work/files/part" "$a" --json
expect_code 0
expect_json '[(x["code"], "confusion-test.csv: only " in x["message"], x["message"].count("/a has it")) for x in e if x["event"] == "warning"] == [("only-in-one", True, 1)]'
expect_json 'e[-1]["result"] == "equal" and e[-1]["tensors"] == 21'
run compare "$a" "$work/files/part"
expect_code 0
expect_text err "weft: warning: confusion-test.csv: only $a has it, so it was not compared"
rm "$work/files/part/confusion-train.csv" "$work/files/part/model.safetensors"
cp "$a/model.safetensors" "$work/files/part"
run compare "$work/files/part" "$work/files/part"
expect_code 0
expect_empty err
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

finish
