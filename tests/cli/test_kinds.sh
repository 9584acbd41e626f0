#!/bin/bash
# test_kinds.sh: every reader names a file of another kind, and says what it expects; and it tells a
# folder, a missing file and missing permissions apart.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_kinds
model=$source/data/trained.safetensors
files=$work/files
python3 "$source/tests/support/wrong_files.py" kinds "$model" "$files" >"$files/list" || exit 1
"$weft" train --data "$sample" --device cpu --batch 20 --epochs 1 --quiet --out "$files/run" >"$work/out" || exit 1
cp -r "$sample" "$files/data"
cp -r "$sample" "$files/packed"
cp -r "$source/cl" "$files/kernels"
rm "$files/data/train-images-idx3-ubyte.gz" "$files/kernels/conv2d.cl"
resume=(train --data "$sample" --device cpu --epochs 2 --resume)
opencl=
"$weft" devices 2>/dev/null | grep -q "Portable Computing" && opencl=yes

# refuses_kind EXPECTED FILE ARGUMENTS...: weft with the ARGUMENTS, which read FILE, a copy of the
# file "$files/kind-$kind", ends with 3 and names its kind, unless the kind is the expected one.
refuses_kind() {
    local expected=$1 file=$2
    shift 2
    run "$@"
    [ "$words" != "$expected" ] || return
    expect_code 3
    expect_text err "$file: this is $words, but $expected was expected"
}

while IFS=$'\t' read -r kind words; do
    path=$files/kind-$kind
    begin "a file of another kind: $kind"
    case $words in "a text file" | "a JSON file") text=yes ;; *) text= ;; esac

    cp "$path" "$files/data/train-images-idx3-ubyte"
    if [ "$kind" != gzip ]; then # which is unpacked
        refuses_kind "an IDX file" train-images-idx3-ubyte data --data "$files/data"
    fi
    gzip -cn "$path" >"$files/packed/train-images-idx3-ubyte.gz"
    if [ "$kind" != idx ]; then
        run data --data "$files/packed"
        expect_code 3
        expect_text err "this is $words in a gzip file, but an IDX file was expected"
    fi
    refuses_kind "a safetensors file" "kind-$kind" summary "$path"
    refuses_kind "a safetensors file" "kind-$kind" compare "$model" "$path"
    if [ -z "$text" ]; then
        refuses_kind "a JSON file" "kind-$kind" summary --network "$path"
        refuses_kind "a JSON file" "kind-$kind" train --recipe "$path"
        refuses_kind "a JSON file" "kind-$kind" compare --fleet "$path"
        cp -r "$files/run" "$files/other"
        cp "$path" "$files/other/run.json"
        refuses_kind "a JSON file" run.json report "$files/other" --no-images
        rm "$files/other/run.json" # with hashes of the other files
        cp "$path" "$files/other/steps.csv"
        refuses_kind "a CSV file" steps.csv "${resume[@]}" "$files/other"
        cp "$path" "$files/other/checkpoint.safetensors"
        refuses_kind "a safetensors file" checkpoint.safetensors "${resume[@]}" "$files/other"
        rm -r "$files/other"
        if [ -n "$opencl" ]; then
            cp "$path" "$files/kernels/conv2d.cl"
            run evaluate "$model" --data "$sample" --device "Portable Computing" --kernels "$files/kernels"
            expect_code 3
            expect_text err "conv2d.cl: this is $words, but OpenCL C source was expected"
        fi
    fi
    run predict "$model" "$path" --device cpu
    if ! grep -q "without libpng" "$work/err"; then
        refuses_kind "a PNG picture" "kind-$kind" predict "$model" "$path" --device cpu
    fi
    end
done <"$files/list"

begin "hints"
run summary "$files/kind-torch"
expect_text err "safetensors.torch.save_file"
run summary "$files/kind-lfs"
expect_text err "git lfs pull"
run data --data "$files/packed"
run summary --network "$files/kind-utf16"
expect_text err "iconv -f UTF-16"
run summary --network "$files/kind-utf32"
expect_text err "iconv -f UTF-32"
end

begin "a file in the place of a folder of images"
cp "$files/kind-gzip" "$files/cifar-10-binary.tar.gz"
run data --data "$files/cifar-10-binary.tar.gz"
expect_code 3
expect_text err "cifar-10-binary.tar.gz: this is a gzip file, but a folder of images was expected"
expect_text err "unpack it first: tar -xf $files/cifar-10-binary.tar.gz"
run data --data "$model"
expect_code 3
expect_text err "trained.safetensors: this is a safetensors file, but a folder of images was expected"
run data --data /dev/null
expect_code 3
expect_text err "cannot read /dev/null: Not a directory"
end

begin "a checkpoint in the place of a model"
for command in summary "evaluate --data $sample --device cpu" "train --data $sample --device cpu --out no --init"; do
    # shellcheck disable=SC2086 # words
    run $command "$files/run/checkpoint.safetensors"
    expect_code 3
    expect_text err "checkpoint.safetensors: this is a checkpoint of weft, but a model was expected"
    expect_text err "model.safetensors beside it; weft train --resume continues from a checkpoint"
