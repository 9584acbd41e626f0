/* soak.cl: digests of the results of copies of a network, compared on the device, and memory that
 * is filled and checked later. */
#include "digest.h"

/* Continues each chain over its share of ${words}. A work-item computes one chain. */
kernel void soak_chain(global const uint *words, global uint *chains, uint count) {
    uint chain = chains[get_global_id(0)];
    for (uint i = get_global_id(0); i < count; i += WEFT_DIGEST_CHAINS) {
        chain = weft_digest_mix(chain, words[i]);
    }
    chains[get_global_id(0)] = chain;
}

/* Stores in faults[0] 1 if the digest of the chains is not ${expected}, else 0. One work-item. */
kernel void soak_compare(global const uint *chains, uint expected, global uint *faults) {
    uint digest = WEFT_DIGEST_START;
    for (int i = 0; i < WEFT_DIGEST_CHAINS; i++) {
        digest = weft_digest_mix(digest, chains[i]);
    }
    faults[0] = digest != expected;
}

/* Fills ${memory} with words that follow from their index and ${seed}. */
kernel void soak_fill(global uint *memory, uint count, uint seed) {
    for (uint i = get_global_id(0); i < count; i += get_global_size(0)) {
        memory[i] = weft_digest_mix(seed, i);
    }
}

/* Adds to faults[1] the count of words that differ from those of soak_fill. */
kernel void soak_check(global const uint *memory, uint count, uint seed, global uint *faults) {
    uint wrong = 0;
    for (uint i = get_global_id(0); i < count; i += get_global_size(0)) {
        wrong += memory[i] != weft_digest_mix(seed, i);
    }
    if (wrong > 0) {
        atomic_add(faults + 1, wrong);
    }
}
