/* edge_training.c: short trainings from values that ordinary trainings rarely reach: moments,
 * parameters and gradients at the threshold to 0, units that are never active, probabilities from 1
 * down to 0, a last batch of one shard and one image; and trainings with recipes. */
#include "verify/edge_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "network/layer.h"
#include "numerics.h"
#include "verify/made_values.h"
#include "verify/stages.h"

/* With batches of 100: 7 shards, the last of 4 images; then 2 shards, the last of 1 image. */
#define IMAGES    117
#define STEPS     4 /* two epochs */
#define RECIPES   8 /* steps of the training with recipes: an epoch for each */
#define RARE      3 /* the last classes: improbable, and never a label; not all of them */
#define DEAD      8 /* units of a linear layer that are never active, at most */
#define DEAD_BIAS -1000.0f

/* Returns a float from 2^${exponent} to twice that; a power of two for every fourth word. */
static float power(uint32_t word, int exponent) {
    uint32_t mantissa = word % 4 == 0 ? 0 : word >> 9;
    return weft_as_float((uint32_t)(127 + exponent) << 23 | mantissa);
}

/* Makes the moments of parameter ${i}: tiny ones, with a quotient of at most about 1. */
static void make_moments(struct trainer *edge, size_t i, const uint32_t words[4]) {
    int first = -36 + (int)(words[0] % 20), second = -72 + (int)(words[1] % 64);
    float moment = power(words[2], first);
    edge->moments[0][i] = (words[0] & 0x80000000u) != 0 ? -moment : moment;
    edge->moments[1][i] = power(words[3], second < 2 * first ? 2 * first : second);
}

/* Makes parameter ${i}, whose gradient is 0, and its moments: one of them fades to 0 in the first
 * steps. */
static void make_fading(struct trainer *edge, size_t i, const uint32_t words[4]) {
    float *parameter = &edge->model->parameters[i];
    switch (i % 4) {
    case 0: /* both moments are 0 after the first step */
        edge->moments[0][i] = 0x1p-36f;
        edge->moments[1][i] = 0x1p-72f;
        *parameter = 0x1p-36f;
        break;
    case 1: /* the quotient becomes 0 */
        edge->moments[0][i] = 0x1.8p-36f;
        edge->moments[1][i] = 4.0f;
        *parameter = power(words[0], -36);
        break;
    case 2: /* the parameter becomes 0 */
        edge->moments[0][i] = power(words[0], -31);
        edge->moments[1][i] = 0.25f;
        *parameter = 0x1p-36f + 0.25f * 0x1p-36f * (float)(words[1] >> 8) * 0x1p-24f;
        break;
    default:
        *parameter = power(words[0], -36);
    }
}

/* Returns how many of ${classes} classes are rare. */
static size_t rare_classes(size_t classes) {
    return classes > RARE ? RARE : classes - 1;
}

/* Makes units of ${layer}, which has a bias, that are never active: the relu after it always gives
 * 0. ${last}: it gives the logits. */
static void make_units(struct trainer *edge, const struct network_layer *layer, bool last) {
    const struct network_tensor *weight = &edge->model->network->tensors[layer->first_tensor];
    const struct network_tensor *bias = weight + 1;
    size_t inputs = weight->count / bias->count;
    size_t dead = weight->rank > 2 || bias->count < 2 * DEAD ? 1 : DEAD;
    float *parameters = edge->model->parameters;
    for (size_t i = 0; !last && i < dead; i++) {
        parameters[bias->offset + i] = DEAD_BIAS;
        for (size_t w = i * inputs; w < (i + 1) * inputs; w++) {
            uint32_t words[4];
            verify_words(edge->seed, 31000000u + weight->offset + w, words, 4);
            make_fading(edge, weight->offset + w, words);
        }
    }
    for (size_t k = 0; last && k < rare_classes(bias->count); k++) {
        size_t unit = bias->count - 1 - k;
        parameters[bias->offset + unit] = -12.0f - 3.0f * (float)k;
        for (size_t w = unit * inputs; w < (unit + 1) * inputs; w++) {
            parameters[weight->offset + w] = weft_clean(parameters[weight->offset + w] * 0x1p-10f);
        }
    }
}

