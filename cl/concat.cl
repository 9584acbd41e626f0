/* concat.cl: the channels of the first input, then those of the second one, and so on. An item
 * copies ${values} adjacent values. */

/* An input of ${size} values, which are those of the output from ${offset} on. */
WEFT_INLINE void KERNEL(concat_forward)(int item, int shard, LANE_MEMORY lanes,
                                        global const real *input, global real *output, int size,
                                        int values, int offset) {
    input = OF_SHARD(input, size);
    output = OF_SHARD(output, OUT_SIZE) + offset * (16 / ITEM_LANES);
    for (int i = item * values; i < (item + 1) * values; i++) {
        AT(output, i) = AT(input, i);
    }
}
