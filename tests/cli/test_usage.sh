#!/bin/bash
# test_usage.sh: the command line, and the commands devices, data and summary.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_usage
python3 "$source/tests/support/wrong_files.py" data "$sample" "$work/files" || exit 1

# Usage
refuses 2 "no command"
refuses 2 "unknown command tarin" tarin
begin "a command that looks like another"
run tarin
expect_text err "did you mean weft train?"
end
refuses 2 "unknown command verfiy" verfiy
refuses 2 "--device: options follow the command" --device cpu train
refuses 2 "unknown option --ephocs" train --ephocs 3
begin "an option that looks like another"
run train --ephocs 3
expect_text err "did you mean --epochs?"
end

# suggests HINT ARGUMENTS...: wrong usage, with the hint.
suggests() {
    local hint=$1
    shift
    begin "suggests \"$hint\": $*"
    run "$@"
    expect_code 2
    expect_text err "$hint"
    end
}
suggests "did you mean weft evaluate?" eval model
suggests "did you mean weft evaluate?" test
suggests "did you mean weft predict?" infer x.png
suggests "did you mean weft train?" fit
suggests "did you mean weft train?" TRAIN --epochs 3
suggests "did you mean weft devices?" list
suggests "did you mean weft --version?" version
suggests "weft --version prints the version" -V
suggests "did you mean weft help evaluate?" help eval
suggests "did you mean --batch?" evaluate --batch-size 10 model
suggests "did you mean --device gpu?" bench --gpu
suggests "--lr is an option of weft train" evaluate --lr 0.1 model
suggests "--out is an option of weft samples, weft train" devices -o x
suggests "write --lr 0.01: the decimal point is a point" train --lr 0,01
suggests "write 50s, 10m or 2h" verify --for 10min
training=(train --data "$sample" --device cpu --steps 1 --out none)
suggests "write --mean 0.2859: the decimal point is a point" "${training[@]}" --mean 0,2859
suggests "write --std 0.353: the decimal point is a point" "${training[@]}" --std 0,353
suggests "write step:10,0.1: the decimal point is a point" "${training[@]}" --schedule step:10,0,1
suggests "N is a whole number of pixels" "${training[@]}" --augment shift=2,5
suggests "did you mean cosine?" "${training[@]}" --schedule COSINE
suggests "did you mean best?" "${training[@]}" --recipe BEST
begin "no hint where no decimal comma can be meant"
for wrong in --mean=0,2,3 --mean=1,x --mean=0,1,0,2 --schedule=step:10,2,5 --schedule=step:10,0,1,0 "--lr=0 01"; do
    run "${training[@]}" "$wrong"
    expect_code 2
    expect_no_text err "write "
done
end

refuses 2 "--epochs 0: not an integer from 1 to 100000" train --epochs 0
refuses 2 "--lr 0: not a number" train --lr 0
refuses 2 "--json: it takes no value" devices --json=1
refuses 2 "unexpected argument x" devices x
refuses 2 "MODEL is missing" evaluate
refuses 2 "unknown command nothing" help nothing
refuses 2 "it takes one command" help train data

begin "an error with --json is an event"
run train --epochs nine --json
expect_code 2
expect_text err "weft: --epochs nine"
expect_json 'len(e) == 1 and e[0]["event"] == "error" and e[0]["code"] == 2
    and "--epochs" in e[0]["message"] and "hint" in e[0]'
end

begin "a wrong environment variable"
ran="data with WEFT_THREADS=x"
WEFT_THREADS=x "$weft" data >"$work/out" 2>"$work/err"
code=$?
expect_code 2
expect_text err "weft: WEFT_THREADS x: not an integer from 1 to 1024"
expect_empty out
end

# Help
begin "help of the program"
run --help
expect_code 0
for command in devices data samples summary train evaluate verify compare bench; do
    expect_text out "  $command "
done
expect_empty err
cp "$work/out" "$work/help"
run help
expect_same "$work/out" "$work/help"
end

begin "version"
run --version
expect_code 0
expect_text out "weft 0."
for line in revision compiler "contract of equal bits" zlib libpng cairo jansson nettle CLBlast "OpenCL loader"; do
    grep -q "^$line: ." "$work/out" || problem "no $line"