/* Makes running statistics of the units that are never active: one step takes them below the
 * threshold to 0. */
static void make_statistics(struct trainer *edge, const struct network_layer *layer) {
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor =
            &edge->model->network->tensors[layer->first_tensor + i];
        size_t dead = tensor->count < 2 * DEAD ? 1 : DEAD;
        for (size_t k = 0; !tensor->trained && k < dead; k++) {
            edge->model->buffers[tensor->offset + k] = 0x1.08p-36f;
        }
    }
}

static void make_values(struct trainer *edge) {
    struct weft_model *model = edge->model;
    const struct weft_network *network = model->network;
    verify_fill(edge->seed, 30000000u, 0.5f, model->parameters, network->parameter_count);
    verify_fill_statistics(edge->seed, 30000001u, model->buffers, network->buffer_count);
    for (size_t i = 0; i < network->parameter_count; i++) {
        uint32_t words[4];
        verify_words(edge->seed, 32000000u + i, words, 4);
        model->parameters[i] = weft_clean(model->parameters[i]);
        make_moments(edge, i, words);
    }
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        if (layer_flop(layer) > 0 && layer->tensors > 1) {
            make_units(edge, layer, i + 1 == network->layer_count);
        } else if (layer_kinds[layer->kind]->counts_batches) {
            make_statistics(edge, layer);
        }
    }
}

static enum weft_status allocate(struct trainer *edge, struct weft_error *error) {
    size_t count = edge->model->network->parameter_count + 1;
    TRY(trainer_allocate(edge, error));
    for (int i = 0; i < 2; i++) {
        edge->moments[i] = calloc(count, sizeof *edge->moments[i]);
        if (edge->moments[i] == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
        }
    }
    return WEFT_OK;
}

/* Makes the training that ${steps} and ${note} are of, with values that are not yet set. */
static enum weft_status init(struct verify *verify, uint64_t seed, uint64_t steps, const char *note,
                             struct trainer *edge, struct weft_error *error) {
    struct weft_network *network = NULL;
    *edge = (struct trainer){.verify = verify,
                             .seed = seed,
                             .steps = steps,
                             .batch = TRAINER_BATCH,
                             .images = edge->made_images,
                             .note = note};
    edge->setup = verify_device_setup(verify, edge->batch, NULL);
    TRY(verify_network(verify, &network, error));
    TRY(model_create(network, &edge->model, error));
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        TRY(verify_images(seed, (enum weft_split)split, edge->model->network, IMAGES,
                          &edge->made_images[split], error));
    }
    return allocate(edge, error);
}

/* Makes a training with recipes from the initial values of the seed. */
static enum weft_status recipe_training_init(struct verify *verify, uint64_t seed,
                                             struct trainer *edge, struct weft_error *error) {
    TRY(init(verify, seed, RECIPES, ", with recipes", edge, error));
    model_initialise(edge->model, seed);
    edge->recipes = true;
    return WEFT_OK;
}

enum weft_status edge_training_init(struct verify *verify, uint64_t seed, struct trainer *edge,
                                    struct weft_error *error) {
    TRY(init(verify, seed, STEPS, ", from made-up values at the threshold to 0", edge, error));
    struct weft_images *train = &edge->made_images[WEFT_SPLIT_TRAIN];
    const uint16_t labels = (uint16_t)(train->classes - rare_classes(train->classes));
    for (size_t i = 0; i < train->count; i++) {
        train->labels[i] %= labels;
    }
    make_values(edge);
    return WEFT_OK;
}

void edge_training_finish(struct trainer *edge) {
    edge->backend = NULL;
    trainer_finish(edge);
}

