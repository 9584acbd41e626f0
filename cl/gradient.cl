/* gradient.cl: the gradient of a tensor that several layers read, and of inputs whose gradient is
 * that of the output (add, concat). An item computes ${values} adjacent values of ${size}, from
 * those of a tensor of ${from_size} values from ${offset} on. */

WEFT_INLINE void gradient_copy(int item, int shard, LANE_MEMORY lanes, global const real *from,
                               global real *gradient, int size, int values, int offset,
                               int from_size) {
    from = OF_SHARD(from, from_size) + offset * (16 / ITEM_LANES);
    gradient = OF_SHARD(gradient, size);
    for (int i = item * values; i < (item + 1) * values; i++) {
        AT(gradient, i) = AT(from, i);
    }
}

WEFT_INLINE void gradient_add(int item, int shard, LANE_MEMORY lanes, global const real *from,
                              global real *gradient, int size, int values, int offset,
                              int from_size) {
    from = OF_SHARD(from, from_size) + offset * (16 / ITEM_LANES);
    gradient = OF_SHARD(gradient, size);
    for (int i = item * values; i < (item + 1) * values; i++) {
        AT(gradient, i) = real_clean(AT(gradient, i) + AT(from, i));
    }
}
