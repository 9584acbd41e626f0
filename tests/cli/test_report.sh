#!/bin/bash
# test_report.sh: weft report: the content of the page, and clicks in a browser.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_report
train=(train --data "$sample" --device cpu --batch 20 --quiet)
"$weft" "${train[@]}" --epochs 3 --out "$work/files/one" >"$work/out" || exit 1
"$weft" "${train[@]}" --epochs 1 --seed 5 --out "$work/files/a \"b\" <i>ü&" >"$work/out" || exit 1
report=(report --device cpu --data "$sample")

# A self-contained page: a strict parser of tags accepts it, it has no URL except data:, and it is
# small.
expect_page() {
    python3 - "$1" "$2" <<'PYTHON' 2>"$work/python" || problem "page: $(tail -n 1 "$work/python")"
import html.parser, json, os, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
assert os.path.getsize(sys.argv[1]) < 3e6, "larger than 3 MB"
assert not re.search(r"""(src|href)=["']?http|url\((?!data:)|@import|<link""", text), "it asks for something from elsewhere"
class Check(html.parser.HTMLParser):
    void = {"meta", "br", "rect", "polyline", "circle", "image"}
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.words = [], [], []
    def handle_starttag(self, tag, attributes):
        self.ids += [v for k, v in attributes if k == "id"]
        if tag not in self.void:
            self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        pass
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        self.words.append(data)
page = Check()
page.feed(text)
assert not page.open and len(page.ids) == len(set(page.ids))
data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
words = " ".join(page.words)
assert eval("(" + sys.argv[2] + ")"), "false: " + sys.argv[2]
PYTHON
}

begin "a report of a run"
run "${report[@]}" "$work/files/one" --json
expect_code 0
expect_json 'e[0]["event"] == "report" and e[0]["out"].endswith("one/report.html") and e[0]["runs"] == 1 and e[0]["images"] > 60'
sha=$(sha256sum "$work/files/one/model.safetensors" | cut -d ' ' -f 1)
expect_page "$work/files/one/report.html" "'$sha' in words and 'Ankle boot' in words and '--epochs' in words and len(data['runs']) == 1"
expect_page "$work/files/one/report.html" 'text.count("<polyline") > 10 and "The 3 epochs as numbers" in words'
expect_page "$work/files/one/report.html" 'all(len({p[4] for p in data["runs"][0][s]}) == len(data["runs"][0][s]) > 30 for s in ("train", "test"))'
end

begin "each cell has exactly its images"
run evaluate "$work/files/one" --data "$sample" --device cpu --json
cp "$work/out" "$work/files/evaluation"
python3 - "$work/files/one/report.html" "$work/files/evaluation" "$sample" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import gzip, json, re, struct, sys, zlib, base64
text = open(sys.argv[1], encoding="utf-8").read()
data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
matrix = json.load(open(sys.argv[2]))["confusion"]
labels = gzip.open(sys.argv[3] + "/t10k-labels-idx1-ubyte.gz").read()[8:]
pixels = gzip.open(sys.argv[3] + "/t10k-images-idx3-ubyte.gz").read()[16:]
png = base64.b64decode(re.search(r"--sprite: url\(data:image/png;base64,([^)]*)\)", text).group(1))
width, height = struct.unpack(">II", png[16:24])
raw = zlib.decompress(png[41:41 + struct.unpack(">I", png[33:37])[0]])
rows, above = [], bytes(width)
for y in range(height):
    line = raw[y * (width + 1) + 1:(y + 1) * (width + 1)]
    above = bytes((a + b) & 255 for a, b in zip(above, line))
    rows.append(above)
counts = {}
for truth, predicted, index, probability, place in data["runs"][0]["test"]:
    assert labels[index] == truth and 0 < probability <= 1
    counts[truth, predicted] = counts.get((truth, predicted), 0) + 1
    x, y = place % data["columns"] * 28, place // data["columns"] * 28
    assert b"".join(rows[y + k][x:x + 28] for k in range(28)) == pixels[784 * index:784 * index + 784]
for (truth, predicted), count in counts.items():
    assert count == min(24, matrix[truth][predicted])
