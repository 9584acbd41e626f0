/* gather.cl: the images of a batch, from the bytes of the data set into lanes.
 *
 * input[shard][i][lane] = table[i / AREA][pixels[order[first + 16 shard + lane]][i]], 0 in empty
 * lanes. The table has 256 values for each of CHANNELS channels of AREA values. An item is
 * VALUES_PER_ITEM values of each image.
 *
 * Images of ${height} x ${width} are changed by changes[first + 16 shard + lane], a struct
 * image_change (src/backend/backend.h): mirrored, then moved, then a square is set to 0. If height
 * is 0, they are not changed, and changes is not read. */

/* The values of the bytes of value ${i} of an image. */
WEFT_INLINE global const float *values_of_bytes(global const float *table, int i) {
#if CHANNELS == 1
    return table;
#else
    return table + i / AREA * 256;
#endif
}

#if ITEM_LANES == 16

/* For the lanes from ${lane} on, 0 or 8: a CPU has registers for the addresses of 8 images. Empty
 * lanes read the last image, and are set to 0. */
WEFT_INLINE void gather_eight(int lane, int images, int begin, global const uchar *pixels,
                              global const uint *order, global const float *table,
                              global float *to) {
    const int8 present = (int8)(0, 1, 2, 3, 4, 5, 6, 7) < (int8)(images - lane);
    global const uchar *from[8];
#pragma unroll
    for (int l = 0; l < 8; l++) {
        from[l] = pixels + (size_t)order[min(lane + l, images - 1)] * SIZE + begin;
    }
    for (int i = 0; i < VALUES_PER_ITEM; i++) {
        global const float *of = values_of_bytes(table, begin + i);
        const float8 values =
            (float8)(of[from[0][i]], of[from[1][i]], of[from[2][i]], of[from[3][i]], of[from[4][i]],
                     of[from[5][i]], of[from[6][i]], of[from[7][i]]);
        vstore8(select((float8)(0.0f), values, present), 2 * i, to + lane);
    }
}

#endif

WEFT_INLINE void gather_item(int item, int shard, global const uchar *pixels,
                             global const uint *order, global const float *table,
                             global float *input, int first, int count) {
    const int begin = item * VALUES_PER_ITEM;
    const int images = images_of_shard(count, shard);
    global float *to = input + ((size_t)shard * SIZE + begin) * 16 + FIRST_LANE;
    const int lane = first + shard * 16 + FIRST_LANE;
#if ITEM_LANES == 16
    gather_eight(0, images, begin, pixels, order + lane, table, to);
    gather_eight(8, images, begin, pixels, order + lane, table, to);
#else
    if (FIRST_LANE < images) {
        global const uchar *from = pixels + (size_t)order[lane] * SIZE + begin;
        for (int i = 0; i < VALUES_PER_ITEM; i++) {
            to[i * 16] = values_of_bytes(table, begin + i)[from[i]];
        }
    } else {
        for (int i = 0; i < VALUES_PER_ITEM; i++) {
            to[i * 16] = 0.0f;
        }
    }
#endif
}

/* The first ${size} values of a changed image from value ${begin} on, 16 floats apart.
 *
 * A pixel of column x is read from column x - right, or, mirrored, from width - 1 - (x - right). */
WEFT_INLINE void gather_changed(int begin, global const uchar *image, short8 change,
                                global const float *table, int height, int width,
                                global float *to) {
    const int step = change.s0 != 0 ? -1 : 1;
    const int right = change.s0 != 0 ? width - 1 + change.s2 : -change.s2;
    const uint erase = change.s3;
    int row = begin / width, column = begin - row * width;
    int plane = row / height;
    row -= plane * height;
    plane *= height * width;
    for (int i = 0; i < VALUES_PER_ITEM; i++) {
        global const float *of = values_of_bytes(table, begin + i);
        const int from_row = row - change.s1, from_column = right + step * column;
        const bool inside = (uint)from_row < (uint)height && (uint)from_column < (uint)width;
        const bool erased = (uint)(row - change.s4) < erase && (uint)(column - change.s5) < erase;
        const int byte = inside ? image[plane + from_row * width + from_column] : 0;
        to[i * 16] = erased ? 0.0f : of[byte];
        column++;
        if (column == width) {
            column = 0;
            row++;
        }
        if (row == height) {
            row = 0;
            plane += height * width;
        }
    }
}

/* The item of changed images: lane by lane. */
WEFT_INLINE void gather_changed_item(int item, int shard, global const uchar *pixels,
                                     global const uint *order, global const short8 *changes,
                                     global const float *table, global float *input, int first,
                                     int count, int height, int width) {
    const int begin = item * VALUES_PER_ITEM;
    const int images = images_of_shard(count, shard);
    global float *to = input + ((size_t)shard * SIZE + begin) * 16;
    for (int lane = FIRST_LANE; lane < FIRST_LANE + ITEM_LANES; lane++) {
        const int index = first + shard * 16 + lane;
        if (lane < images) {
            gather_changed(begin, pixels + (size_t)order[index] * SIZE, changes[index], table,
                           height, width, to + lane);
        } else {
            for (int i = 0; i < VALUES_PER_ITEM; i++) {
                to[i * 16 + lane] = 0.0f;
            }
        }
    }
}

WEFT_INLINE void gather_images(int item, int shard, global const uchar *pixels,
                               global const uint *order, global const short8 *changes,
                               global const float *table, global float *input, int first, int count,
                               int height, int width) {
    if (height == 0) {
        gather_item(item, shard, pixels, order, table, input, first, count);
    } else {
        gather_changed_item(item, shard, pixels, order, changes, table, input, first, count, height,
                            width);
    }
}

kernel void gather(global const uchar *pixels, global const uint *order,
                   global const short8 *changes, global const float *table, global float *input,
                   int first, int count, int height, int width) {
    gather_images(get_global_id(1), get_global_id(2), pixels, order, changes, table, input, first,
                  count, height, width);
}