done
end

# What only a byte order mark precedes is read.
begin "a byte order mark"
linear_list 28 10 "$files/list.json"
{
    printf '\xef\xbb\xbf'
    cat "$files/list.json"
} >"$files/bom.json"
run summary --network "$files/bom.json"
expect_code 0
{
    printf '\xef\xbb\xbf'
    echo '{"epochs": 1}'
} >"$files/bom.json"
run train --recipe "$files/bom.json" --data "$sample" --device cpu --steps 1 --out "$files/bom"
expect_code 0
for name in run.json steps.csv; do
    cp "$files/run/$name" "$files/$name"
    { printf '\xef\xbb\xbf'; cat "$files/$name"; } >"$files/run/$name"
done
run report "$files/run" --no-images
expect_code 0
end

# reads REASON PATH ARGUMENTS...: weft fails with 3, the PATH and the REASON.
reads() {
    local reason=$1 path=$2
    shift 2
    run "$@"
    expect_code 3
    expect_text err "$path: $reason"
    expect_no_text err "start again"
}

# not_readable REASON FOLDER: ends with REASON for each reader of a run folder, of data and of files
# in FOLDER.
not_readable() {
    reads "$1" "$2/run/model.safetensors" summary "$2/run"
    reads "$1" "$2/begun/checkpoint.safetensors" train --resume "$2/begun"
    reads "$1" "$2/run/run.json" report "$2/run"
    reads "$1" "$2/x.json" summary --network "$2/x.json"
    reads "$1" "$2/x.json" train --recipe "$2/x.json"
    reads "$1" "$2/x.json" compare --fleet "$2/x.json"
}

begin "folders in the place of files"
mkdir -p "$files/folders/run/model.safetensors" "$files/folders/run/run.json" \
    "$files/folders/begun/checkpoint.safetensors" "$files/folders/data/train-images-idx3-ubyte" "$files/folders/x.json"
not_readable "Is a directory" "$files/folders"
run data --data "$files/folders/data"
expect_code 3
expect_text err "train-images-idx3-ubyte.gz: the first is a folder"
end

begin "links in a loop"
mkdir -p "$files/loops/run" "$files/loops/begun" "$files/loops/data"
for name in run/model.safetensors run/run.json begun/checkpoint.safetensors data/train-images-idx3-ubyte x.json; do
    ln -s "$(basename "$name")" "$files/loops/$name"