done
expect_empty err
cp "$work/out" "$work/version"
run train --version
expect_same "$work/out" "$work/version"
run --version --json
expect_code 0
expect_json 'len(e) == 1 and e[0]["event"] == "version" and e[0]["contract"] >= 1'
expect_json 'set(e[0]["libraries"]) == {"zlib", "libpng", "cairo", "jansson", "nettle", "CLBlast", "OpenCL loader"}'
python3 - "$work/out" "$work/version" <<'PYTHON' || problem "text and JSON differ"
import json, sys
event, text = json.load(open(sys.argv[1])), open(sys.argv[2]).read().splitlines()
text_of = dict(line.split(": ", 1) for line in text[1:])
assert text[0] == "weft " + event["version"]
assert text_of.pop("revision") == event["revision"] and text_of.pop("compiler") == event["compiler"]
assert text_of.pop("contract of equal bits") == str(event["contract"])
assert text_of == {name: version or "not built with it" for name, version in event["libraries"].items()}
PYTHON
cp "$work/out" "$work/version"
run data --version --json
expect_same "$work/out" "$work/version"
end

if [ -e "$source/.git" ] && described=$(git -C "$source" describe --tags --always 2>/dev/null); then
    begin "the revision is that of git"
    run --version
    grep -qx "revision: $described\(-dirty\)\?" "$work/out" || problem "not $described"
    end
fi
refuses 2 "weft --version takes only --json" --version --jsn

# A stdout that cannot be written
begin "a full disk"
ran="--help >/dev/full"
if [ -c /dev/full ]; then
    "$weft" --help >/dev/full 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "weft: standard output: not all could be written: No space left on device"
    ran="summary --json >/dev/full"
    "$weft" summary --json >/dev/full 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "weft: standard output: not all could be written: No space left on device"
    ran="verify --help >/dev/full" # it gives no verdict
    "$weft" verify --help >/dev/full 2>"$work/err"
    code=$?
    expect_code 3
fi
end

begin "a closed stdout"
ran="--help >&-"
"$weft" --help >&- 2>"$work/err"
code=$?
expect_code 3
expect_text err "weft: standard output: "
end

begin "a pipe without a reader"
ran="summary | true"
{ { sleep 0.2; "$weft" summary 2>"$work/err"; echo $? >"$work/code"; } | true; } 2>/dev/null
code=$(cat "$work/code")
expect_code 3
expect_text err "weft: standard output: "
end

# devices
begin "devices"
run devices
expect_code 0
expect_text out "builtin"
[ "$(grep -c '^\*' "$work/out")" -eq 1 ] || problem "not one default"
end

begin "devices --json"
run devices --json
expect_code 0
expect_json 'all(x["event"] == "device" for x in e)'
expect_json '[x["name"] for x in e if x["type"] == "builtin"] == ["cpu"]'
expect_json 'sum(x["default"] for x in e) == 1'
expect_json 'all(set(x) >= set("index platform_index device_index platform name type driver opencl opencl_c compute_units global_memory local_memory fp_config default usable reason".split()) for x in e if x["type"] != "builtin")'
expect_json 'all(isinstance(x["fp_config"], list) for x in e)'
end

begin "devices without OpenCL drivers"
ran="devices, OCL_ICD_VENDORS of nothing"
OCL_ICD_VENDORS=$work/files/none OPENCL_VENDOR_PATH=$work/files/none "$weft" devices --json >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_json 'len(e) == 1 and e[0]["name"] == "cpu" and e[0]["default"] and e[0]["usable"]'
end

# data
begin "data"
run data --data "$sample"
expect_code 0
expect_text out "train: 100 images of 28 x 28, not the published set"
expect_text out "test: 100 images of 28 x 28, not the published set"
expect_text out "Ankle boot"
expect_empty err
end

begin "data --json"
run data --data "$sample" --json
expect_code 0
expect_json '[x["split"] for x in e] == ["train", "test"]'
expect_json 'all(x["event"] == "data" and x["images"] == 100 == sum(x["counts"])
    and not x["published"] for x in e)'
expect_json 'all(len(f["sha256"]) == 64
    and f["path"].endswith("ubyte.gz") for x in e for f in x["files"])'
