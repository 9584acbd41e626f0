/* lanes.h: vectors of 16 images, and how their lanes are divided among work-items.
 *
 * A tensor is [shard][channel][row][column][16 lanes]: a vector is one value of 16 images.
 * ITEM_LANES, set by the host, is the number of lanes that one work-item computes:
 *   16  the "cpu" mapping: a work-item computes a vector; real is float16; there are few
 *       work-items, with much work each
 *    1  the "gpu" mapping: 16 adjacent work-items share a vector; real is float; there are many
 *       work-items, with little work each
 * Every kernel is written once for both. The range of its work-items is
 *   (16 / ITEM_LANES, items of the kernel, shards),
 * and src/backend/opencl/work_groups.c chooses the sizes of a work-group. Where a kernel adds
 * lanes, all 16 of an item, and those of other items, are in one group.
 *
 * Where several functions run one after the other in a kernel, for a shard or for a channel of the
 * batch, the gpu mapping has a work-group do that. Its rows of 16 work-items divide the items of
 * each function among them, and wait for each other between the functions.
 *
 *   real             the values of one vector that this work-item computes, all 16 or one
 *   integer          the same for int; a condition of real values has this type, too
 *   natural          the same for unsigned integers
 *   FIRST_LANE       the first lane that this work-item computes; it computes ITEM_LANES of them
 *   INDEX            the type that indices are computed in: int on a GPU; on a CPU size_t, which
 *                    needs no instruction to become an address
 *   AT(tensor, i)    this work-item's lanes of vector i of the tensor, to read or to assign
 *   OF_SHARD(tensor, n)
 *                    the tensor, of n vectors a shard, from this work-item's shard on. A tensor can
 *                    have more than 2^31 values, a shard of it cannot (src/network/layer.h), so all
 *                    other indices are int, which is what a GPU computes fastest
 *   FOR_LOADS(i, begin, end, n)
 *                    the loop of i from begin to end - 1, whose turns wait for their loads: a GPU
 *                    loads for n turns together, n a divisor of their number, since its compiler
 *                    moves no load into an earlier turn. i is a size_t there: so the pointers are
 *                    moved once for the n turns
 *   REAL(x)          the float x in all lanes
 *   LANE_NUMBERS     the number of each lane
 *   IMAGE_NUMBERS(shard)
 *                    the index in the batch of the image of each lane; a natural
 *   LANE_MEMORY      the type of the argument lanes: memory in which the work-items of a vector add
 *                    their lanes (gpu), or nothing (cpu). A function with SUM_OF_LANES or
 *                    STORE_LANE_SUMS needs it, and its range is RANGE_SUMS. These two have
 *                    barriers, so the items of a group must reach the same ones: work_groups.h.
 *   SUM_OF_LANES(lanes, value)
 *                    the sum of the 16 lanes of value
 *   STORE_LANE_SUMS(lanes, i, n, values, stored, target)
 *                    for each i below stored, of n values: target = the sum of the lanes of
 *                    values[i]. Once in a kernel, as the last thing that uses lanes.
 *   GROUP_ROW, GROUP_ROWS
 *                    the row of this work-item in such a group, and the number of rows; cpu: 0, 1
 *   GROUP_FIRST      whether this is the group's first work-item
 *   ROW_MEMORY(lanes, row)
 *                    lanes of another row of a group
 *   GROUP_BARRIER    what the work-items of the group have written is visible to all of them
 *
 * KERNEL(name) is name_LAYER, LAYER the number of the first of the layers of a kind with equal
 * shapes and arguments, for which the file is compiled once; a function that needs the number of
 * its own layer takes it as an argument (ARG_LAYER). WEIGHT and so on are places after the layer's
 * first tensor in a flat array; parameters, buffers and partials point there. The host makes
 * kernels of a layer's functions (src/backend/opencl/emit.c), which have the form
 *   WEFT_INLINE void KERNEL(name)(int item, int shard, LANE_MEMORY lanes, ...) */
#define JOIN_(a, b)  a##_##b
#define JOIN(a, b)   JOIN_(a, b)
#define KERNEL(name) JOIN(name, LAYER)

#define OF_SHARD(tensor, n) ((tensor) + (size_t)shard * (n) * (16 / ITEM_LANES))

#if ITEM_LANES == 16

typedef float16 real;
typedef int16 integer;
typedef uint16 natural;
typedef size_t INDEX;
#define FIRST_LANE                  0
#define FOR_LOADS(i, begin, end, n) for (int i = (begin); i < (end); i++)
#define AT(tensor, i)               ((tensor)[i])
#define REAL(x)                     ((real)(x))
#define real_fma(a, b, c)           fma(a, b, c)
#define real_clean(x)               weft_clean16(x)
#define real_clean_squared(x)       weft_clean_squared16(x)
#define real_div(a, b)              weft_device_div16(a, b)
#define real_sqrt(x)                weft_device_sqrt16(x)
#define real_exp(x)                 weft_exp16(x)
#define real_log(x)                 weft_log16(x)
#define real_sigmoid(x)             weft_sigmoid16(x)
#define real_tanh(x)                weft_tanh16(x)
#define GROUP_ROW                   0
#define GROUP_ROWS                  1
#define GROUP_FIRST                 true
#define GROUP_BARRIER
#define LANE_NUMBERS ((int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))

