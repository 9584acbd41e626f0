#!/bin/bash
# test_verify_network_faults.sh: kernels that are wrong for networks other than the published one and
# those of the stage layers: weft verify --network finds them, and names a tensor of the network. And
# what takes long of weft verify --network without a fault.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_network_faults
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"
# shellcheck source=tests/support/verify_networks.sh
. "${WEFT_SOURCE:?}/tests/support/verify_networks.sh"
verify_graph "$work/files/graph.json"
options=(--network "$work/files/graph.json" --steps 3)

# has_network: the bundle has the network, and its README says so.
has_network() {
    local bundle=$kernels/bundle
    grep -q "^network:    network.json" "$bundle/README" || problem "README does not name the network"
    "$weft" summary --network "$work/files/graph.json" --json >"$work/files/given"
    "$weft" summary --network "$bundle/network.json" --json >"$work/files/bundled"
    cmp -s "$work/files/given" "$work/files/bundled" || problem "the network in the bundle is another one"
}

begin "values of the second channel in the third"
plant channel gather.cl 's|return table + i / AREA \* 256;|return table + min(i / AREA, 1) * 256;|'
finds 1 training gather "wrong computation"
expect_json "[(x['step'], x['tensor'], x['element']) for x in e if x['event'] == 'difference'] == [(1, 'input', 126)]"
if [ "$ran" != nothing ]; then
    has_network
fi
replays 's/min(i \/ AREA, 1)/(i \/ AREA)/'
end

begin "no bias after 256 outputs"
plant bias linear.cl 's/= REAL(FIRST(o + t));/= REAL(o + t < 256 ? FIRST(o + t) : 0.0f);/'
finds 1 training linear "wrong computation"
expect_json "[(x['step'], x['tensor'], x['element']) for x in e if x['event'] == 'difference'] == [(1, 'out.output', 256)]"
replays 's/REAL(o + t < 256 ? FIRST(o + t) : 0.0f)/REAL(FIRST(o + t))/'
end

begin "more losses than the network has values"
echo '{"input": [4], "layers": [{"kind": "linear", "name": "out", "out_features": 3}]}' >"$work/files/small.json"
options=(--network "$work/files/small.json" --steps 3)
plant losses cross_entropy.cl 's/AT(losses, result_index + shard) = loss;/AT(losses, result_index + shard) = loss + 1.0f;/'
finds 1 evaluation cross_entropy "wrong computation"
expect_json "[x['tensor'] for x in e if x['event'] == 'difference'] == ['losses']"
replays 's/ = loss + 1.0f;/ = loss;/'
end

options=()
begin "a flipped bit of a tensor that dropout computes"
run verify --device "$device" --network "$work/files/graph.json" --inject 3:drop.output:2000:22 --steps 4 --json
expect_code 1
expect_json "[(x['step'], x['tensor'], x['element'], x['differing']) for x in e if x['event'] == 'difference'] == [(3, 'drop.output', 2000, 1)]"
end

begin "a soak test"
run verify --device "$device" --network "$work/files/graph.json" --steps 2 --for 1s --json
expect_code 0
expect_json 'e[-1]["passes"] > 0 and e[-1]["faults"] == 0'
end

begin "made-up values that leave the range of floats are not compared"
python3 - "$work/files/deep.json" <<'PYTHON'
import json, sys
layers = [{"kind": "linear", "out_features": 64} for i in range(150)] + [{"kind": "linear", "out_features": 5}]
json.dump({"input": [20], "layers": layers}, open(sys.argv[1], "w"))
PYTHON
run verify --device "$device" --network "$work/files/deep.json" --steps 2
expect_code 0
if [ "$ran" != nothing ]; then
    tr -s ' \n' '  ' <"$work/out" >"$work/files/words"
    grep -q "equal 10 steps" "$work/files/words" || problem "the training has other steps than 2 and 8"
    grep -q "but no made-up values that leave the range of floats in this network" "$work/files/words" ||
        problem "the verdict does not say what was not compared"
fi
end
finish
