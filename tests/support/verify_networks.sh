# verify_networks.sh: networks for tests of weft verify --network. Source it after cli.sh.
# shellcheck shell=bash disable=SC2154 # cli.sh defines the other variables

# verify_graph FILE: a graph of colour images with groups, dropout and 300 classes.
verify_graph() {
    cat >"$1" <<'JSON'
{"input": [3, 9, 7],
 "layers": [
   {"kind": "conv2d", "name": "stem", "out_channels": 6, "kernel_size": 3, "padding": 1, "bias": false},
   {"kind": "batch_norm", "name": "bn"},
   {"kind": "relu", "name": "relu"},
   {"kind": "conv2d", "name": "block.conv", "out_channels": 6, "kernel_size": 3, "padding": 1, "groups": 2},
   {"kind": "add", "name": "block.add", "inputs": ["block.conv", "relu"]},
   {"kind": "max_pool2d", "name": "pool", "kernel_size": 2},
   {"kind": "flatten"},
   {"kind": "dropout", "name": "drop", "p": 0.25},
   {"kind": "linear", "name": "out", "out_features": 300}]}
JSON
}

# verify_doubles FILE: a network that doubles its values 130 times, which no float can hold.
verify_doubles() {
    python3 - "$1" <<'PYTHON'
import json, sys
layers = [{"kind": "linear", "name": "x0", "out_features": 3}]
layers += [{"kind": "add", "name": f"x{i + 1}", "inputs": [f"x{i}", f"x{i}"]} for i in range(130)]
json.dump({"input": [4], "layers": layers}, open(sys.argv[1], "w"))
PYTHON
}
