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

/* The sum of squares of all gradients has an order of its own: in each lane a chain over the
 * CLIP_BLOCK vectors of a block, then a chain over the blocks, then the tree. */
#define VECTORS (PARTIALS_STRIDE / 16)
#define BLOCKS  CLIP_BLOCKS(VECTORS)

/* The squares of a block. */
kernel void update_squares(global const real *partials, global real *squares,
                           global const struct step_numbers *numbers, int step, int count) {
    const int block = get_global_id(1), begin = block * CLIP_BLOCK;
    real sum = REAL(0.0f);
    for (int v = begin; v < min(begin + CLIP_BLOCK, VECTORS); v++) {
        const real g = joined_gradient(partials, v, numbers[step].scale, count);
        sum = real_fma(g, g, sum);
    }
    AT(squares, block) = sum;
}

/* What the gradients are multiplied by: clip_norm / norm, at most 1; after the squares. */
kernel void update_clip(global real *squares, global const struct step_numbers *numbers, int step) {
    LOCAL_LANES(lanes, 1, 1);
    real sum = REAL(0.0f);
    for (int block = 0; block < BLOCKS; block++) {
        sum += AT(squares, block);
    }
    const float norm = weft_sqrt(SUM_OF_LANES(lanes, sum));
    const float coefficient = weft_div(numbers[step].clip_norm, norm + CLIP_EPS);
    AT(squares, BLOCKS) = REAL(coefficient > 1.0f ? 1.0f : coefficient); /* NaN stays NaN */
}

/* What a step of Adam multiplies by the step's size. */
WEFT_INLINE real adam_change(global const struct step_numbers *numbers, int v, real g,
                             global real *moments, global real *second_moments) {
    const real addend = REAL(numbers->complement1) * g;
    const real m = real_clean(real_fma(REAL(numbers->beta1), AT(moments, v), addend));
    const real square = real_clean_squared(REAL(numbers->complement2) * g * g);
    const real second =
        real_clean_squared(real_fma(REAL(numbers->beta2), AT(second_moments, v), square));
    const real root =
        real_fma(real_sqrt(second), REAL(numbers->root_correction), REAL(numbers->eps));
    AT(moments, v) = m;
    AT(second_moments, v) = second;
    return real_clean(real_div(m, root));
}

/* The same of SGD. */
WEFT_INLINE real sgd_change(global const struct step_numbers *numbers, int v, real g,
                            global real *moments) {
    const real m = real_clean(real_fma(REAL(numbers->beta1), AT(moments, v), g));
    AT(moments, v) = m;
    return numbers->nesterov ? real_clean(real_fma(REAL(numbers->beta1), m, g)) : m;
}

/* Gradients are multiplied by ${coefficient}, 1 without a clip_norm. */
WEFT_INLINE void update_item(int item, global const real *partials, global real *gradients,
                             global real *parameters, global real *moments,
                             global real *second_moments, global const struct step_numbers *numbers,
                             int count, real coefficient) {
    const int begin = item * VALUES_PER_ITEM;
    for (int v = begin; v < begin + VALUES_PER_ITEM; v++) {
        const real mean = joined_gradient(partials, v, numbers->scale, count);
        const real g = real_clean(mean * coefficient);
        const real kept = real_clean(AT(parameters, v) * REAL(numbers->decay));
        const real penalized = real_clean(real_fma(REAL(numbers->penalty), kept, g));
        real change;
        if (numbers->sgd) {
            change = sgd_change(numbers, v, penalized, moments);
        } else {
            change = adam_change(numbers, v, penalized, moments, second_moments);
        }
        AT(gradients, v) = g;
        AT(parameters, v) = real_clean(real_fma(REAL(-numbers->step_size), change, kept));
    }
}

/* numbers: of all steps, of which this is number ${step}. squares: after update_clip, unless there
 * is no clip_norm. */
kernel void update_step(global const real *partials, global real *gradients,
                        global real *parameters, global real *moments, global real *second_moments,
                        global const real *squares, global const struct step_numbers *numbers,
                        int step, int count) {
    update_item(get_global_id(1), partials, gradients, parameters, moments, second_moments,
                numbers + step, count,
                numbers[step].clip_norm > 0.0f ? AT(squares, BLOCKS) : REAL(1.0f));
}
