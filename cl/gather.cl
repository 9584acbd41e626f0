/* gather.cl: the images of a batch, from the bytes of the data set into lanes.
 *
 * input[shard][i][lane] = table[pixels[order[first + 16 shard + lane]][i]], 0 in empty lanes. An
 * item is VALUES_PER_ITEM values of each image. */

WEFT_INLINE void gather_item(int item, int shard, global const uchar *pixels,
                             global const uint *order, global const float *table,
                             global float *input, int first, int count) {
    const int begin = item * VALUES_PER_ITEM;
    const int images = images_of_shard(count, shard);
    for (int l = FIRST_LANE; l < FIRST_LANE + ITEM_LANES; l++) {
        global float *to = input + ((size_t)shard * SIZE + begin) * 16 + l;
        if (l < images) {
            global const uchar *from =
                pixels + (size_t)order[first + shard * 16 + l] * SIZE + begin;
            for (int i = 0; i < VALUES_PER_ITEM; i++) {
                to[i * 16] = table[from[i]];
            }
        } else {
            for (int i = 0; i < VALUES_PER_ITEM; i++) {
                to[i * 16] = 0.0f;
            }
        }
    }
}

kernel void gather(global const uchar *pixels, global const uint *order, global const float *table,
                   global float *input, int first, int count) {
    gather_item(get_global_id(1), get_global_id(2), pixels, order, table, input, first, count);
}
