#!/bin/bash
# test_documents.sh: the links of all pages are right, the table of code for GPUs is current,
# README.md stays short, and the workflows of a forge are well formed.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" tools_documents

begin "all links of all pages"
ran="tools/maintain/links"
"$source/tools/maintain/links" >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text out ", 0 wrong"
end

begin "the table of tools/maintain/gpu-code is the recorded one"
ran="tools/maintain/gpu-code --page"
"$source/tools/maintain/gpu-code" --page >"$work/out" 2>"$work/err"
code=$?
expect_code 0
expect_text out "cl/README.md has the recorded table"
end

begin "README.md has at most 9 KB"
ran="README.md"
size=$(wc -c <"$source/README.md")
[ "$size" -le 9216 ] || problem "$size bytes"
end

if python3 -c "import yaml" 2>/dev/null; then
    begin "workflows: jobs with steps that run a command or use an action"
    ran=".github/workflows"
    python3 - "$source"/.github/workflows/*.yml >"$work/out" 2>"$work/err" <<'PYTHON' || problem "$(tail -n 1 "$work/err")"
import sys, yaml
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        workflow = yaml.safe_load(file)
    assert workflow["name"] and True in workflow, path  # YAML 1.1 reads the key "on" as true
    for name, job in workflow["jobs"].items():
        assert job["runs-on"] and job["steps"], f"{path}: {name}"
        for step in job["steps"]:
            assert len({"run", "uses"} & step.keys()) == 1, f"{path}: {name}: {step}"
PYTHON
    end
else
    skip "the syntax of .github/workflows" "there is no yaml module of Python here"
fi

finish
