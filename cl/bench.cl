/* bench.cl: the peak of a device: fused multiply-adds on registers only.
 *
 * A work-item computes CHAINS independent sums of ITEM_LANES lanes, 1 or 16, and adds to each
 * ${turns} times. More chains than a multiplier has stages keep it busy. x = fma(x, a, b) with
 * these a and b stays near 1. The total is stored at the end, so that no compiler can omit the
 * work. */

#if ITEM_LANES == 16
#define VALUE    float16
#define FIRST(v) ((v).s0)
#else
#define VALUE    float
#define FIRST(v) (v)
#endif

kernel void peak(global float *out, const float a, const float b, const int turns) {
    const VALUE slope = (VALUE)(a), shift = (VALUE)(b);
    VALUE sum[CHAINS];
#pragma unroll
    for (int i = 0; i < CHAINS; i++) {
        sum[i] = (VALUE)(1.0f + (float)i);
    }
    for (int turn = 0; turn < turns; turn++) {
#pragma unroll
        for (int i = 0; i < CHAINS; i++) {
            sum[i] = fma(sum[i], slope, shift);
        }
    }
    VALUE total = sum[0];
#pragma unroll
    for (int i = 1; i < CHAINS; i++) {
        total += sum[i];
    }
    out[get_global_id(0)] = FIRST(total);
}
