#!/bin/bash
# test_harmless.sh: no text from outside brings escape sequences, line breaks or other control
# characters to the terminal: arguments, variables, names of files, contents of files, names of
# devices, and messages of compilers.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_harmless
model=$source/data/trained.safetensors

# A title, a cleared screen, a forged line, C0, DEL, C1 as a byte and in UTF-8, a next line, an
# override and an isolate of direction, a line separator.
bad=$'\e]0;t\a\e[2J\nweft: forged\r\b\x7f\x9b31m\xc2\x9b31m\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8end'

# harmless: what the last runs printed is valid UTF-8 without control characters, and no line is
# forged. With JSON, each line is an object.
harmless() {
    gather
    python3 - "$work/all" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import re, sys
for path in sys.argv[1:]:
    text = open(path, "rb").read().decode("utf-8")
    found = re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]", text)
    assert not found, "%r" % text[max(0, found.start() - 20):found.end() + 20]
    assert not re.search(r"^(weft: forged|forged)", text, re.M), "a forged line"
PYTHON
    rm -f "$work/all"
}

# gather: adds what the last run printed to what the next harmless checks.
gather() {
    cat "$work/out" "$work/err" >>"$work/all"
}

# shown TEXT CODE ARGUMENTS...: a case: weft ends with CODE, prints TEXT on stderr or stdout, and
# nothing harmful, as text and as JSON.
shown() {
    local text=$1 expected=$2
    shift 2
    for json in "" --json; do
        begin "${*@Q} $json"
        # shellcheck disable=SC2086 # no word without --json
        run "$@" $json
        expect_code "$expected"
        harmless
        cat "$work/err" >>"$work/out"
        [ -n "$json" ] || grep -qF -- "$text" "$work/out" || problem "the output lacks: $text"
        end
    done
}
seen='\x1b]0;t\x07\x1b[2J\nweft: forged\r\x08\x7f\x9b31m\u009b31m\u0085\u202e\u2066\u2028end'

# Arguments and variables
shown "unknown command" 2 "$bad"
shown 'unknown option --x\x1b' 2 train "--x$bad"
shown "unexpected argument $seen" 2 devices "$bad"
shown "--epochs $seen: not an integer" 2 train --epochs "$bad"
shown "--lr $seen: not a number" 2 train --lr "$bad"
shown "--order $seen: not one of" 2 train --order "$bad"
shown "--for $seen: not a time" 2 verify --for "$bad"
shown "$seen" 2 samples --data "$sample" --class "$bad"
shown "unknown command" 2 help "$bad"
export WEFT_DEVICE=$bad
shown "$seen" 4 evaluate "$model" --data "$sample"
export WEFT_DEVICE=cpu WEFT_THREADS=$bad
shown "WEFT_THREADS $seen: not an integer" 2 evaluate "$model" --data "$sample"
unset WEFT_DEVICE WEFT_THREADS
begin "OCL_ICD_VENDORS"
OCL_ICD_VENDORS=/nowhere/$bad run devices --verbose
harmless
end

# Names of files and folders, missing and present
shown "$seen" 3 evaluate "$bad"
shown "$seen" 3 data --data "$bad"
shown "$seen" 3 compare "$bad" "$model"
shown "$seen" 3 compare --fleet "$bad"
shown "$seen" 3 report "$bad"
pictures=("predict $model $work/files/text --device cpu")
if "$weft" predict "$model" x.png 2>&1 | grep -q 'without libpng'; then
    pictures=()
    skip "pictures" "built without libpng"
else
    shown "$seen" 3 predict "$model" "$bad.png"
fi
shown "$seen" 3 train --resume "$bad"
shown "$seen" 3 summary --network "$bad"
cp -r "$sample" "$bad"
cp "$model" "$bad/model.safetensors"
shown "$seen" 0 data --data "$bad"
shown "accuracy" 0 evaluate "$bad" --data "$bad" --device cpu
shown "$seen" 0 summary "$bad"
shown "equal" 0 compare "$bad" "$model" --verbose
shown "$seen" 0 train --data "$sample" --device cpu --epochs 1 --out "$bad.run" --force
shown "$seen" 0 report "$bad.run" --out "$bad.html"
begin "Ctrl-C: the command that continues"
interrupted out "epoch: 1," SIGINT train --data "$sample" --device cpu --batch 20 --epochs 100000 --out "$bad.cut"
expect_code 130
harmless
end

# Contents of files
begin "names of tensors and metadata"
python3 - "$work/files" "$bad" <<'PYTHON'
import json, os, sys
folder, bad = sys.argv[1], os.fsencode(sys.argv[2]).decode("utf-8", "replace")
def write(name, tensors, metadata={}):
    header, offset = {"__metadata__": metadata}, 0
    for tensor, (kind, size) in tensors.items():
        header[tensor] = {"dtype": kind, "shape": [size], "data_offsets": [offset, offset + 4 * size]}
        offset += 4 * size
    text = json.dumps(header).encode()
    open(folder + "/" + name, "wb").write(len(text).to_bytes(8, "little") + text + bytes(offset))
