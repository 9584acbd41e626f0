#!/bin/bash
# test_limits.sh: small files that state or unpack to large contents, and files without an end, are
# refused soon and in little memory.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_limits
model=$source/data/trained.safetensors
files=$work/files
[ -z "${WEFT_SANITIZE:-}" ] || skip_all "a sanitizer takes more memory"

# limited MIB CODE TEXT ARGUMENTS...: a case: weft ends with CODE and TEXT, in at most MIB of memory.
limited() {
    begin "at most $1 MiB: ${*:4}"
    ran=${*:4}
    timeout 60 python3 "$source/tests/support/peak.py" "$1" "$weft" "${@:4}" >"$work/out" 2>"$work/err" </dev/null
    code=$?
    expect_code "$2"
    expect_text err "$3"
    expect_no_text err "MiB"
    end
}

# IDX files as gzip: 1.1 GB stated, of which 200 MB follow; and 784 bytes stated, with 200 MB.
python3 - "$sample" "$files" <<'PYTHON' || exit 1
import gzip, json, os, shutil, struct, sys
sample, files = sys.argv[1:]
for name, count in ("large", 1400000), ("small", 1):
    shutil.copytree(sample, files + "/" + name)
    with gzip.open("%s/%s/train-images-idx3-ubyte.gz" % (files, name), "wb", 1) as file:
        file.write(struct.pack(">IIII", 2051, count, 28, 28))
        for _ in range(200):
            file.write(bytes(1000000))
shutil.copytree(sample, files + "/sparse")
os.remove(files + "/sparse/train-images-idx3-ubyte.gz")
with open(files + "/sparse/train-images-idx3-ubyte", "wb") as file:
    file.write(struct.pack(">IIII", 2051, 1 << 31, 28, 28))
    file.truncate(3 << 30)
shutil.copytree(sample, files + "/labels")
with gzip.open(files + "/labels/train-labels-idx1-ubyte.gz", "wb", 1) as file:
    file.write(struct.pack(">II", 2049, 1 << 31 - 1))
    for _ in range(200):
        file.write(bytes(1000000))

def model(name, header, size=0):
    with open("%s/%s.safetensors" % (files, name), "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        if size:
            file.truncate(size)
model("sparse", b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 3 << 30)
model("values", b'{"a":[' + b"{}," * 3000000 + b"0]}")
model("deep", b'{"a":' + b"[" * 8000000)
model("header", b'{"a":"' + b"x" * 90000000 + b'"}')
model("claim", b'{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}')
for name, text in ("values", b'{"epochs":[' + b"{}," * 20000000 + b"{}]}"), ("long", b'{"x":"' + b"x" * 100000000):
    os.mkdir("%s/run-%s" % (files, name))
    with open("%s/run-%s/run.json" % (files, name), "wb") as file:
        file.write(text)
PYTHON

limited 200 3 "unpacks to more than 100 times its size" data --data "$files/large"
limited 50 3 "continues after the 784 bytes" data --data "$files/small"
limited 50 3 "states more than" data --data "$files/sparse"
limited 200 3 "unpacks to more than 100 times its size" data --data "$files/labels"
limited 200 3 "continues after" summary "$files/sparse.safetensors"
limited 120 3 "too many values" summary "$files/values.safetensors"
limited 120 3 "too many nested" summary "$files/deep.safetensors"
limited 200 3 "not a safetensors file" summary "$files/header.safetensors"
limited 50 3 "are not inside the file's 0 bytes" summary "$files/claim.safetensors"
limited 200 3 "too many values" report "$files/run-values" --no-images
limited 200 3 "more than 67108864 bytes" report "$files/run-long" --no-images

# Files without an end
for command in "summary" "summary --network" "train --recipe" "compare --fleet" "compare $model" "evaluate --data $sample"; do
    # shellcheck disable=SC2086
    limited 150 3 "/dev/zero: this is a file of zeros" $command /dev/zero
done
ln -s /dev/zero "$files/small/t10k-images-idx3-ubyte"
rm "$files/small/t10k-images-idx3-ubyte.gz"
limited 150 3 "this is a file of zeros" evaluate "$model" --data "$files/small" --device cpu
for text in '{"' 'x'; do
    begin "an endless text: $text"
    ran="summary --network"
    yes "$text" 2>/dev/null | timeout 60 python3 "$source/tests/support/peak.py" 150 "$weft" summary --network /dev/stdin >"$work/out" 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "more than 1048576 bytes"
    yes "$text" 2>/dev/null | timeout 60 python3 "$source/tests/support/peak.py" 300 "$weft" summary /dev/stdin >"$work/out" 2>"$work/err"
    code=$?
    expect_code 3
    expect_text err "/dev/stdin: this is a "
    end
done
begin "an endless file of random bytes"
ran="summary /dev/urandom"
timeout 60 python3 "$source/tests/support/peak.py" 300 "$weft" summary /dev/urandom >"$work/out" 2>"$work/err"
code=$?
expect_code 3
expect_no_text err "MiB"
end

finish
