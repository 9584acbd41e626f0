#!/bin/bash
# test_verify_steps.sh: faults planted in the kernel of many training steps: weft verify finds them.
# shellcheck source=tests/support/cli.sh
. "${WEFT_SOURCE:?}/tests/support/cli.sh" cli_verify_steps
# shellcheck source=tests/support/faults.sh
. "${WEFT_SOURCE:?}/tests/support/faults.sh"

begin "the ways to make steps"
ways=(never auto)
run train --data "$sample" --steps 1 --quiet --device "$device" --step-kernel always --out probe
if grep -q "the driver has no atomics" "$work/err"; then
    skip "one kernel for many steps" "the driver has no atomics for it"
else
    expect_code 0
    ways+=(always)
fi
for way in "${ways[@]}"; do
    run train --data "$sample" --steps 20 --quiet --device "$device" --step-kernel "$way" --out "way-$way"
    expect_code 0
    cmp "way-$way/model.safetensors" way-never/model.safetensors || problem "$way: another model"
done
run train --data "$sample" --steps 1 --device cpu --step-kernel always --out cpu
expect_code 4
expect_text err "--step-kernel always"
run train --data "$sample" --steps 1 --device "$device" --mapping gpu --step-kernel always --out gpu
expect_code 4
expect_text err "--step-kernel always: only on a CPU device, with the mapping cpu"
end
[ ${#ways[@]} -eq 3 ] || finish

begin "a claim that is lost"
plant claim phases.cl 's/return chunk - u->begin;/return chunk == u->begin + 1 ? -1 : chunk - u->begin;/'
finds 1 training step synchronisation
end

begin "an item that is skipped"
plant item phases.cl 's/\(const int end = chunk_begin(.*\), chunks);/\1, chunks) - (unit.victim == 0 \&\& chunk == 1);/'
finds 1 training step synchronisation
end

begin "the last chunk is shorter"
plant tail phases.cl 's/\(const int end = chunk_begin(.*\), chunks);/\1, chunks) - (chunk + 2 == chunks);/'
finds 1 training step synchronisation
end

begin "no wait between phases"
plant wait phases.cl 's/if (add_done(u) >= (u->begin + chunks) \* u->units)/add_done(u); if (u->victim == (u->number + u->units - 1) % u->units)/'
finds 1 training step synchronisation
end

begin "a chunk is done before it is computed"
plant early phases.cl 's/u->computed++;/atomic_fetch_add_explicit(u->counters + DONE, 1, memory_order_relaxed, memory_scope_device);/'
finds 1 training step synchronisation
end

begin "an evaluation of one image less"
plant evaluation phases.cl '/ void losses_phase/,/^}/s/ count);/ count - 1);/'
finds 1 training evaluation synchronisation
end
begin "results of a batch in the place of others"
plant result phases.cl '/ void losses_phase/,/^}/s/losses, predictions, result_index, first,/losses, predictions, 0, first,/'
finds 1 training evaluation synchronisation
plant launches cross_entropy.cl '/^kernel void cross_entropy_evaluate/,/^}/s/ result_index, first, count);/ 0, first, count);/'
finds 1 evaluation evaluation batches
end

finish
