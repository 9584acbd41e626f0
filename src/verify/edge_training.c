/* edge_training.c: short trainings from values that ordinary ones hardly ever meet: moments, parameters and gradients at the threshold to 0, units that are never
 * active, probabilities from 1 down to 0, a last batch of one shard and one image. */
#include "verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "numerics.h"

#define IMAGES    117 /* with batches of 100: 7 shards, the last of 4 images; then 2, the last of 1 */
#define STEPS     4   /* two epochs */
#define RARE      3   /* the last classes: improbable, and no label */
#define DEAD      8   /* units of a linear layer that are never active, at most */
#define DEAD_BIAS -1000.0f

/* A float of 2^${exponent} to twice that; a power of two from every fourth word. */
static float power(uint32_t word, int exponent) {
    uint32_t mantissa = word % 4 == 0 ? 0 : word >> 9;
    return weft_as_float((uint32_t)(127 + exponent) << 23 | mantissa);
}

/* Moments of parameter ${i}: tiny ones, with a quotient of at most about 1. */
static void make_moments(struct verify_training *hard, size_t i, const uint32_t words[4]) {
    int first = -36 + (int)(words[0] % 20), second = -72 + (int)(words[1] % 64);
    float moment = power(words[2], first);
    hard->moments[0][i] = (words[0] & 0x80000000u) != 0 ? -moment : moment;
    hard->moments[1][i] = power(words[3], second < 2 * first ? 2 * first : second);
}

/* Parameter ${i}, whose gradient is 0: what fades reaches the threshold at the first steps. */
static void make_fading(struct verify_training *hard, size_t i, const uint32_t words[4]) {
    float *parameter = &hard->model->parameters[i];
    switch (i % 4) {
    case 0: /* both moments are gone after the first step */
        hard->moments[0][i] = 0x1p-36f;
        hard->moments[1][i] = 0x1p-72f;
        *parameter = 0x1p-36f;
        break;
    case 1: /* the quotient is */
        hard->moments[0][i] = 0x1.8p-36f;
        hard->moments[1][i] = 4.0f;
        *parameter = power(words[0], -36);
        break;
    case 2: /* the parameter is */
        hard->moments[0][i] = power(words[0], -31);
        hard->moments[1][i] = 0.25f;
        *parameter = 0x1p-36f + 0.25f * 0x1p-36f * (float)(words[1] >> 8) * 0x1p-24f;
        break;
    default:
        *parameter = power(words[0], -36);
    }
}

/* The units of ${layer} that are never active: the relu behind it always gives 0. ${last}: it gives the logits. */
static void make_units(struct verify_training *hard, const struct weft_layer *layer, bool last) {
    const struct weft_tensor *weight = &hard->model->network->tensors[layer->first_tensor];
    const struct weft_tensor *bias = weight + 1;
    size_t inputs = weight->count / bias->count;
    size_t dead = layer->kind == WEFT_KIND_CONV2D || bias->count < 2 * DEAD ? 1 : DEAD;
    float *parameters = hard->model->parameters;
    for (size_t i = 0; !last && i < dead; i++) {
        parameters[bias->offset + i] = DEAD_BIAS;
        for (size_t w = i * inputs; w < (i + 1) * inputs; w++) {
            uint32_t words[4];
            verify_words(hard->seed, 31000000u + weight->offset + w, words, 4);
            make_fading(hard, weight->offset + w, words);
        }
    }
    for (size_t k = 0; last && k < RARE && k < bias->count; k++) {
        size_t unit = bias->count - 1 - k;
        parameters[bias->offset + unit] = -12.0f - 3.0f * (float)k;
        for (size_t w = unit * inputs; w < (unit + 1) * inputs; w++) {
            parameters[weight->offset + w] = weft_clean(parameters[weight->offset + w] * 0x1p-10f);
        }
    }
}

/* The running statistics of the units that are never active fade: they stand where one step takes them below the threshold. */
static void make_statistics(struct verify_training *hard, const struct weft_layer *layer) {
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct weft_tensor *tensor = &hard->model->network->tensors[layer->first_tensor + i];
        size_t dead = tensor->count < 2 * DEAD ? 1 : DEAD;
        for (size_t k = 0; !tensor->trained && k < dead; k++) {
            hard->model->buffers[tensor->offset + k] = 0x1.08p-36f;
        }
    }
}

static void make_values(struct verify_training *hard) {
    struct weft_model *model = hard->model;
    const struct weft_network *network = model->network;
    verify_fill(hard->seed, 30000000u, 0.5f, model->parameters, network->parameter_count);
    verify_fill_statistics(hard->seed, 30000001u, model->buffers, network->buffer_count);
    for (size_t i = 0; i < network->parameter_count; i++) {
        uint32_t words[4];
        verify_words(hard->seed, 32000000u + i, words, 4);
        model->parameters[i] = weft_clean(model->parameters[i]);
        make_moments(hard, i, words);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        if (layer->kind == WEFT_KIND_CONV2D || layer->kind == WEFT_KIND_LINEAR) {
            make_units(hard, layer, i + 1 == network->layer_count);
        } else if (layer->kind == WEFT_KIND_BATCH_NORM) {
            make_statistics(hard, layer);
        }
    }
}

