#!/bin/bash
# test_verify_network.sh: weft verify --network: networks of a user in place of the published one.
# test_verify_network_faults.sh has what takes longer, such as kernels that are wrong for such networks
# only.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_network
# shellcheck source=tests/support/verify_networks.sh
. "${WEFT_SOURCE:?}/tests/support/verify_networks.sh"
pocl="Portable Computing"
networks=$work/files
verify_graph "$networks/graph.json"

# verdict_of MEMBER: what the last verdict has.
verdict_of() {
    sed -n 's/.*"event":"verdict".*"'"$1"'":"\([^"]*\)".*/\1/p' "$work/out"
}

begin "a graph of colour images with 300 classes"
run verify --device cpu --network "$networks/graph.json" --json
expect_code 0
expect_empty err
expect_json '[(x["stage"], x["result"], x["cases"]) for x in e[3:-1]] == [("training", "equal", 32), ("evaluation", "equal", 1000)]'
expect_json 'e[-1]["result"] == "equal" and not e[-1]["known"] and e[-1]["hash"] == e[-1]["expected_hash"]'
expect_json 'e[-1]["options"].endswith(" --network='"$networks/graph.json"'")'
hash=$(verdict_of hash)
[ "${#hash}" -eq 64 ] || problem "no hash"
run verify --device cpu --network "$networks/graph.json" --seed 1 --steps 3
expect_code 0
expect_text out "steps of training of $networks/graph.json"
expect_text out "(computed here by the CPU backend: no hash of this network is known)"
[ "$(grep -c "$hash" "$work/out")" -eq 0 ] || problem "the hash does not depend on the seed"
end

begin "the published network from a file has the known hash, which is computed here"
run verify --device cpu --network "$source/examples/networks/published.json" --json
expect_code 0
expect_json 'e[-1]["hash"] == "649b602b84b0a77f5f104e7f4a4c711d66ab549834727494a84bb74ebd2b8f2e" and not e[-1]["known"]'
end

begin "small and flat inputs, 2 and 1,000 classes"
for list in '{"input": [13], "layers": [{"kind": "linear", "out_features": 2}]}' \
    '{"input": [1, 1, 1], "layers": [{"kind": "flatten"}, {"kind": "linear", "bias": false, "out_features": 1000}]}'; do
    printf '%s' "$list" >"$networks/small.json"
    run verify --device cpu --network "$networks/small.json" --steps 2 --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal"'
done
end

begin "--data that fits"
linear_list 28 10 "$networks/fits.json"
run verify --device cpu --network "$networks/fits.json" --data "$sample" --steps 3 --json
expect_code 0
expect_json '[x["cases"] for x in e if x.get("stage") == "evaluation"] == [100] and not e[-1]["known"]'
end
linear_list 28 9 "$networks/nine.json"
refuses 3 "it takes 3 x 9 x 7, but the images are 1 x 28 x 28" \
    verify --device cpu --network "$networks/graph.json" --data "$sample"
refuses 3 "10 classes need a flat output of 10" \
    verify --device cpu --network "$networks/nine.json" --data "$sample"

begin "a training that diverges has no verdict"
verify_doubles "$networks/doubles.json"
run verify --device cpu --network "$networks/doubles.json" --json
expect_code 5
expect_json 'e[-2]["result"] == "no verdict" and "not a finite number after 20 steps" in e[-2]["diagnosis"]'
end

# Wrong files
printf '{"input": [1, 28, 28],\n "layers": [\n  {"kind": "conv3d"}]}' >"$networks/kind.json"
refuses 3 "$networks/kind.json:3:12: layer 1: unknown kind" verify --device cpu --network "$networks/kind.json"
printf '{"input": [1, 9, 9], "layers": [{"kind": "relu", "name": "last"}]}' >"$networks/flat.json"
refuses 3 "layer 1 (last): the last layer gives 1 x 9 x 9 (not flat), but a verification needs" \
    verify --device cpu --network "$networks/flat.json"
for classes in 1 1001; do
    linear_list 4 $classes "$networks/classes.json"
    refuses 3 "$networks/classes.json: layer 2 (out): the last layer gives $classes, but" \
        verify --device cpu --network "$networks/classes.json"
done
refuses 3 "nowhere.json" verify --device cpu --network nowhere.json

if "$weft" devices 2>/dev/null | grep -q "$pocl"; then
    begin "PoCL computes the same hash"
    run verify --device "$pocl" --network "$networks/graph.json" --json
    expect_code 0
    expect_json 'e[-1]["result"] == "equal" and not e[-1]["known"] and e[-1]["hash"] == "'"$hash"'"'
    expect_json '[x["cases"] for x in e if x.get("stage") == "training"] == [32]'
    end

    begin "--inject"
    run verify --device "$pocl" --network "$networks/graph.json" --inject 3:block.conv.weight:7:20 --steps 3 --json
    expect_code 1
    expect_json '[(x["step"], x["tensor"], x["element"], x["differing"]) for x in e if x["event"] == "difference"] == [(3, "block.conv.weight", 7, 1)]'
    expect_text err "different from the CPU backend"
    end

    begin "--inject of a tensor that the network does not have"
    run verify --device "$pocl" --network "$networks/graph.json" --inject 1:conv1.weight:0:0
    expect_code 2
    expect_text err "--inject conv1.weight: the network has no such tensor"
    expect_text err "for example stem.weight, out.output, or out.output.grad"
    end
else
    skip "cli_verify_network: on a device" "PoCL is not there"
fi
finish