#define IMAGE_NUMBERS(shard)                                                                       \
    ((uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + 16 * (uint)(shard))

/* The sum of the 16 lanes as a tree of halves: l and l + 8, then l + 4, l + 2, l + 1. */
WEFT_INLINE float sum_of_lanes(real v) {
    float8 eight = v.lo + v.hi;
    float4 four = eight.lo + eight.hi;
    float2 two = four.lo + four.hi;
    return two.x + two.y;
}

/* The lower (LOWn) or upper (HIGHn) n lanes of each block of 2 n lanes of ${a}, each followed by
 * those of ${b}. */
#define LOW8(a, b)  ((real)((a).lo, (b).lo))
#define HIGH8(a, b) ((real)((a).hi, (b).hi))
#define LOW4(a, b)  ((real)((a).s0123, (b).s0123, (a).s89ab, (b).s89ab))
#define HIGH4(a, b) ((real)((a).s4567, (b).s4567, (a).scdef, (b).scdef))
#define LOW2(a, b)  ((real)((a).s01, (b).s01, (a).s45, (b).s45, (a).s89, (b).s89, (a).scd, (b).scd))
#define HIGH2(a, b) ((real)((a).s23, (b).s23, (a).s67, (b).s67, (a).sab, (b).sab, (a).sef, (b).sef))
#define LOW1(a, b)                                                                                 \
    ((real)((a).s0, (b).s0, (a).s2, (b).s2, (a).s4, (b).s4, (a).s6, (b).s6, (a).s8, (b).s8,        \
            (a).sa, (b).sa, (a).sc, (b).sc, (a).se, (b).se))
#define HIGH1(a, b)                                                                                \
    ((real)((a).s1, (b).s1, (a).s3, (b).s3, (a).s5, (b).s5, (a).s7, (b).s7, (a).s9, (b).s9,        \
            (a).sb, (b).sb, (a).sd, (b).sd, (a).sf, (b).sf))

/* Transposes 16 vectors: lane b of vector a becomes lane a of vector b. Each round exchanges the
 * blocks of n x n on the two sides of the diagonal. */
#define TRANSPOSE_ROUND(v, n)                                                                      \
    _Pragma("unroll") for (int round_i = 0; round_i < 16; round_i++) {                             \
        if ((round_i & (n)) == 0) {                                                                \
            const real round_a = v[round_i], round_b = v[round_i + (n)];                           \
            v[round_i] = LOW##n(round_a, round_b);                                                 \
            v[round_i + (n)] = HIGH##n(round_a, round_b);                                          \
        }                                                                                          \
    }
WEFT_INLINE void transpose(real *v) {
    TRANSPOSE_ROUND(v, 8);
    TRANSPOSE_ROUND(v, 4);
    TRANSPOSE_ROUND(v, 2);
    TRANSPOSE_ROUND(v, 1);
}

/* The sums of the lanes of 16 vectors, by the same tree: lane a is that of vector a. Each round
 * halves the number of vectors, by adding the halves of each block of lanes of two at once. */
#define SUM_HALVES(v, n, pairs)                                                                    \
    _Pragma("unroll") for (int round_i = 0; round_i < (pairs); round_i++) {                        \
        const real round_a = v[round_i], round_b = v[round_i + (pairs)];                           \
        v[round_i] = LOW##n(round_a, round_b) + HIGH##n(round_a, round_b);                         \
    }
WEFT_ALWAYS_INLINE real sums_of_lanes(real *v) {
    SUM_HALVES(v, 8, 8)
    SUM_HALVES(v, 4, 4)
    SUM_HALVES(v, 2, 2)
    SUM_HALVES(v, 1, 1)
    return v[0];
}

/* No memory is needed: a work-item has all lanes. */
#define LANE_MEMORY                 __private float *
#define LOCAL_LANES(name, n, items) LANE_MEMORY name = 0
#define SUM_OF_LANES(name, value)   sum_of_lanes(value)

#define STORE_LANE_SUMS(lanes, i, n, values, stored, target)                                       \
    _Pragma("unroll") for (int i##_first = 0; i##_first < (n); i##_first += 16) {                  \
        real i##_v[16];                                                                            \
        float i##_sums[16];                                                                        \
        _Pragma("unroll") for (int i = 0; i < 16; i++) {                                           \
            i##_v[i] = i##_first + i < (n) ? (values)[min(i##_first + i, (n)-1)] : REAL(0.0f);     \
        }                                                                                          \
        vstore16(sums_of_lanes(i##_v), 0, i##_sums);                                               \
        _Pragma("unroll") for (int i##_lane = 0; i##_lane < 16; i##_lane++) {                      \
            const int i = i##_first + i##_lane;                                                    \
            if (i < (n) && i < (stored)) {                                                         \
                target = i##_sums[i##_lane];                                                       \
            }                                                                                      \
        }                                                                                          \
    }

#else

typedef float real;
typedef int integer;
typedef uint natural;
typedef int INDEX;
#define FIRST_LANE ((int)get_global_id(0))
#define FOR_LOADS(i, begin, end, n)                                                                \
    _Pragma("nounroll") for (size_t i##_turn = (begin); i##_turn < (end); i##_turn += (n))         \
        _Pragma("unroll") for (size_t i = i##_turn; i < i##_turn + (n); i++)
#define AT(tensor, i)          ((tensor)[16 * (i) + FIRST_LANE])
#define REAL(x)                ((real)(x))
#define real_fma(a, b, c)      fma(a, b, c)
#define real_clean(x)          weft_clean(x)
#define real_clean_squared(x)  weft_clean_squared(x)
#define real_div(a, b)         weft_device_div(a, b)
#define real_sqrt(x)           weft_device_sqrt(x)
#define real_exp(x)            weft_exp(x)
#define real_log(x)            weft_log(x)
#define real_sigmoid(x)        weft_sigmoid(x)
#define real_tanh(x)           weft_tanh(x)
#define GROUP_ROW              ((int)get_local_id(1))
#define GROUP_ROWS             ((int)get_local_size(1))
#define GROUP_FIRST            (GROUP_ROW == 0 && FIRST_LANE == 0)
#define ROW_MEMORY(lanes, row) ((lanes) + 16 * ((row)-GROUP_ROW))
#define GROUP_BARRIER          barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#define LANE_NUMBERS           FIRST_LANE
#define IMAGE_NUMBERS(shard)   (16 * (uint)(shard) + (uint)FIRST_LANE)

/* The same tree over v[0], v[1] ... v[15]. */
WEFT_INLINE float sum_of_lanes(local const float *v) {
    float eight[8];
    for (int i = 0; i < 8; i++) {
        eight[i] = v[i] + v[i + 8];
    }
    return ((eight[0] + eight[4]) + (eight[2] + eight[6])) +
           ((eight[1] + eight[5]) + (eight[3] + eight[7]));
}

/* LOCAL_LANES, at the beginning of a kernel, declares memory for n values of 16 lanes of each of
 * the items of a group, at most ${items}, and name as the slice of this work-item's item. */
#define LANE_MEMORY            local float *
#define LOCAL_LANES(name, n, items)                                                                \
    local float name##_of_items[16 * (n) * (items)];                                               \
    LANE_MEMORY name = name##_of_items + ((items) > 1 ? 16 * (n) * (int)get_local_id(1) : 0)

/* The sum of ${value} over the lanes, for all work-items of the group. */
WEFT_INLINE float share_sum(local float *lanes, float value) {
    barrier(CLK_LOCAL_MEM_FENCE);
    lanes[FIRST_LANE] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum_of_lanes(lanes);
}
#define SUM_OF_LANES(name, value) share_sum(name, value)

/* All lanes go through local memory; then work-item l sums values l, l + 16 ... */
#define STORE_LANE_SUMS(lanes, i, n, values, stored, target)                                       \
    _Pragma("unroll") for (int i = 0; i < (n); i++) {                                              \
        lanes[i * 16 + FIRST_LANE] = (values)[i];                                                  \
    }                                                                                              \
    barrier(CLK_LOCAL_MEM_FENCE);                                                                  \
    for (int i = FIRST_LANE; i < (stored); i += 16) {                                              \
        target = sum_of_lanes(lanes + i * 16);                                                     \
    }

#endif

/* A layer whose input comes from a relu can apply the relu itself (src/backend/opencl/fusions.c).
 * Its file is then compiled with RELU_INPUT 1, and its input and the gradient of its input are
 * those of the relu.
 *   RELU(x)                      the value of the layer's input, of the value x that was read
 *   RELU_FLOAT(x)                the same for one float
 *   RELU_GRADIENT(d, input, i)   the gradient to write at index i; d: that of the layer's input */
#define RELU_FLOAT(x) (RELU_INPUT && !((x) > 0.0f) ? 0.0f : (x))
#define RELU(x)       (RELU_INPUT ? select(REAL(0.0f), x, (x) > REAL(0.0f)) : (x))
#define RELU_GRADIENT(d, input, i)                                                                 \
    (RELU_INPUT ? select(REAL(0.0f), d, AT(input, i) > REAL(0.0f)) : (d))

/* Images in shard ${shard} of a batch of ${count}. */
WEFT_INLINE int images_of_shard(int count, int shard) {
    return min(count - shard * 16, 16);
}

/* ${x} in lanes with an image, 0 in empty lanes. */
#define ZERO_EMPTY(x, images) select(REAL(0.0f), x, (integer)(LANE_NUMBERS < (integer)(images)))
