/* adam.cl: adds the gradients of the shards, and makes a step of Adam (Kingma and Ba, 2015) with
 * them.
 *
 *   g = (sum of the shards' gradients, in order) scale
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g g
 *   parameter -= step_size m / (sqrt(v) root_correction + eps)
 *
 * Gradients that are JOINED have their sum over the shards in the place of shard 0, and 0 in the
 * places of the other shards.
 *
 * The flat arrays are padded to whole work-groups, PARTIALS_STRIDE floats in all. An item is
 * VALUES_PER_ITEM vectors. */

WEFT_INLINE real joined_gradient(global const real *partials, int v, float scale, int count) {
    real total = REAL(0.0f);
    const int shards = JOINED(v) ? 1 : (count + 15) / 16;
    for (int shard = 0; shard < shards; shard++) {
        total += AT(OF_SHARD(partials, PARTIALS_STRIDE / 16), v);
    }
    return real_clean(real_clean(total) * REAL(scale));
}

kernel void adam_join(global const real *partials, global real *gradients, float scale, int count) {
    const int begin = get_global_id(1) * VALUES_PER_ITEM;
    for (int v = begin; v < begin + VALUES_PER_ITEM; v++) {
        AT(gradients, v) = joined_gradient(partials, v, scale, count);
    }
}

WEFT_INLINE void adam_item(int item, global const real *partials, global real *gradients,
                           global real *parameters, global real *moments,
                           global real *second_moments, float scale, int count, float beta1,
                           float beta2, float complement1, float complement2, float eps,
                           float step_size, float root_correction) {
    const int begin = item * VALUES_PER_ITEM;
    for (int v = begin; v < begin + VALUES_PER_ITEM; v++) {
        const real g = joined_gradient(partials, v, scale, count);
        const real addend = REAL(complement1) * g;
        const real m = real_clean(real_fma(REAL(beta1), AT(moments, v), addend));
        const real square = real_clean_squared(REAL(complement2) * g * g);
        const real second =
            real_clean_squared(real_fma(REAL(beta2), AT(second_moments, v), square));
        const real root = real_fma(real_sqrt(second), REAL(root_correction), REAL(eps));
        const real ratio = real_clean(real_div(m, root));
        AT(gradients, v) = g;
        AT(moments, v) = m;
        AT(second_moments, v) = second;
        AT(parameters, v) = real_clean(real_fma(REAL(-step_size), ratio, AT(parameters, v)));
    }
}

kernel void adam_step(global const real *partials, global real *gradients, global real *parameters,
                      global real *moments, global real *second_moments, float scale, int count,
                      float beta1, float beta2, float complement1, float complement2, float eps,
                      float step_size, float root_correction) {
    adam_item(get_global_id(1), partials, gradients, parameters, moments, second_moments, scale,
              count, beta1, beta2, complement1, complement2, eps, step_size, root_correction);
}
