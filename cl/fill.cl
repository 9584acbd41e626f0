/* fill.cl: fills memory with a word. Some drivers' clEnqueueFillBuffer is wrong: on macOS, and on
 * NVIDIA for 2 GiB and more. */

/* Fills ${count} blocks of 64 bytes from block ${first} on. */
kernel void fill(global uint16 *memory, const uint word, const uint first, const uint count) {
    global uint16 *to = memory + first;
#if ITEM_LANES == 1 /* neighbours write neighbouring blocks */
    for (uint i = get_global_id(0); i < count; i += get_global_size(0)) {
        to[i] = (uint16)(word);
    }
#else /* a work-item writes one part */
    const uint part = count / (uint)get_global_size(0) + 1;
    const uint begin = (uint)get_global_id(0) * part;
    for (uint i = begin; i < min(count, begin + part); i++) {
        to[i] = (uint16)(word);
    }
#endif
}
