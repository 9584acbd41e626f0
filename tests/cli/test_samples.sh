#!/bin/bash
# test_samples.sh: weft samples, as text, as figures and on terminals.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_samples
samples=(samples --data "$sample")

# terminal COLUMNS COLORTERM ARGUMENTS...: runs weft on a terminal, with its output in $work/out.
terminal() {
    COLUMNS=$1 COLORTERM=$2 TERM=${terminal_kind:-xterm-256color} on_terminal "${@:3}"
}

# expect_width COLUMNS: without escape sequences, no line is wider than COLUMNS characters.
expect_width() {
    python3 - "$work/out" "$1" <<'PYTHON' || problem "a line is wider than $1"
import re, sys
text = re.sub(r"\x1b\[[0-9;]*m", "", open(sys.argv[1], encoding="utf-8").read())
sys.exit(max(map(len, text.splitlines())) > int(sys.argv[2]))
PYTHON
}

begin "samples as text"
run "${samples[@]}" --count 3
expect_code 0
expect_empty err
expect_width 80
[ "$(wc -l <"$work/out")" -eq 11 ] || problem "not 9 lines of shades, one of names, one empty"
expect_no_text out $'\033'
end

begin "the seed decides the images"
run "${samples[@]}" --count 5 --seed 7 --json
expect_json 'len(e) == 5 and all(x["event"] == "sample" and x["image"].startswith("train:") for x in e)'
cp "$work/out" "$work/files/seven"
run "${samples[@]}" --count 5 --seed 7 --json
expect_same "$work/out" "$work/files/seven"
run "${samples[@]}" --count 5 --seed 8 --json
! cmp -s "$work/out" "$work/files/seven" || problem "seed 8 gives the images of seed 7"
run "${samples[@]}" --count 5 --json
expect_json '[x["image"] for x in e] == ["train:%d" % i for i in range(5)]'
end

for class in 9 "Ankle boot" ankleboot; do
    begin "samples of class $class"
    run "${samples[@]}" --split test --class "$class" --count 1000 --json
    expect_code 0
    expect_json 'len(e) == 6 and all((x["class"], x["index"]) == ("Ankle boot", 9) for x in e)'
    end
done

begin "a figure of samples"
run "${samples[@]}" --count 21 --out grid.svg
expect_code 0
expect_text out "train:20 "
[ "$(grep -c '<image ' grid.svg)" -eq 21 ] || problem "not 21 images"
[ "$(grep -c '</text>' grid.svg)" -eq 21 ] || problem "not 21 names"
python3 - grid.svg "$sample" <<'PYTHON' 2>"$work/python" || problem "figure: $(tail -n 1 "$work/python")"
import base64, gzip, re, struct, sys, xml.dom.minidom, zlib
svg = open(sys.argv[1]).read()
xml.dom.minidom.parseString(svg)
png = base64.b64decode(re.findall("base64,([^\"]*)", svg)[20])
size = struct.unpack(">II", png[16:24])
assert size == (28, 28), size
raw = zlib.decompress(png[41 : 41 + struct.unpack(">I", png[33:37])[0]])
rows, above = [], [0] * 28
for y in range(28):
    assert raw[29 * y] == 2
    above = [(above[x] + raw[29 * y + 1 + x]) & 255 for x in range(28)]
    rows += above
pixels = gzip.open(sys.argv[2] + "/train-images-idx3-ubyte.gz").read()[16:]
assert bytes(rows) == pixels[20 * 784 : 21 * 784]
PYTHON
end
rm -f grid.svg

for columns in 40 200; do
    begin "samples on a terminal of $columns columns"
    LC_ALL=C.UTF-8 terminal "$columns" truecolor "${samples[@]}" --count 4
    expect_code 0
    expect_width "$columns"
    expect_text out $'\033[38;2;'
    expect_text out "▀"
    LC_ALL=C.UTF-8 terminal "$columns" "" "${samples[@]}" --count 4
    expect_text out $'\033[38;5;2'
    LC_ALL=C terminal "$columns" truecolor "${samples[@]}" --count 4
    expect_no_text out "▀"
    NO_COLOR=1 LC_ALL=C.UTF-8 terminal "$columns" truecolor "${samples[@]}" --count 4
    expect_no_text out $'\033'
    expect_width "$columns"
    terminal_kind=dumb LC_ALL=C.UTF-8 terminal "$columns" truecolor "${samples[@]}" --count 4
    expect_no_text out $'\033'
    end
done

begin "names that do not fit into the hint"
cp -r "$sample" "$work/files/long"
python3 -c 'print("\n".join("ä" * 40 + str(i) for i in range(10)))' >"$work/files/long/classes.txt"
run samples --data "$work/files/long" --class Hat
expect_code 2
expect_text err "ä0, "
expect_text err "ä2, ..."
expect_no_text err "ä3"
end

refuses 2 "--class Hat: there is no such class" "${samples[@]}" --class Hat
refuses 2 "--out: grid.bmp: not a name" "${samples[@]}" --out grid.bmp
refuses 2 "--seed x: not an integer" "${samples[@]}" --seed x
refuses 2 "--count 0: not an integer" "${samples[@]}" --count 0
refuses 3 "nowhere" samples --data nowhere
refuses 3 "nowhere/grid.svg" "${samples[@]}" --out nowhere/grid.svg

finish