done
not_readable "Too many levels of symbolic links" "$files/loops"
reads "Too many levels of symbolic links" "$files/loops/data/train-images-idx3-ubyte" data --data "$files/loops/data"
mkdir "$files/loops/named"
cp "$sample"/* "$files/loops/named"
ln -s classes.txt "$files/loops/named/classes.txt"
reads "Too many levels of symbolic links" "$files/loops/named/classes.txt" data --data "$files/loops/named"
for format in cifar10:batches.meta.txt cifar10:test_batch.bin cifar100:train.bin; do
    folder=$files/loops/${format/:/-} file=${format#*:}
    python3 "$source/tests/support/data_folders.py" "${format%:*}" "$folder" train=10 test=10
    ln -sf "$file" "$folder/$file"
    reads "Too many levels of symbolic links" "$folder/$file" data --data "$folder"
done
end

begin "absent files"
mkdir "$files/none"
reads "No such file or directory" "$files/none/model.safetensors" summary "$files/none"
reads "No such file or directory" "$files/none/x.json" summary --network "$files/none/x.json"
reads "No such file or directory" "$files/none/x.json" train --recipe "$files/none/x.json"
reads "Not a directory" "$files/list/x.json" summary --network "$files/list/x.json"
run train --resume "$files/none"
expect_code 3
expect_text err "no epoch was finished"
run report "$files/none"
expect_code 3
expect_text err "it has no run.json"
reads "No such file or directory" "$files/none/nowhere" report "$files/none/nowhere"
run data --data "$files/none/data"
expect_code 3
expect_text err "no such folder"
run data --data "$files/list"
expect_code 3
expect_text err "this is a text file, but a folder of images was expected"
end

pictures=yes
if "$weft" predict "$model" "$files/kind-png" --device cpu 2>&1 | grep -q "without libpng"; then
    pictures=""
fi
classes() { python3 "$source/tests/support/data_folders.py" png "$1" train=6 test=3; }

# A link in the place of a file that may be missing.
begin "links that lead nowhere"
mkdir -p "$files/dangling/run"
ln -s nowhere "$files/dangling/run/run.json"
reads "No such file or directory" "$files/dangling/run/run.json" report "$files/dangling/run"
cp -r "$sample" "$files/dangling/named"
ln -s nowhere "$files/dangling/named/classes.txt"
reads "No such file or directory" "$files/dangling/named/classes.txt" data --data "$files/dangling/named"
python3 "$source/tests/support/data_folders.py" cifar10 "$files/dangling/cifar10" train=10 test=10
ln -sf nowhere "$files/dangling/cifar10/batches.meta.txt"
reads "No such file or directory" "$files/dangling/cifar10/batches.meta.txt" data --data "$files/dangling/cifar10"
classes "$files/dangling/png"
mv "$files/dangling/png/train/class 001" "$files/dangling/001"
ln -s nowhere "$files/dangling/png/train/class 001"
reads "No such file or directory" "$files/dangling/png/train/class 001" data --data "$files/dangling/png"
rm "$files/dangling/png/train/class 001"
mv "$files/dangling/001" "$files/dangling/png/train/class 001"
mv "$files/dangling/png/train" "$files/dangling/train"
ln -s nowhere "$files/dangling/png/train"
reads "No such file or directory" "$files/dangling/png/train" data --data "$files/dangling/png"
rm "$files/dangling/png/train"
mv "$files/dangling/train" "$files/dangling/png/train"
if [ -n "$pictures" ]; then
    touch "$files/dangling/png/train/README"
    run data --data "$files/dangling/png"
    expect_code 0
    rm -r "$files/dangling/png/test/class 001"
    ln -s nowhere "$files/dangling/png/test/class 001"
    reads "No such file or directory" "$files/dangling/png/test/class 001" data --data "$files/dangling/png"
    rm -r "$files/dangling/png/test"
    ln -s nowhere "$files/dangling/png/test"
    reads "No such file or directory" "$files/dangling/png/test" data --data "$files/dangling/png"
    ln -sfn test "$files/dangling/png/test"
    reads "Too many levels of symbolic links" "$files/dangling/png/test" data --data "$files/dangling/png"
    rm "$files/dangling/png/test"
    touch "$files/dangling/png/test"
    reads "Not a directory" "$files/dangling/png/test" data --data "$files/dangling/png"
fi
cp -r "$sample" "$files/dangling/beside"
touch "$files/dangling/beside/train" "$files/dangling/beside/test" "$files/dangling/beside/raw"
run data --data "$files/dangling/beside"
expect_code 0
end

# Root may read everything, so the program runs as another user.
begin "no permission"
other=()
[ "$(id -u)" != 0 ] || other=(setpriv --reuid 65534 --clear-groups)
mkdir -p "$work/closed/run" "$work/closed/data"
chmod 755 "$work"
if [ -n "${other[*]}" ] && ! "${other[@]}" "$weft" --version >"$work/out" 2>&1; then
    skip "$name" "another user cannot run $weft"
else
    cp "$files/run/"{model,checkpoint}.safetensors "$files/run/run.json" "$work/closed/run"
    cp "$sample"/* "$work/closed/data"
    echo '{}' >"$work/closed/x.json"
    touch "$work/out" "$work/err"
    weft_as=$weft
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "${other[*]}" "$weft_as" >"$work/as"
    chmod 755 "$work/as"
    weft=$work/as
    chmod 000 "$work/closed/run" "$work/closed/data" "$work/closed/x.json"
    reads "Permission denied" "$work/closed/run/model.safetensors" summary "$work/closed/run"
    expect_text err "the folder $work/closed/run may not be entered"
    reads "Permission denied" "$work/closed/run/run.json" report "$work/closed/run"
    reads "Permission denied" "$work/closed/data/train-images-idx3-ubyte" data --data "$work/closed/data"
    reads "Permission denied" "$work/closed/x.json" summary --network "$work/closed/x.json"
    run train --resume "$work/closed/run"
    expect_code 3
    expect_text err "Permission denied"
    expect_no_text err "start again"
    mkdir -p "$work/closed/root/MNIST/raw"
    cp "$sample"/* "$work/closed/root/MNIST/raw"
    chmod 000 "$work/closed/root/MNIST"
    reads "Permission denied" "$work/closed/root/MNIST/raw/train-images-idx3-ubyte" data --data "$work/closed/root"
    expect_text err "the folder $work/closed/root/MNIST may not be entered"
    chmod 755 "$work/closed/root/MNIST"
    classes "$work/closed/png"
    for mode in 000:png/train "444:png/train/class 000"; do
        chmod "${mode%:*}" "$work/closed/png/train"
        reads "Permission denied" "$work/closed/${mode#*:}" data --data "$work/closed/png"
        chmod 755 "$work/closed/png/train"
    done
    if [ -n "$pictures" ]; then
        chmod 000 "$work/closed/png/test"
        reads "Permission denied" "$work/closed/png/test" data --data "$work/closed/png"
        chmod 444 "$work/closed/png/test"
        reads "Permission denied" "$work/closed/png/test/class 000" data --data "$work/closed/png"
        chmod 755 "$work/closed/png/test"
        chmod 000 "$work/closed/png/test/class 001"
        reads "Permission denied" "$work/closed/png/test/class 001" data --data "$work/closed/png"
    fi
    chmod 700 "$work/closed"
    chmod -R 755 "$work/closed"
    chmod 000 "$work/closed/run/"*.safetensors
    reads "Permission denied" "$work/closed/run/model.safetensors" summary "$work/closed/run"
    weft=$weft_as
    end
fi

finish
