#!/bin/bash
# test_fast.sh: --math fast on the sample. WEFT_CLBLAST is yes if weft was built with CLBlast,
# otherwise no.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_fast

refuses 2 "--math fast: CLBlast needs an OpenCL device" \
    train --data "$sample" --device cpu --math fast

refuses 2 "--math fast: it promises no bits to verify" verify --math fast

device=$("$weft" devices --json | python3 -c '
import json, sys
devices = map(json.loads, sys.stdin)
print(next((d["index"] for d in devices if d["type"] != "builtin" and d["usable"]), ""))')
if [ -z "$device" ]; then
    skip "train and evaluate --math fast" "no OpenCL device"
    finish
fi
train=(train --data "$sample" --device "$device" --math fast --epochs 2 --batch 20)
if [ "${WEFT_CLBLAST:?}" = no ]; then
    refuses 2 "--math fast: this weft was built without CLBlast" "${train[@]}"
    finish
fi

begin "train"
run "${train[@]}" --out run --json
expect_code 0
expect_text err "weft: math: fast: CLBlast computes, and no bits are promised"
expect_json 'all(x["math"] == "fast" for x in e if x["event"] in ("start", "evaluation", "done"))'
expect_json 'e[0]["options"]["math"] == "fast" and e[-1]["event"] == "done"'
python3 - run <<'PYTHON' 2>"$work/python" || problem "files: $(tail -n 1 "$work/python")"
import json, struct, sys
run = json.load(open(sys.argv[1] + "/run.json"))
assert run["options"]["math"] == run["bits"]["math"] == "fast"
content = open(sys.argv[1] + "/model.safetensors", "rb").read()
header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
assert json.loads(header["__metadata__"]["weft.options"])["math"] == "fast"
PYTHON
end

begin "--resume keeps the math of the run"
run train --data "$sample" --device "$device" --resume run --epochs 3 --json
expect_code 0
expect_text err "no bits are promised"
expect_json 'e[0]["math"] == "fast"'
run train --data "$sample" --device "$device" --resume run --epochs 4 --math exact
expect_code 2
expect_text err "--math: --resume continues with the options that the run began with: fast"
end

begin "evaluate: the CPU backend has no CLBlast"
run evaluate run --data "$sample" --device cpu --math fast
expect_code 2
expect_text err "--math fast: CLBlast needs an OpenCL device"
end

begin "evaluate: fast and exact agree"
run evaluate run --data "$sample" --device "$device" --math fast --json
expect_code 0
expect_text err "no bits are promised"
expect_json 'e[0]["math"] == "fast"'
fast=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["loss"])' <"$work/out")
run evaluate run --data "$sample" --device cpu --json
expect_code 0
expect_no_text err "no bits are promised"
expect_json "e[0]['math'] == 'exact' and abs(e[0]['loss'] - $fast) < 1e-5"
end

finish
