/* elementwise.h: layers each of whose values comes from one value. A file defines
 *
 *   KERNEL(NAME_value)(real x)              the output, clean
 *   KERNEL(NAME_gradient)(real v, real d)   the gradient of the input, clean; v: the value of the
 *                                           input, or of the output where
 *                                           src/backend/opencl/NAME.c says so; d: the gradient of
 *                                           the output
 *
 * and then its two functions by ELEMENTWISE(NAME). An item is VALUES_PER_ITEM adjacent values. */
#define ELEMENTWISE(name)                                                                          \
    WEFT_INLINE void KERNEL(name##_forward)(int item, int shard, LANE_MEMORY lanes,                \
                                            global const real *input, global real *output) {       \
        input = OF_SHARD(input, IN_SIZE);                                                          \
        output = OF_SHARD(output, IN_SIZE);                                                        \
        for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {              \
            AT(output, i) = KERNEL(name##_value)(AT(input, i));                                    \
        }                                                                                          \
    }                                                                                              \
    WEFT_INLINE void KERNEL(name##_backward)(int item, int shard, LANE_MEMORY lanes,               \
                                             global const real *values,                            \
                                             global const real *doutput, global real *dinput) {    \
        values = OF_SHARD(values, IN_SIZE);                                                        \
        doutput = OF_SHARD(doutput, IN_SIZE);                                                      \
        dinput = OF_SHARD(dinput, IN_SIZE);                                                        \
        for (int i = item * VALUES_PER_ITEM; i < (item + 1) * VALUES_PER_ITEM; i++) {              \
            AT(dinput, i) = KERNEL(name##_gradient)(AT(values, i), AT(doutput, i));                \
        }                                                                                          \
    }
