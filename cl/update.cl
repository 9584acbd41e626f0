/* update.cl: adds the gradients of the shards, and makes the update of the parameters with them
 * (struct update in src/backend/backend.h).
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

/* The gradients of the sum of losses. */
kernel void update_join(global const real *partials, global real *gradients, int count) {
    const int begin = get_global_id(1) * VALUES_PER_ITEM;
    for (int v = begin; v < begin + VALUES_PER_ITEM; v++) {
        AT(gradients, v) = joined_gradient(partials, v, 1.0f, count);
    }
}

WEFT_INLINE void update_item(int item, global const real *partials, global real *gradients,
                             global real *parameters, global real *moments,
                             global real *second_moments, global const struct step_numbers *numbers,
                             int count) {
    const int begin = item * VALUES_PER_ITEM;
    for (int v = begin; v < begin + VALUES_PER_ITEM; v++) {
        const real g = joined_gradient(partials, v, numbers->scale, count);
        const real addend = REAL(numbers->complement1) * g;
        const real m = real_clean(real_fma(REAL(numbers->beta1), AT(moments, v), addend));
        const real square = real_clean_squared(REAL(numbers->complement2) * g * g);
        const real second =
            real_clean_squared(real_fma(REAL(numbers->beta2), AT(second_moments, v), square));
        const real root =
            real_fma(real_sqrt(second), REAL(numbers->root_correction), REAL(numbers->eps));
        const real ratio = real_clean(real_div(m, root));
        AT(gradients, v) = g;
        AT(moments, v) = m;
        AT(second_moments, v) = second;
        AT(parameters, v) =
            real_clean(real_fma(REAL(-numbers->step_size), ratio, AT(parameters, v)));
    }
}

/* numbers: of all steps, of which this is number ${step}. */
kernel void update_step(global const real *partials, global real *gradients,
                        global real *parameters, global real *moments, global real *second_moments,
                        global const struct step_numbers *numbers, int step, int count) {
    update_item(get_global_id(1), partials, gradients, parameters, moments, second_moments,
                numbers + step, count);
}