enum weft_status verify_hard_init(const struct verify *verify, uint64_t seed,
                                  struct verify_training *hard, struct weft_error *error) {
    struct weft_network *network = NULL;
    enum weft_status status;
    *hard = (struct verify_training){.seed = seed, .steps = STEPS, .batch = 100};
    hard->note = ", from made-up values at the threshold to 0";
    hard->how = verify_device_options(verify, hard->batch, NULL);
    hard->images = hard->made;
    status = weft_network_create_published(&network, error);
    if (status == WEFT_OK) {
        status = weft_model_create(network, &hard->model, error);
    }
    for (int split = 0; split < WEFT_SPLIT_COUNT && status == WEFT_OK; split++) {
        status = verify_images(seed, (enum weft_split)split, IMAGES, &hard->made[split], error);
    }
    if (status != WEFT_OK) {
        return status;
    }
    status = verify_training_allocate(hard, error);
    for (int i = 0; i < 2; i++) {
        hard->moments[i] = calloc(network->parameter_count + 1, sizeof *hard->moments[i]);
    }
    if (status == WEFT_OK && (hard->moments[0] == NULL || hard->moments[1] == NULL)) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
    }
    if (status != WEFT_OK) {
        return status;
    }
    for (size_t i = 0; i < IMAGES; i++) {
        hard->made[WEFT_SPLIT_TRAIN].labels[i] %= 10 - RARE;
    }
    make_values(hard);
    return WEFT_OK;
}

void verify_hard_finish(struct verify_training *hard) {
    hard->backend = NULL;
    verify_training_finish(hard);
}

/* The training on hard->backend, against the reference's. */
static enum weft_status train_and_compare(struct verify *verify, struct verify_training *hard,
                                          struct weft_error *error) {
    enum weft_status status =
        verify_train(verify, hard, hard->backend, hard->digest, hard->results[0], error);
    if (status == WEFT_OK) {
        status = verify_training_expect(verify, hard, error);
    }
    verify->cases += hard->steps;
    return status == WEFT_OK && strcmp(hard->digest, hard->expected) != 0
               ? verify_lockstep(verify, hard, error)
               : status;
}

/* On the backend that has trained, which gets its images, parameters and buffers back. */
static enum weft_status run_on(struct verify *verify, struct verify_training *training,
                               struct verify_training *hard, struct weft_error *error) {
    const struct weft_network *network = hard->model->network;
    float *kept = calloc(network->parameter_count + network->buffer_count + 1, sizeof *kept);
    struct weft_backend *backend = training->backend;
    enum weft_status status =
        kept != NULL ? weft_backend_read(backend, WEFT_ARRAY_PARAMETERS, kept, error)
                     : weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
    hard->backend = backend;
    hard->how = training->how;
    hard->batch = training->batch;
    if (status == WEFT_OK) {
        status =
            weft_backend_read(backend, WEFT_ARRAY_BUFFERS, kept + network->parameter_count, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_set_images(backend, WEFT_SPLIT_TRAIN, &hard->images[WEFT_SPLIT_TRAIN],
                                         error);
    }
    if (status == WEFT_OK) {
        status = train_and_compare(verify, hard, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_set_images(backend, WEFT_SPLIT_TRAIN,
                                         &training->images[WEFT_SPLIT_TRAIN], error);
    }
    if (status == WEFT_OK) {
        status =
            weft_backend_write(backend, WEFT_ARRAY_BUFFERS, kept + network->parameter_count, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_write(backend, WEFT_ARRAY_PARAMETERS, kept, error);
    }
    free(kept);
    return status;
}

/* Way ${i}, on a backend of its own but for the first. */
static enum weft_status run_way(struct verify *verify, struct verify_training *training, size_t i,
                                struct weft_error *error) {
    struct verify_training hard = {.batch = 0};
    struct weft_backend *backend = NULL;
    enum weft_status status = verify_hard_init(verify, training->seed, &hard, error);
    if (status == WEFT_OK && i == 0) {
        status = run_on(verify, training, &hard, error);
    } else if (status == WEFT_OK) {
        verify_way(verify, i, &hard.how);
        hard.note = hard.how.options.mapping == WEFT_MAPPING_GPU
                        ? ", from made-up values at the threshold to 0, mapping gpu"
                        : ", from made-up values at the threshold to 0, mapping cpu";
        status = verify_training_open(&hard, &hard.how, &backend, error);
        hard.backend = backend;
        status = status == WEFT_OK ? train_and_compare(verify, &hard, error) : status;
        weft_backend_close(backend);
    }
    verify_hard_finish(&hard);
    return status;
}

enum weft_status verify_hard(struct verify *verify, struct verify_training *training,
                             struct weft_error *error) {
    bool builtin = verify->outcome->device.builtin; /* which knows no other way */
    enum weft_status status = WEFT_OK;
    /* --quick has the first way, whose kernels the training had */
    for (size_t i = 0; i < VERIFY_WAYS && status == WEFT_OK; i++) {
        if ((i == 0 || (verify->options->full && !builtin)) &&
            verify->outcome->result == WEFT_VERIFY_EQUAL) {
            status = run_way(verify, training, i, error);
        }
    }
    return status;
}