assert sum(map(sum, matrix)) == 100 and len(counts) == sum(c > 0 for row in matrix for c in row)
PYTHON
end

begin "several runs, with difficult names"
run "${report[@]}" "$work/files/one" "$work/files/a \"b\" <i>ü&" --out both.html
expect_code 0
expect_text out "report: both.html"
expect_page both.html 'len(data["runs"]) == 2 and "2 trainings side by side" in words and "a \"b\" <i>ü&" in words'
expect_page both.html 'text.count("class=\"differs\"") >= 5 and "<i>ü" not in text'
end

begin "without images"
run "${report[@]}" "$work/files/one" --no-images --out plain.html
expect_code 0
expect_page plain.html 'data["runs"][0]["test"] == [] and "--sprite: url" not in text'
end

# What the user named is not replaced by a report without images.
cp -r "$work/files/one" kept
for words in "3 --device cpu --data nowhere" "4 --device 99 --data $sample" "4 --device nothing --data $sample"; do
    read -r expected words <<<"$words"
    begin "a report with $words"
    # shellcheck disable=SC2086
    OCL_ICD_VENDORS=/nowhere run report kept $words --json
    expect_code "$expected"
    expect_json 'len(e) == 1 and e[0]["event"] == "error" and e[0]["code"] == '"$expected"
    end
done
begin "WEFT_DEVICE and WEFT_DATA that are not there, and several runs"
OCL_ICD_VENDORS=/nowhere WEFT_DEVICE=gpu run report kept --data "$sample"
expect_code 4
WEFT_DATA=nowhere run report kept --device cpu
expect_code 3
run report kept "$work/files/one" --device cpu --data nowhere --out new.html
expect_code 3
expect_same kept/report.html "$work/files/one/report.html"
[ ! -e new.html ] || problem "a report without the images"
end
rm -rf kept

# A run folder may come from another user: what its run.json names is not opened. Here that would
# wait for a pipe.
begin "the data of a foreign run"
cp -r "$work/files/one" foreign
mkdir trap
mkfifo trap/train-images-idx3-ubyte trap/classes.txt
sed -i 's|"data": "[^"]*"|"data": "trap"|' foreign/run.json
grep -q '"data": "trap"' foreign/run.json || problem "run.json names no data"
run report foreign --device cpu
expect_code 0
expect_text err "weft: warning: foreign: no images of its cells: "
expect_text err "its run.json names the data in trap"
run report foreign --device cpu --json
expect_json '[x["code"] for x in e if x["event"] == "warning"][-1:] == ["no-images"] and e[-1]["images"] == 0'
WEFT_DATA=$sample run report foreign --device cpu
expect_code 0
expect_no_text err "no images"
end

# Of more than 40 classes there is a list of the 100 most frequent confusions, and no matrix.
python3 "$source/tests/support/make_runs.py" "$work/files/one" "$work/files" || exit 1
for kind in 2-1 10-2 100-200 1000-5; do
    begin "runs of classes-epochs $kind, with difficult names"
    run report "$work/files/kind-$kind" --device cpu --no-images
    expect_code 0
    page=$work/files/kind-$kind/report.html
    expect_page "$page" "text.count('<tr><td>') == ${kind#*-} and text.count('<svg') == 2"
    expect_page "$page" "len(data['runs'][0]['classes']) == ${kind%-*} and '<b>name' not in text"
    if [ "${kind%-*}" -le 40 ]; then
        expect_page "$page" "[len(re.findall('<td(?! class=.total)', m)) for m in re.findall('<table class=.cells matrix.*?</table>', text, re.S)] == 2 * [${kind%-*} ** 2]"
    else
        expect_page "$page" "'class=\"cells matrix' not in text and 'The most frequent confusions of ${kind%-*} classes' in words"
        python3 - "$page" "$work/files/kind-$kind/run.json" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import json, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