expect_json 'all(0.2 < x["mean"] < 0.4 and 0.3 < x["deviation"] < 0.4
    and len(x["classes"]) == 10 for x in e)'
end

begin "data: the environment variable, and the option, which overrides it"
ran="data with WEFT_DATA"
WEFT_DATA=$sample "$weft" data >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text out "folder: $sample"
WEFT_DATA=$work/files/none "$weft" data --data "$sample" >"$work/out" 2>"$work/err"
code=$?
expect_code 0
WEFT_DATA=$work/files/none "$weft" data >"$work/out" 2>"$work/err"
code=$?
expect_code 3
expect_empty out
end

refuses 3 "nowhere" data --data nowhere
for wrong in "$work"/files/data-*; do
    refuses 3 "ubyte" data --data "$wrong"
done

# summary
begin "summary"
run summary
expect_code 0
expect_text out "33250"
expect_text out "6 x 24 x 24"
expect_text out "(conv1): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))"
expect_empty err
end

begin "summary --json"
run summary --json
expect_code 0
expect_json 'len(e) == 1 and e[0]["event"] == "summary" and e[0]["parameters"] == 33250'
expect_json 'sum(x["parameters"] for x in e[0]["layers"]) == 33250'
expect_json 'e[0]["flop"] == sum(x["flop"] for x in e[0]["layers"]) > 400000'
expect_json '[x["output"] for x in e[0]["layers"]][-1] == [10]'
end

begin "summary --memory"
run summary --memory
expect_code 0
expect_text out "from input to end"
expect_text out "from conv1 forward to max_pool2d2 forward"
expect_text out "from loss to end"
expect_empty err
run summary --memory --json
expect_code 0
expect_json 'e[0]["memory"]["peak"] <= e[0]["memory"]["total"] < e[0]["memory"]["apart"]'
expect_json 'sum(x["bytes"] for x in e[0]["memory"]["tensors"]) == e[0]["memory"]["apart"]'
end

begin "summary of a list of layers"
linear_list 28 10 "$work/files/linear.json"
run summary --network "$work/files/linear.json"
expect_code 0
expect_text out "7850"
end

list() {
    printf '%s' "$1" >"$work/files/list.json"
}
refuses 3 "nowhere.json" summary --network nowhere.json
list 'not a list'
refuses 3 "list.json" summary --network "$work/files/list.json"
list '{"input": [1, 28, 28], "layers": [{"kind": "conv3d"}]}'
refuses 3 "conv3d" summary --network "$work/files/list.json"
list '{"input": [1, 4, 4], "layers": [{"kind": "conv2d", "name": "wide", "out_channels": 1, "kernel_size": 5}]}'
refuses 3 "wide" summary --network "$work/files/list.json"
begin "the error for a kernel larger than its input has both sizes"
run summary --network "$work/files/list.json"
expect_text err "weft: $work/files/list.json:1:33: layer 1 (wide): the kernel"
expect_text err "5 x 5"
expect_text err "1 x 4 x 4"
end
begin "the line and column of a mistake, and what may be meant"
list '{"input": [1, 4, 4], "layers": [
    {"kind": "max_pool2d", "kernel_sise": 2}]}'
run summary --network "$work/files/list.json" --json
expect_code 3
expect_text err "weft: $work/files/list.json:2:28: layer 1 (max_pool2d1): unknown argument"
expect_text err "did you mean kernel_size?"
expect_json 'e[0]["message"].split(": ")[0].endswith("/list.json:2:28") and e[0]["hint"] == "did you mean kernel_size?"'
list '{"input": [1, 4, 4],
 "layers": [}'
run summary --network "$work/files/list.json"
expect_text err "weft: $work/files/list.json:2:13: not JSON: "
end
printf '{"input": [1, 28, 28], "layers": [{"kind": "relu"}]}\0more' >"$work/files/list.json"
refuses 3 "zero byte" summary --network "$work/files/list.json"
linear_list 28 10 "$work/files/list.json"
refuses 3 "model.safetensors" summary --network "$work/files/list.json" model.safetensors
refuses 3 "nowhere.safetensors" summary nowhere.safetensors

finish
