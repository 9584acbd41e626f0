#!/bin/bash
# test_documents.sh: the links of all pages are right, and README.md stays short.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_documents

begin "all links of all pages"
ran="tools/maintain/links"
"$source/tools/maintain/links" >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text out ", 0 wrong"
end

begin "README.md has at most 9 KB"
ran="README.md"
size=$(wc -c <"$source/README.md")
[ "$size" -le 9216 ] || problem "$size bytes"
end

finish
