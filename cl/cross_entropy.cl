/* cross_entropy.cl: softmax cross entropy over CLASSES logits: losses, predictions, and the
 * gradient of the sum of losses.
 *
 *   m = largest logit, e[k] = exp(logit[k] - m), s = e[0] + e[1] + ...
 *   d[k] = log(s) - (logit[k] - m)
 *
 *   evaluation   loss = d[label]
 *   training     loss = target[0] d[0] + target[1] d[1] + ..., without the terms whose target is 0,
 *                dlogit[k] = total e[k] / s - target[k]
 *
 * Targets and their total are those of the image's label, from smoothing and weights of classes
 * (src/backend/loss_targets.h). Without these, target[label] and total are 1, the other targets 0.
 *
 * An item is a shard. The images are order[first], order[first + 1] ... of the data set's
 * labels. */

/* The labels of this work-item's lanes; 0 in empty lanes. */
WEFT_INLINE integer labels_of_lanes(global const ushort *labels, global const uint *order,
                                    int images) {
#if ITEM_LANES == 16
    int each[16];
    for (int l = 0; l < 16; l++) {
        each[l] = l < images ? labels[order[l]] : 0;
    }
    return vload16(0, each);
#else
    return FIRST_LANE < images ? labels[order[FIRST_LANE]] : 0;
#endif
}

/* The largest logit of each lane, and the first class that has it. */
WEFT_INLINE real largest_logit(global const real *logits, integer *prediction) {
    real largest = AT(logits, 0);
    *prediction = (integer)(0);
    for (int k = 1; k < CLASSES; k++) {
        const real logit = AT(logits, k);
        *prediction = select(*prediction, (integer)(k), logit > largest);
        largest = select(largest, logit, logit > largest);
    }
    return largest;
}

WEFT_INLINE real exp_of_logit(global const real *logits, int k, real largest) {
    return real_clean(real_exp(AT(logits, k) - largest));
}

/* The target of class k of each lane. */
WEFT_INLINE real target_of_lanes(global const float *targets, int k, integer label) {
    return select(REAL(targets[k]), REAL(targets[CLASSES + k]), label == (integer)(k));
}

/* The sum of the targets of each lane. */
WEFT_INLINE real total_of_lanes(global const float *targets, integer label) {
#if ITEM_LANES == 16
    int labels[16];
    float each[16];
    vstore16(label, 0, labels);
    for (int l = 0; l < 16; l++) {
        each[l] = targets[2 * CLASSES + labels[l]];
    }
    return vload16(0, each);
#else
    return targets[2 * CLASSES + label];
#endif
}

/* The sum of target[k] d[k]. */
WEFT_INLINE real trained_loss(global const real *logits, global const float *targets, integer label,
                              real largest, real sum) {
    const real logarithm = real_log(sum);
    real loss = REAL(0.0f);
    for (int k = 0; k < CLASSES; k++) {
        const real target = target_of_lanes(targets, k, label);
        const real d = real_clean(logarithm - (AT(logits, k) - largest));
        loss = select(loss, real_fma(target, d, loss), target != 0.0f);
    }
    return real_clean(loss);
}

/* d[label]. */
WEFT_INLINE real loss_of_lanes(global const real *logits, integer label, real largest, real sum) {
    real chosen = REAL(0.0f);
    for (int k = 0; k < CLASSES; k++) {
        chosen = select(chosen, AT(logits, k), label == (integer)(k));
    }
    return real_clean(real_log(sum) - (chosen - largest));
}

WEFT_INLINE real sum_of_exps(global const real *logits, real largest) {
    real sum = REAL(0.0f);
    for (int k = 0; k < CLASSES; k++) {
        sum += exp_of_logit(logits, k, largest);
    }
    return sum;
}

/* Writes dlogits, which is 0 in empty lanes. Returns the losses; ${right}: 1 where the prediction
 * is correct. */
