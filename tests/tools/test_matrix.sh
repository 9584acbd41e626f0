#!/bin/bash
# test_matrix.sh: tools/matrix/run finds differences, and prints the table of its runs.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_matrix

# matrix ARGUMENTS...: runs tools/matrix/run: its exit code is in $code, its output in $work/out and
# $work/err.
matrix() {
    ran="tools/matrix/run $*"
    "$source/tools/matrix/run" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# wrong NAME COMMANDS: makes a program NAME that runs weft and then COMMANDS in the run folder.
wrong() {
    cat >"$work/files/$1" <<SCRIPT
#!/bin/bash
"$weft" "\$@" || exit
for out; do :; done
cd "\$out" 2>/dev/null || exit 0
$2
SCRIPT
    chmod +x "$work/files/$1"
}

begin "equal"
matrix --only --weft "$weft"
expect_code 0
expect_text out "518d01e8260e46ae"
expect_text out "matrix: 1 passed, 0 failed, 0 skipped"
expect_empty err
end

begin "a bit of the model differs"
wrong model 'printf x | dd of=model.safetensors bs=1 seek=99999 conv=notrunc status=none'
matrix --only --weft "$work/files/model"
expect_code 1
expect_text out " DIFFERS"
expect_text out "matrix: 0 passed, 1 failed, 0 skipped"
end

begin "a confusion matrix differs"
wrong confusion 'sed -i "2s/[0-9]*$/99/" confusion-test.csv'
matrix --only --weft "$work/files/confusion"
expect_code 1
expect_text out "518d01e8260e46ae DIFFERS in confusion matrices"
end

begin "a failing training"
wrong nothing 'echo "no such luck" >&2; exit 1'
matrix --only --weft "$work/files/nothing"
expect_code 1
expect_text out "FAILED: "
end

begin "no such device"
matrix --device nonesuch --weft "$weft"
expect_code 1
expect_text out "FAILED: no such device"
expect_text out "matrix: 1 passed, 1 failed, 0 skipped"
end

# rows FIELD...: prints rows for table, the last with the FIELDs.
rows() {
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' passed cpu 'FTZ and DAZ' 1.0 here small 1234 0.10 \
        passed cpu 'four images' 1.0 here four 5678 0.10 skipped Oclgrind '' '' here - 'not run: not here' - "$@"
}
# table ARGUMENTS...: runs table.py on stdin.
table() {
    ran="table.py $*"
    WEFT_SKIPS=$work/skips python3 "$source/tools/matrix/table.py" "$@" >"$work/out" 2>"$work/err"
    code=$?
}

begin "the table"
table Here < <(rows)
expect_code 0
expect_text out "cpu, FTZ and DAZ"
expect_text out "matrix: 2 passed, 0 failed, 1 skipped"
[ "$(cat "$work/skips")" = "matrix, Oclgrind: not run: not here" ] || problem "the skip is not reported"
end

begin "in Markdown"
table --markdown Here < <(rows failed cpu 'five images' 1.0 here five '9 DIFFERS' 0.10)
expect_code 1
expect_text out "| cpu | 1.0 | here | Here | FTZ and DAZ; four images | small 1234; four 5678 | "
expect_text out "| cpu | 1.0 | here | Here | five images | 9 DIFFERS | "
expect_text out "| Oclgrind |  | here | Here |  | not run: not here | "
end

begin "no rows"
table Here </dev/null
expect_code 1
end

[ -z "$(ls -A)" ] || { begin "no files are left" && problem "files are left: $(ls -A)" && end; }
finish
