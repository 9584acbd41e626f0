#!/bin/bash
# test_classes.sh: all commands that speak of classes, with 2 and with 1,000 of them, long names, and
# names in other scripts and with signs that formats use.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_classes
cat >"$work/files/names.py" <<'PYTHON'
hard = ["=SUM(A1)", "-x", "a \"b\", c", "<b>&amp;</b>", "日本語", "देवनागरी", "حذاء", "😀👩‍👩‍👧", "W" * 200, "long " * 39 + "1", "long " * 39 + "2",
        "7", "ö1", "o", "O'Neill </script>"]
def names(count):
    return [n for n in hard[:count]] + [f"class {i}" for i in range(len(hard), count)]
PYTHON

# make CLASSES IMAGES STEPS: a data folder, and a run of it that predicts little correctly.
make() {
    python3 -c "
import sys
sys.path.insert(0, '$work/files')
import names
print('\n'.join(names.names($1)))" >"$work/files/names-$1" || exit 1
    python3 "$source/tests/support/data_folders.py" idx "$work/files/data-$1" "classes=$1" "train=$2" "test=$2" height=4 \
        width=4 type=11 "names=$work/files/names-$1" || exit 1
    linear_list 4 "$1" "$work/files/list-$1"
    run train --data "$work/files/data-$1" --network "$work/files/list-$1" --steps "$3" --batch 100 --lr 0.001 \
        --device cpu --out "$work/files/run-$1"
}

# expect_matrix FILE CLASSES: the CSV file has the names, and the counts of the last evaluation.
expect_matrix() {
    python3 - "$1" "$work/out" "$work/files/names-$2" <<'PYTHON' 2>"$work/python" || problem "CSV: $(tail -n 1 "$work/python")"
import csv, json, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", newline="")))
event = [e for e in map(json.loads, open(sys.argv[2])) if e["event"] == "evaluation"][-1]
names = open(sys.argv[3], encoding="utf-8").read().split("\n")[:-1]
assert event["classes"] == names == rows[0][1:] == [row[0] for row in rows[1:]], "names"
assert [[int(n) for n in row[1:]] for row in rows[1:]] == event["confusion"], "counts"
text = open(sys.argv[1], encoding="utf-8").read()
assert '"=SUM(A1)"' in text and '"-x"' in text
PYTHON
}

make 2 20 1
begin "2 classes"
expect_code 0
expect_text out "test: confusion matrix (rows: true classes"
run evaluate "$work/files/run-2" --data "$work/files/data-2" --device cpu --csv two.csv --figure two.svg --json
expect_code 0
expect_matrix two.csv 2
grep -q '>=SUM(A1)</text>' two.svg || problem "no name in the figure"
run predict "$work/files/run-2" --data "$work/files/data-2" --index 0,19 --top 10 --device cpu
expect_text out "(it is: -x)"
run report "$work/files/run-2" --data "$work/files/data-2" --device cpu --out two.html
expect_code 0
grep -q '<table class="cells matrix"' two.html || problem "no matrix in the report"
end

make 1000 3000 30
begin "1,000 classes"
expect_code 0
expect_text out "test: the most frequent confusions of 1000 classes"
[ "$(grep -c '^  *[0-9]* *[0-9]* .* [0-9]* ' "$work/out")" -ge 20 ] || problem "no list"
[ "$(python3 -c "import sys; print(max(len(l) for l in open('$work/out', encoding='utf-8') if not l.startswith('model:')))")" -lt 115 ] || problem "long lines"
run evaluate "$work/files/run-1000" --data "$work/files/data-1000" --device cpu --csv many.csv --figure many.svg --json
expect_code 0
expect_matrix many.csv 1000
grep -q '>950</text>' many.svg || problem "no numbers of classes in the figure"
run predict "$work/files/run-1000" --data "$work/files/data-1000" --index 0,12,15,18,21 --device cpu --out seen.svg --json
expect_json '[x["label"] for x in e if x["event"] == "prediction"] == ["=SUM(A1)", "日本語", "देवनागरी", "حذاء", "😀👩‍👩‍👧"]'
run report "$work/files/run-1000" --data "$work/files/data-1000" --device cpu --out many.html --json
expect_json 'e[-1]["images"] > 100'
[ "$(stat -c %s many.html)" -lt 3000000 ] || problem "the report is larger than 3 MB"
python3 - many.html <<'PYTHON' 2>"$work/python" || problem "report: $(tail -n 1 "$work/python")"
import json, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))["runs"][0]
listed = {tuple(map(int, c)) for c in re.findall(r'data-cell="(\d+)-(\d+)"', text.split("<h3>Curves")[0])}
assert len(listed) == 100 and {(p[0], p[1]) for p in data["test"]} == listed
PYTHON
run compare "$work/files/run-1000" "$work/files/run-1000"
expect_code 0
end

begin "--class: a name before a number, and a number before a similar name"
for pair in "7:7" "12:ö1" "1:-x" "ö1:ö1" "class-20:class 20" "O:o"; do
    run samples --data "$work/files/data-1000" --class "${pair%%:*}" --count 1 --json
    expect_json "e[0]['class'] == '${pair#*:}'"
done
run samples --data "$work/files/data-1000" --class "$(printf 'long %.0s' {1..39})2" --count 1 --json
expect_json 'e[0]["index"] == 10'
run samples --data "$work/files/data-1000" --class "$(printf 'long %.0s' {1..39})"
expect_code 2
end

begin "other data than the model's, by the number of classes"
run evaluate "$work/files/run-2" --data "$work/files/data-1000" --device cpu
expect_code 3
expect_text err "the last layer gives 2, but 1000 classes need"
end
finish
