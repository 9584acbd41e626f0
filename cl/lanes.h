/* lanes.h: 16 images side by side, and how they are laid onto work-items.
 *
 * A tensor is [shard][channel][row][column][16 lanes]. ITEM_LANES, set by the host, is how many lanes one work-item computes:
 *   16  the "cpu" mapping: a work-item is a whole vector, real is float16, and there are few, fat work-items;
 *    1  the "gpu" mapping: 16 neighbouring work-items share a vector, real is float, and there are many thin ones.
 * Every kernel is written once, for both, in terms of real and AT. Its range of work-items is
 *   (lanes / ITEM_LANES, items of the kernel, shards), and (16 / ITEM_LANES, 1 ...) are the sizes of a group.
 *
 * KERNEL(name) puts the layer's number behind a name, as the same file is compiled for each layer of its kind. A layer's functions
 *   void KERNEL(name)(int item, size_t shard, LANE_ROOM lanes, ...)
 * are what the host makes kernels of (src/backend/opencl/wrap.c): a kernel of each, or one that calls several in turn.
 */
#define JOIN_(a, b)  a##_##b
#define JOIN(a, b)   JOIN_(a, b)
#define KERNEL(name) JOIN(name, LAYER)

#if ITEM_LANES == 16

typedef float16 real;
typedef int16 whole;
#define LANE                  0
#define AT(tensor, i)         ((tensor)[i])
#define REAL(x)               ((real)(x))
#define real_fma(a, b, c)     fma(a, b, c)
#define real_clean(x)         weft_clean16(x)
#define real_clean_squared(x) weft_clean_squared16(x)
#define real_div(a, b)        weft_div16(a, b)
#define real_sqrt(x)          weft_sqrt16(x)
#define real_exp(x)           weft_exp16(x)
#define real_log(x)           weft_log16(x)
#define LANE_NUMBERS          ((int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))

/* The sum of the 16 lanes as a tree of halves: l and l + 8, then l + 4, l + 2, l + 1. */
float sum_of_lanes(real v) {
    float8 eight = v.lo + v.hi;
    float4 four = eight.lo + eight.hi;
    float2 two = four.lo + four.hi;
    return two.x + two.y;
}

/* Of each block of 2 n lanes, the lower or the upper n lanes of ${a}, then the same of ${b}. */
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

/* Turns 16 vectors around: lane b of vector a becomes lane a of vector b. Each round exchanges the blocks of n x n that lie across the
 * diagonal. */
#define TURN_ROUND(v, n)                                                                           \
    _Pragma("unroll") for (int turn_i = 0; turn_i < 16; turn_i++) {                                \
        if ((turn_i & (n)) == 0) {                                                                 \
            const real turn_a = v[turn_i], turn_b = v[turn_i + (n)];                               \
            v[turn_i] = LOW##n(turn_a, turn_b);                                                    \
            v[turn_i + (n)] = HIGH##n(turn_a, turn_b);                                             \
        }                                                                                          \
    }
void turn_lanes(real *v) {
    TURN_ROUND(v, 8)
    TURN_ROUND(v, 4)
    TURN_ROUND(v, 2)
    TURN_ROUND(v, 1)
}

/* Where a group's work-items meet to add lanes: not needed here. */
#define LANE_ROOM                                                                                  \
  private                                                                                          \
    float *
#define LOCAL_LANES(name, n)      LANE_ROOM name = 0
#define SUM_OF_LANES(name, value) sum_of_lanes(value)

/* Puts the sums of the lanes of values[0 .. n - 1] into ${target}, an expression in sum_i. */
#define STORE_LANE_SUMS(name, n, values, target)                                                   \
    _Pragma("unroll") for (int sum_i = 0; sum_i < (n); sum_i++) {                                  \
        target = sum_of_lanes((values)[sum_i]);                                                    \
    }

#else

typedef float real;
typedef int whole;
#define LANE                      ((int)get_global_id(0))
#define AT(tensor, i)             ((tensor)[16 * (i) + LANE])
#define REAL(x)                   ((real)(x))
#define real_fma(a, b, c)         fma(a, b, c)
#define real_clean(x)             weft_clean(x)
#define real_clean_squared(x)     weft_clean_squared(x)
#define real_div(a, b)            weft_div(a, b)
#define real_sqrt(x)              weft_sqrt(x)
#define real_exp(x)               weft_exp(x)
#define real_log(x)               weft_log(x)
#define LANE_NUMBERS              LANE

/* The same tree over v[0], v[1] ... v[15]. */
float sum_of_lanes(local const float *v) {
    float eight[8];
    for (int i = 0; i < 8; i++) {
        eight[i] = v[i] + v[i + 8];
    }
    return ((eight[0] + eight[4]) + (eight[2] + eight[6])) +
           ((eight[1] + eight[5]) + (eight[3] + eight[7]));
}

/* Declares local memory for n values of 16 lanes; at the top of a kernel. A group is one item of 16 lanes. */
#define LANE_ROOM                 local float *
#define LOCAL_LANES(name, n)      local float name[16 * (n)]

/* The sum of ${value} over the lanes, for all work-items of the group. */
float share_sum(local float *lanes, float value) {
    barrier(CLK_LOCAL_MEM_FENCE);
    lanes[LANE] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum_of_lanes(lanes);
}
#define SUM_OF_LANES(name, value) share_sum(name, value)

/* All lanes go through local memory, then work-item l sums value l, l + 16 ... */
#define STORE_LANE_SUMS(name, n, values, target)                                                   \
    _Pragma("unroll") for (int sum_i = 0; sum_i < (n); sum_i++) {                                  \
        name[sum_i * 16 + LANE] = (values)[sum_i];                                                 \
    }                                                                                              \
    barrier(CLK_LOCAL_MEM_FENCE);                                                                  \
    for (int sum_i = LANE; sum_i < (n); sum_i += 16) {                                             \
        target = sum_of_lanes(name + sum_i * 16);                                                  \
    }

#endif

/* A layer that takes its input from a relu can apply it while it reads (src/backend/opencl/fuse.c): its file is then compiled with
 * RELU_INPUT 1, its input is the relu's, and so is the gradient that it writes. These macros are looked up where they are used. */
#define RELU_ONE(x)            (RELU_INPUT && !((x) > 0.0f) ? 0.0f : (x))
#define RELU(x)                (RELU_INPUT ? select(REAL(0.0f), x, (x) > REAL(0.0f)) : (x))
#define RELU_MASK(d, input, i) (RELU_INPUT ? select(REAL(0.0f), d, AT(input, i) > REAL(0.0f)) : (d))

/* Images in shard ${shard} of a batch of ${count}. */
int images_of_shard(int count, int shard) {
    return min(count - shard * 16, 16);
}

/* ${x} in lanes with an image, 0 in the others. */
#define PRESENT(x, images) select(REAL(0.0f), x, (whole)(LANE_NUMBERS < (whole)(images)))