/* Compares the training on edge->backend with the reference's, unless that one leaves the range of
 * floats, as it may with these values in a deep network. */
static enum weft_status train_and_compare(struct trainer *edge, struct weft_error *error) {
    TRY(trainer_hash(edge, edge->backend, edge->digest, edge->results[0], error));
    TRY(trainer_expect(edge, error));
    if (edge->not_finite) {
        edge->verify->outcome->overflows = true;
        return WEFT_OK;
    }
    edge->verify->cases += edge->steps;
    return strcmp(edge->digest, edge->expected) != 0 ? verify_lockstep(edge, error) : WEFT_OK;
}

/* Runs ${edge} on the backend of ${trainer}, and then restores its images, parameters and
 * buffers. */
static enum weft_status run_on(struct trainer *trainer, struct trainer *edge,
                               struct weft_error *error) {
    const struct weft_network *network = edge->model->network;
    float *kept = calloc(network->parameter_count + network->buffer_count + 1, sizeof *kept);
    struct backend *backend = trainer->backend;
    enum weft_status status;
    if (kept == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
    }
    float *buffers = kept + network->parameter_count;
    edge->backend = backend;
    edge->setup = trainer->setup;
    edge->batch = trainer->batch;
    TRY_OR(done, backend_read(backend, ARRAY_PARAMETERS, kept, error));
    TRY_OR(done, backend_read(backend, ARRAY_BUFFERS, buffers, error));
    TRY_OR(done,
           backend_set_images(backend, WEFT_SPLIT_TRAIN, &edge->images[WEFT_SPLIT_TRAIN], error));
    TRY_OR(done, train_and_compare(edge, error));
    TRY_OR(done, backend_set_images(backend, WEFT_SPLIT_TRAIN, &trainer->images[WEFT_SPLIT_TRAIN],
                                    error));
    TRY_OR(done, backend_write(backend, ARRAY_BUFFERS, buffers, error));
    TRY_OR(done, backend_write(backend, ARRAY_PARAMETERS, kept, error));
done:
    free(kept);
    return status;
}

/* Runs ${edge} in ${variant}, on a backend of its own. */
static enum weft_status run_apart(struct trainer *edge, size_t variant, struct weft_error *error) {
    struct backend *backend = NULL;
    enum weft_status status;
    char note[96];
    verify_variant(edge->verify, variant, &edge->setup);
    TRY_OR(done, trainer_open(edge, &edge->setup, &backend, error));
    edge->setup.options.mapping = backend->mapping;
    snprintf(note, sizeof note, "%s, mapping %s", edge->note,
             backend->mapping == WEFT_MAPPING_GPU ? "gpu" : "cpu");
    edge->note = note;
    edge->backend = backend;
    TRY_OR(done, train_and_compare(edge, error));
done:
    backend_close(backend);
    return status;
}

static enum weft_status run_variant(struct trainer *trainer, bool recipes, size_t variant,
                                    struct weft_error *error) {
    struct trainer edge;
    enum weft_status status;
    TRY_OR(done, recipes ? recipe_training_init(trainer->verify, trainer->seed, &edge, error)
                         : edge_training_init(trainer->verify, trainer->seed, &edge, error));
    status = variant == 0 ? run_on(trainer, &edge, error) : run_apart(&edge, variant, error);
done:
    edge_training_finish(&edge);
    return status;
}

enum weft_status verify_edge_training(struct trainer *trainer, struct weft_error *error) {
    const struct verify *verify = trainer->verify;
    /* --quick has only the first variant, whose kernels the training has compiled; the CPU backend
     * has no other one. */
    bool all = verify->options->full && !verify->outcome->device.builtin;
    for (size_t i = 0; i < (all ? 2 * VERIFY_VARIANTS : 2); i++) {
        if (verify->outcome->result == VERIFY_EQUAL) {
            TRY(run_variant(trainer, i % 2 == 1, i / 2, error));
        }
    }
    return WEFT_OK;
}