write("names.safetensors", {bad: ("F32", 2), "a" + bad: ("F32", 3)}, {"note": bad, bad: "x"})
write("others.safetensors", {bad: ("F32", 3)}, {"note": "y"})
write("kind.safetensors", {bad: (bad, 1)})
write("network.safetensors", {"w": ("F32", 1)}, {"weft_network": bad, "network": bad})
layers = {"input": [1, 28, 28], "layers": [{"kind": "flatten"}, {"kind": "linear", "name": bad, "out_features": 10}]}
json.dump(layers, open(folder + "/layer.json", "w"))
layers["layers"][1] = {"kind": bad, "name": "out"}
json.dump(layers, open(folder + "/kind.json", "w"))
layers["layers"][1] = {"kind": "linear", "name": "out", "out_features": 10, bad: 1}
json.dump(layers, open(folder + "/argument.json", "w"))
layers[bad] = 1
json.dump(layers, open(folder + "/member.json", "w"))
open(folder + "/syntax.json", "w").write("{" + bad)
lines = []
for host in ("one", "two", bad):
    lines.append({"event": "verdict", "host": host, "device": {"name": bad, "platform": bad, "driver": bad, "index": 0},
                  "result": "equal" if host == "one" else bad, "hash": bad, "expected_hash": bad, "contract": 1,
                  "version": bad, "options": bad, "seconds": 1.0, "diagnosis": bad})
lines.append({"event": bad})
open(folder + "/fleet.json", "w").write("\n".join(map(json.dumps, lines)) + "\n" + bad + "\n{" + bad + "\n")
PYTHON
ran=""
end
shown "" 1 compare "$work/files/names.safetensors" "$work/files/others.safetensors" --verbose
for name in names kind network; do
    shown "" 3 evaluate "$work/files/$name.safetensors" --data "$sample" --device cpu
    shown "" 3 summary "$work/files/$name.safetensors"
done
for name in kind argument member syntax; do
    shown "" 3 summary --network "$work/files/$name.json"
done
begin "the name of a layer"
run summary --network "$work/files/layer.json"
harmless
end
for json in "" --json; do
    begin "a fleet $json"
    # shellcheck disable=SC2086
    run compare --fleet "$work/files/fleet.json" $json
    harmless
    end
done
begin "each text of run.json"
python3 - "$bad.run/run.json" "$work/files/variants" "$bad" <<'PYTHON'
import json, os, sys
path, folder, bad = sys.argv[1:]
bad = os.fsencode(bad).decode("utf-8", "replace")
os.mkdir(folder)
count = 0
def walk(root, node):
    global count
    for key in list(node.keys() if isinstance(node, dict) else range(len(node))):
        old = node[key]
        if isinstance(old, (dict, list)):
            walk(root, old)
        if isinstance(old, str) or old is None:
            node[key] = bad
            json.dump(root, open("%s/%d.json" % (folder, count), "w"))
            count += 1
            node[key] = old
