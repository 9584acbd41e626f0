#!/bin/bash
# test_figures.sh: tools/figures makes the pictures of README.md and doc, and these pages show every
# picture that exists.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_figures

begin "the pages show every picture of doc/figures"
ran="README.md doc/*.md"
: >"$work/out"
: >"$work/err"
ls "$source/doc/figures" >"$work/files/existing"
cat "$source/README.md" "$source"/doc/*.md | grep -oE 'figures/[a-z-]+\.(png|svg)' | sed 's|.*/||' | sort -u >"$work/files/shown"
expect_same "$work/files/existing" "$work/files/shown"
large=$(find "$source/doc/figures" -type f -size +150k)
[ -z "$large" ] || problem "larger than 150 KB: $large"
end

begin "tools/figures: wrong usage"
for wrong in --nothing "--out" "other"; do
    # shellcheck disable=SC2086
    "$source/tools/figures" $wrong >"$work/out" 2>"$work/err"
    code=$?
    expect_code 2
done
"$source/tools/figures" --weft nowhere --out "$work/files/no" samples >"$work/out" 2>"$work/err"
code=$?
expect_code 1
expect_text err "nowhere: not found"
end

if "$weft" samples --data "$sample" --count 1 --out "$work/files/x.png" 2>&1 | grep -q "built without cairo"; then
    skip "tools/figures" "built without cairo"
    finish
fi

begin "tools/figures makes the pictures"
ran="tools/figures"
pictures=(samples confusion)
if need_terminal; then
    pictures+=(terminal)
fi
WEFT_DATA=$sample WEFT_DEVICE=cpu "$source/tools/figures" --weft "$weft" --out "$work/files/made" "${pictures[@]}" \
    >"$work/out" 2>"$work/err"
code=$?
expect_code 0
python3 - "$work/files/made" <<'PYTHON' 2>"$work/python" || problem "$(tail -n 1 "$work/python")"
import os, sys
import xml.etree.ElementTree as tree
made = sorted(os.listdir(sys.argv[1]))
assert made == ["confusion-test-dark.png", "confusion-test.png", "samples-dark.png", "samples.png", "terminal-evaluate.svg",
                "terminal-samples.svg"], made
for name in made[:4]:
    assert open(sys.argv[1] + "/" + name, "rb").read(8) == b"\x89PNG\r\n\x1a\n"
words = {}
for name in made[4:]:
    root = tree.parse(sys.argv[1] + "/" + name).getroot()
    words[name] = " ".join(e.text.replace("\xa0", " ") for e in root.iter("{http://www.w3.org/2000/svg}text"))
    colours = {e.get("fill") for e in root.iter("{http://www.w3.org/2000/svg}path")}
    assert len(colours) > 5, "no colours: %s" % colours
assert "$ weft evaluate data/trained.safetensors" in words[made[4]] and "accuracy: 0.9000 (90 of 100)" in words[made[4]], words
assert "Ankle boot" in words[made[5]], words
PYTHON
end

finish