WEFT_INLINE real gradient_of_lanes(global const real *logits, global const float *targets,
                                   global real *dlogits, integer label, int images, real *right) {
    integer prediction;
    const real largest = largest_logit(logits, &prediction);
    const real sum = sum_of_exps(logits, largest), total = total_of_lanes(targets, label);
    for (int k = 0; k < CLASSES; k++) {
        const real p = real_clean(real_div(exp_of_logit(logits, k, largest), sum));
        const real target = target_of_lanes(targets, k, label);
        AT(dlogits, k) = ZERO_EMPTY(real_clean(real_fma(p, total, -target)), images);
    }
    *right = select(REAL(0.0f), REAL(1.0f), label == prediction);
    return trained_loss(logits, targets, label, largest, sum);
}

/* The loss of a shard. From index ${result_index} on, writes the sum of losses of each shard, as
 * bits, and its number of correct predictions. All items but the first only take part in the
 * barriers. */
WEFT_INLINE void cross_entropy_shard(int item, int shard, LANE_MEMORY lanes,
                                     global const real *all_logits, global const ushort *labels,
                                     global const uint *order, global const float *targets,
                                     global real *all_dlogits, global uint *shard_results,
                                     int result_index, int first, int count) {
    const int images = images_of_shard(count, shard);
    global const real *logits = OF_SHARD(all_logits, CLASSES);
    global real *dlogits = OF_SHARD(all_dlogits, CLASSES);
    real loss = REAL(0.0f), right = REAL(0.0f);
    if (item == 0) {
        const integer label = labels_of_lanes(labels, order + first + shard * 16, images);
        loss = gradient_of_lanes(logits, targets, dlogits, label, images, &right);
    }
    const float losses = SUM_OF_LANES(lanes, ZERO_EMPTY(loss, images));
    const float rights = SUM_OF_LANES(lanes, ZERO_EMPTY(right, images));
    if (item + FIRST_LANE == 0) { /* the first lane of the first item */
        shard_results[2 * (result_index + shard)] = as_uint(losses);
        shard_results[2 * (result_index + shard) + 1] = (uint)rights;
    }
}

kernel void cross_entropy_train(global const real *logits, global const ushort *labels,
                                global const uint *order, global const float *targets,
                                global real *dlogits, global uint *shard_results, int result_index,
                                int first, int count) {
    LOCAL_LANES(lanes, 1, 1);
    cross_entropy_shard(0, get_global_id(2), lanes, logits, labels, order, targets, dlogits,
                        shard_results, result_index, first, count);
}

/* Writes the loss and the prediction of each image of a shard; those of the batch begin at shard
 * ${result_index} of the results. */
WEFT_INLINE void cross_entropy_images(int shard, global const real *all_logits,
                                      global const ushort *labels, global const uint *order,
                                      global real *losses, global integer *predictions,
                                      int result_index, int first, int count) {
    const int images = images_of_shard(count, shard);
    global const real *logits = OF_SHARD(all_logits, CLASSES);
    const integer label = labels_of_lanes(labels, order + first + shard * 16, images);
    integer prediction;
    const real largest = largest_logit(logits, &prediction);
    const real loss = loss_of_lanes(logits, label, largest, sum_of_exps(logits, largest));
    AT(losses, result_index + shard) = loss;
    AT(predictions, result_index + shard) = prediction;
}

kernel void cross_entropy_evaluate(global const real *all_logits, global const ushort *labels,
                                   global const uint *order, global real *losses,
                                   global integer *predictions, int result_index, int first,
                                   int count) {
    cross_entropy_images(get_global_id(2), all_logits, labels, order, losses, predictions,
                         result_index, first, count);
}

/* The mean loss of each step: its shards in order. An item is a step; every step has ${batch} of
 * the ${images}, the last one the rest. results: for each step the bits of the loss and the number
 * of correct predictions. */
kernel void cross_entropy_join(global const uint *shard_results,
                               global const struct step_numbers *numbers, global uint *results,
                               int batch, int images) {
    const int step = get_global_id(0), result_index = step * ((batch + 15) / 16);
    const int count = min(batch, images - step * batch);
    float total = 0.0f;
    uint correct = 0;
    for (int shard = result_index; shard < result_index + (count + 15) / 16; shard++) {
        total += as_float(shard_results[2 * shard]);
        correct += shard_results[2 * shard + 1];
    }
    results[step * 2] = as_uint(weft_device_div(total, numbers[step].weight));
    results[step * 2 + 1] = correct;
}