root = json.load(open(path))
walk(root, root)
assert count > 40, count
PYTHON
rm -rf other
cp -r "$bad.run" other
for variant in "$work/files/variants"/*; do
    cp "$variant" other/run.json
    run report other --out other.html --no-images
    gather
done
harmless
end
begin "each text of a model's metadata, and names of classes"
python3 - "$bad.run/model.safetensors" "$work/files/models" "$bad" <<'PYTHON'
import json, os, sys
path, folder, bad = sys.argv[1:]
bad = os.fsencode(bad).decode("utf-8", "replace")
os.mkdir(folder)
model = open(path, "rb").read()
size = int.from_bytes(model[:8], "little")
header = json.loads(model[8:8 + size])
metadata = header["__metadata__"]
for key in "weft.digest", "weft.format": # without these, the content is not checked
    del metadata[key]
for key in list(metadata):
    for value in bad, json.dumps([bad + str(i) for i in range(10)]), json.dumps({bad: bad}):
        header["__metadata__"] = {**metadata, key: value}
        text = json.dumps(header).encode()
        name = "%s/%s-%d.safetensors" % (folder, key, len(value))
        open(name, "wb").write(len(text).to_bytes(8, "little") + text + model[8 + size:])
PYTHON
rm -rf other
for variant in "$work/files/models"/*; do
    run evaluate "$variant" --data "$sample" --device cpu --csv other.csv
    gather
    run predict "$variant" --data "$sample" --device cpu --index 0
    gather
    run compare "$variant" "$bad.run"
    gather
done
harmless
for variant in "$work/files/models"/weft.classes-*; do
    LC_ALL=C.UTF-8 on_terminal evaluate "$variant" --data "$sample" --device cpu
    ! grep -q $'\e\\]0\|\e\\[2J\|\xe2\x80\xae\|\xc2\x9b' "$work/out" || problem "an escape sequence on a terminal"
done
end
begin "tables of another run"
for table in history.csv steps.csv confusion-test.csv; do
    rm -rf other
    cp -r "$bad.run" other
    printf '%s,%s\n%s' "$bad" "$bad" "$bad" >"other/$table"
    run report other --out other.html
    gather
    run train --resume other --epochs 2 --data "$sample" --device cpu
    gather
    run compare other "$bad.run"
    gather
done
harmless
end
begin "files of another kind"
printf '%s' "$bad" >"$work/files/text"
for command in "evaluate $work/files/text" "${pictures[@]}" "train --init $work/files/text" \
    "compare $work/files/text $model" "summary $work/files/text"; do
    # shellcheck disable=SC2086 # words
    run $command --data "$sample"
    expect_code 3
    gather
done
harmless
end

# Names of devices, and messages of a compiler
if ! "$weft" devices 2>/dev/null | grep -q "Portable Computing"; then
    skip "names of devices, messages of compilers" "PoCL is not there"
    finish
fi
begin "a compiler's messages"
cp -r "$source/cl" "$work/files/kernels"
printf '#error %s\n' "${bad//$'\n'/ }" >>"$work/files/kernels/conv2d.cl"
for words in "evaluate $model --device Portable" "verify --device Portable" "evaluate $model" "bench --device Portable"; do
    for json in "" --json; do
        # shellcheck disable=SC2086
        run $words --data "$sample" --kernels "$work/files/kernels" $json
        gather
    done
done
harmless
run evaluate "$model" --data "$sample" --kernels "$work/files/kernels" --device Portable
expect_code 4
expect_text err 'error'
grep -q '^    .*conv2d' "$work/err" || problem "the lines of the compiler are not indented"
end
begin "a driver with bad names"
cat >"$work/files/names.c" <<'C'
#define _GNU_SOURCE
#include <CL/cl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
static cl_int answer(const char *bad, size_t size, void *value, size_t *needed) {
    if (needed != NULL) {
        *needed = strlen(bad) + 1;
    }
    if (value != NULL && size > 0) {
        strncpy(value, bad, size);
        ((char *)value)[size - 1] = '\0';
    }
    return CL_SUCCESS;
}
cl_int clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t size, void *value, size_t *needed) {
    cl_int (*real)(cl_device_id, cl_device_info, size_t, void *, size_t *);
    *(void **)&real = dlsym(RTLD_NEXT, "clGetDeviceInfo");
    return what == CL_DEVICE_NAME || what == CL_DRIVER_VERSION ? answer(getenv("BAD"), size, value, needed)
                                                               : real(device, what, size, value, needed);
}
cl_int clGetPlatformInfo(cl_platform_id platform, cl_platform_info what, size_t size, void *value, size_t *needed) {
    cl_int (*real)(cl_platform_id, cl_platform_info, size_t, void *, size_t *);
    *(void **)&real = dlsym(RTLD_NEXT, "clGetPlatformInfo");
    return what == CL_PLATFORM_NAME ? answer(getenv("BAD"), size, value, needed)
                                    : real(platform, what, size, value, needed);
}
C
if [ -n "${WEFT_SANITIZE-}" ]; then
    skipped="a sanitizer has to be the first library"
    problems_before=""
else
    cc -w -DCL_TARGET_OPENCL_VERSION=120 -shared -fPIC -o "$work/files/names.so" "$work/files/names.c" -ldl || problem "it does not build"
    export LD_PRELOAD=$work/files/names.so BAD=$bad
    unset RUSTICL_ENABLE
    for words in devices "devices --json" "help complete devices --device _" "evaluate $model --data $sample --device 0" \
        "train --steps 1 --data $sample --device 0 --out named --force --verbose" "bench --device 0 --only train --steps 1 --repeat 1" \
        "devices --device end" "evaluate $model --data $sample --device nothing" "verify --device 0 --steps 1 --inject 1:conv1.weight:7:20"; do
        # shellcheck disable=SC2086
        run $words
        grep -q "forged" "$work/out" "$work/err" || [[ $words == verify* ]] || problem "$words: no bad name"
        harmless
    done
    unset LD_PRELOAD
fi
end

# A terminal of 8 bits would take bytes of UTF-8 for control characters.
begin "a terminal whose locale is not UTF-8"
cp "$model" $'\xc4\x9b.safetensors'
LC_ALL=C on_terminal summary $'\xc4\x9b.safetensors'
! LC_ALL=C grep -q $'[\x80-\xff]' "$work/out" || problem "bytes beyond ASCII"
end

finish