run = json.load(open(sys.argv[2]))
for split in "test", "train":
    table = re.search(f'id="matrix-r0-{split}".*?</table>', text, re.S).group(0)
    rows = [tuple(map(int, r)) for r in re.findall(r'data-cell="(\d+)-(\d+)"><td>(\d+)<', table)]
    cells = [(t, p, n) for t, row in enumerate(run[split]["confusion"]) for p, n in enumerate(row) if t != p and n > 0]
    assert rows == sorted(cells, key=lambda c: (-c[2], c))[:100], split
PYTHON
    fi
    [ "$(stat -c %s "$page")" -lt 1000000 ] || problem "the page is large"
    [ $kind = 2-1 ] || expect_page "$page" "'O\'Neill\'s </script><script>alert(1)</script>' in words and 'alert(1)</script>' not in text"
    end
done

begin "several runs with different classes"
run "${report[@]}" "$work/files/one" "$work/files/kind-100-200" "$work/files/kind-2-1" --out three.html
expect_code 0
expect_page three.html "len(data['runs']) == 3 and len(data['runs'][0]['test']) > 30"
end

begin "only the curves"
run report "$work/files/kind-10-2" --curves curves.svg --theme dark
expect_code 0
expect_text out "curves: curves.svg"
grep -q '>held-out images, after an epoch</text>' curves.svg || problem "no held-out images"
grep -q '#0d1117' curves.svg || problem "not dark"
run report "$work/files/one" --curves curves.svg --json
expect_json 'e[0] == {"event": "curves", "out": "curves.svg", "epochs": 3}'
end
rm -rf "$work/here/"*
refuses 2 "--curves: it draws one run" report "$work/files/one" "$work/files/one" --curves x.svg
refuses 2 "--curves: it replaces the report: no --out" report "$work/files/one" --curves x.svg --out y.html
refuses 2 "--curves: x.gif" report "$work/files/one" --curves x.gif
rm -rf "$work/here/"*

# Damaged runs are refused
refuses 2 "RUN... is missing" "${report[@]}"
refuses 3 "cannot read nowhere: No such file or directory" "${report[@]}" nowhere
python3 - "$work/files" <<'PYTHON'
import json, os, sys
text = open(sys.argv[1] + "/one/run.json").read()
def change(edit):
    run = json.loads(text)
    edit(run)
    return json.dumps(run)
wrong = [text[: len(text) // 2], "", "[]", "{}", "null", text + "x",
         change(lambda r: r.pop("test")), change(lambda r: r["test"]["confusion"].pop()),
         change(lambda r: r["test"]["confusion"][0].append(1)), change(lambda r: r["test"]["confusion"][0].__setitem__(0, -1)),
         change(lambda r: r["test"]["confusion"][0].__setitem__(0, 77)), change(lambda r: r["test"].update(images=1e300)),
         change(lambda r: r["train"].update(classes=["a"])), change(lambda r: r["train"]["classes"].__setitem__(3, 5)),
         change(lambda r: r["epochs"][0].pop("accuracy")), change(lambda r: r["epochs"][0].update(epoch=7)),
         change(lambda r: r.update(epochs="x")), change(lambda r: r["test"].update(confusion=3))]
for i, content in enumerate(wrong):
    os.mkdir("%s/wrong-%d" % (sys.argv[1], i))
    open("%s/wrong-%d/run.json" % (sys.argv[1], i), "w").write(content)
PYTHON
for wrong in "$work"/files/wrong-*; do
    refuses 3 "run.json" "${report[@]}" "$wrong"
done

driver=$(command -v chromedriver)
if [ -z "$driver" ] || ! { command -v chromium || command -v google-chrome; } >/dev/null; then
    printf 'SKIP a report in the browser: chromium and chromedriver are not there\n'
    [ -z "${WEFT_SKIPS:-}" ] || printf 'a report in the browser: chromium and chromedriver are not there\n' >>"$WEFT_SKIPS"
else
    begin "a report in the browser"
    ran="report in $driver"
    HOME=$work python3 "$source/tests/support/browser.py" "$driver" "$work/files/one/report.html" \
        "$work"/files/kind-{2-1,10-2,100-200}/report.html >"$work/python" 2>&1 ||
        problem "browser: $(tail -n 1 "$work/python")"
    end
fi

finish
