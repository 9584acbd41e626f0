/* probe.cl: the arithmetic of the contract, for a check of the device when it is opened. in:
 * triples of floats; out: PROBE_RESULTS floats for each. */

#define PROBE_RESULTS 9

kernel void probe(global const float *in, global float *out) {
    const size_t i = get_global_id(0);
    const float a = in[i * 3], b = in[i * 3 + 1], c = in[i * 3 + 2];
    global float *to = out + i * PROBE_RESULTS;
    const float product = a * b;
    to[0] = product + c; /* two roundings: contraction of two statements shows here */
    to[1] = fma(a, b, c);
    to[2] = a - b;
    to[3] = weft_div(a, b);
    to[4] = weft_sqrt(fabs(a));
    to[5] = weft_exp(a);
    to[6] = weft_log(fabs(b));
    to[7] = weft_clean(c);
    to[8] =
        a * b +
        c; /* contraction shows here, too, in compilers that contract only within an expression */
}

#if ITEM_LANES == 16

/* Division and root as the kernels use them, by vectors and by single floats. out: four vectors for
 * each of a and b. */
kernel void probe_division(global const real *a, global const real *b, global real *out) {
    const size_t i = get_global_id(0);
    global const float *one_a = (global const float *)(a + i);
    global const float *one_b = (global const float *)(b + i);
    global float *one = (global float *)(out + 4 * i + 2);
    out[4 * i] = real_div(a[i], b[i]);
    out[4 * i + 1] = real_sqrt(a[i]);
    for (int l = 0; l < 16; l++) {
        one[l] = weft_device_div(one_a[l], one_b[l]);
        one[16 + l] = weft_device_sqrt(one_a[l]);
    }
}

#endif
