/* peak.c: fused multiply-adds on registers only: the peak with which the other functions are
 * compared. */
#include "backend/cpu/level.h"

/* x = fma(x, a, b) in each lane, with a and b for which x stays near 1. */
static inline void step(cpu_lanes x) {
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        x[lane] = fmaf(x[lane], 0.999f, 0.001f);
    }
}

static void fill(cpu_lanes x, float value) {
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        x[lane] = value + (float)lane;
    }
}

/* The chains are single variables and not an array, so that compilers keep them in vector
 * registers. Level 4 has 32 of these, each for a chain; the others have 16, each for half a
 * chain. */
float CPU_NAME(peak)(size_t turns) {
    cpu_lanes s0, s1, s2, s3, s4, s5, s6;
    float total = 0.0f;
#if CPU_PEAK_CHAINS == 12
    cpu_lanes s7, s8, s9, s10, s11;
#define MORE(f, x) f(s7, x) f(s8, x) f(s9, x) f(s10, x) f(s11, x)
#else
#define MORE(f, x)
#endif
#define EACH(f, x) f(s0, x) f(s1, x) f(s2, x) f(s3, x) f(s4, x) f(s5, x) f(s6, x) MORE(f, x)
#define FILL(s, x) fill(s, x);
#define STEP(s, x) step(s);
#define ADD(s, x)  total += s[x];
    EACH(FILL, 1.0f)
    for (size_t turn = 0; turn < turns; turn++) {
        EACH(STEP, 0)
    }
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        EACH(ADD, lane)
    }
    return total;
}
