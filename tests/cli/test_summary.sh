#!/bin/bash
# test_summary.sh: weft summary of a graph: Graphviz's notation, and the table.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_summary

cat >"$work/files/graph.json" <<'END'
{"input": [2, 8, 6],
 "layers": [
   {"kind": "conv2d", "name": "a.conv", "out_channels": 2, "kernel_size": [1, 1]},
   {"kind": "relu"},
   {"kind": "add", "name": "sum", "inputs": ["a.conv", "relu2", "input"]},
   {"kind": "concat", "inputs": ["sum", "relu2", "sum"]},
   {"kind": "flatten"},
   {"kind": "linear", "name": "out", "out_features": 10}]}
END
cat >"$work/files/expected" <<'END'
digraph network {
    node [shape=box];
    "input" [label="input\n2 x 8 x 6"];
    "a.conv" [label="a.conv\nconv2d\nout_channels: 2, kernel_size: 1\n2 x 8 x 6"];
    "relu2" [label="relu2\nrelu\n2 x 8 x 6"];
    "sum" [label="sum\nadd\n2 x 8 x 6"];
    "concat4" [label="concat4\nconcat\n6 x 8 x 6"];
    "flatten5" [label="flatten5\nflatten\n288"];
    "out" [label="out\nlinear\nout_features: 10\n10"];
    "input" -> "a.conv";
    "a.conv" -> "relu2";
    "a.conv" -> "sum";
    "relu2" -> "sum";
    "input" -> "sum";
    "sum" -> "concat4";
    "relu2" -> "concat4";
    "sum" -> "concat4";
    "concat4" -> "flatten5";
    "flatten5" -> "out";
}
END

begin "--dot"
run summary --network "$work/files/graph.json" --dot
expect_code 0
expect_same "$work/out" "$work/files/expected"
expect_empty err
cp "$work/out" "$work/files/graph.dot"
run summary --network "$work/files/graph.json" --dot --json
expect_code 0
expect_json 'e[0]["dot"] + "\n" == open("'"$work"'/files/expected").read()'
run summary --network "$work/files/graph.json" --json
expect_json '"dot" not in e[0]'
end

begin "Graphviz reads it"
if dot -V >/dev/null 2>&1; then
    dot -Tplain "$work/files/graph.dot" >"$work/files/plain" 2>"$work/err" || problem "dot refuses it"
    expect_empty err
    [ "$(grep -c '^node ' "$work/files/plain")" -eq 7 ] || problem "not 7 nodes"
    [ "$(grep -c '^edge ' "$work/files/plain")" -eq 10 ] || problem "not 10 edges"
else
    skipped="dot is not installed"
fi
end

begin "the table of a graph"
run summary --network "$work/files/graph.json"
expect_code 0
expect_text out "6 x 8 x 6"
expect_text out "training: "
end

begin "the table of a kind with a long name"
echo '{"input": [2, 4, 4], "layers": [{"kind": "global_avg_pool2d"}, {"kind": "flatten"},
    {"kind": "linear", "out_features": 10}]}' >"$work/files/long.json"
run summary --network "$work/files/long.json"
expect_code 0
[ "$(grep -E '^(layer|global|flatten|linear|total)' "$work/out" | awk '{print length}' | sort -u | wc -l)" -eq 1 ] ||
    problem "its columns are not straight"
end

begin "a model as a graph"
run summary --dot "$source/tests/vectors/init.safetensors"
expect_code 0
expect_text out '    "conv1" -> "max_pool2d2";'
end

finish
