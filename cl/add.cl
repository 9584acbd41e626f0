/* add.cl: the sum of all inputs: a chain from the first one, in which each sum is cleaned. An item
 * computes ${values} adjacent values. */

/* The first two inputs. */
WEFT_INLINE void KERNEL(add_forward)(int item, int shard, LANE_MEMORY lanes,
                                     global const real *first, global const real *input,
                                     global real *output, int values) {
    first = OF_SHARD(first, OUT_SIZE);
    input = OF_SHARD(input, OUT_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    for (int i = item * values; i < (item + 1) * values; i++) {
        AT(output, i) = real_clean(AT(first, i) + AT(input, i));
    }
}

/* Each further one. */
WEFT_INLINE void KERNEL(add_next)(int item, int shard, LANE_MEMORY lanes, global const real *input,
                                  global real *output, int values) {
    input = OF_SHARD(input, OUT_SIZE);
    output = OF_SHARD(output, OUT_SIZE);
    for (int i = item * values; i < (item + 1) * values; i++) {
        AT(output, i) = real_clean(AT(output, i) + AT(input, i));
    }
}
