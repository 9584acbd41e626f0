/* training.c: the stage that trains the published network, compared by one hash. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH       100
#define EPOCH_STEPS 600 /* the most of one epoch: then the images come again */
#define RATE        0.01f

static enum weft_status make_images(const struct verify *verify, struct verify_training *training,
                                    struct weft_error *error) {
    size_t steps = training->steps < EPOCH_STEPS ? (size_t)training->steps : EPOCH_STEPS;
    size_t tests = verify->options->full ? 10000 : 1000;
    enum weft_status status;
    training->batch = BATCH;
    if (training->images != NULL) {
        training->batch = training->images[WEFT_SPLIT_TRAIN].count < BATCH
                              ? training->images[WEFT_SPLIT_TRAIN].count
                              : BATCH;
        return WEFT_OK;
    }
    training->images = training->made;
    status = verify_images(training->seed, WEFT_SPLIT_TRAIN, steps * BATCH,
                           &training->made[WEFT_SPLIT_TRAIN], error);
    return status == WEFT_OK ? verify_images(training->seed, WEFT_SPLIT_TEST, tests,
                                             &training->made[WEFT_SPLIT_TEST], error)
                             : status;
}

enum weft_status verify_training_allocate(struct verify_training *training,
                                          struct weft_error *error) {
    const struct weft_network *network = training->model->network;
    size_t steps = (size_t)training->steps + 1, step = sizeof *training->results[0];
    training->values = calloc(network->parameter_count + network->buffer_count + 1, sizeof(float));
    training->results[0] = training->steps < SIZE_MAX / step / 2 ? calloc(steps, step) : NULL;
    training->results[1] = training->steps < SIZE_MAX / step / 2 ? calloc(steps, step) : NULL;
    return training->values != NULL && training->results[0] != NULL && training->results[1] != NULL
               ? WEFT_OK
               : weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
}

enum weft_status verify_training_init(struct verify *verify, uint64_t seed,
                                      const struct weft_images *images,
                                      struct verify_training *training, struct weft_error *error) {
    struct weft_network *network = NULL;
    enum weft_status status;
    *training = (struct verify_training){
        .seed = seed, .images = images != NULL ? images : verify->options->images, .note = ""};
    training->steps = verify_steps(verify);
    status = make_images(verify, training, error);
    if (status == WEFT_OK) {
        status = weft_network_create_published(&network, error);
    }
    if (status == WEFT_OK) {
        status = weft_model_create(network, &training->model, error);
    }
    if (status == WEFT_OK) {
        weft_model_initialise(training->model, seed);
        training->how = verify_device_options(verify, training->batch,
                                              verify->flip.flip != 0 ? &verify->flip : NULL);
        /* All tensors exist only where nothing is fused. */
        training->how.options.no_fuse = training->how.options.no_fuse ||
                                        (verify->flip.flip != 0 && verify->flip.ref.is_activation);
        status = verify_training_allocate(training, error);
    }
    return status;
}

enum weft_status verify_training_reseed(const struct verify *verify,
                                        struct verify_training *training, uint64_t seed,
                                        struct weft_error *error) {
    training->seed = seed;
    weft_model_initialise(training->model, seed);
    if (training->images != training->made) {
        return WEFT_OK;
    }
    weft_images_finish(&training->made[WEFT_SPLIT_TRAIN]);
    weft_images_finish(&training->made[WEFT_SPLIT_TEST]);
    training->images = NULL;
    return make_images(verify, training, error);
}

void verify_training_finish(struct verify_training *training) {
    weft_backend_close(training->backend);
    weft_model_destroy(training->model);
    weft_images_finish(&training->made[WEFT_SPLIT_TRAIN]);
    weft_images_finish(&training->made[WEFT_SPLIT_TEST]);
    free(training->values);
    free(training->results[0]);
    free(training->results[1]);
    free(training->moments[0]);
    free(training->moments[1]);
}

enum weft_status verify_training_open(const struct verify_training *training,
                                      const struct verify_setup *how, struct weft_backend **backend,
                                      struct weft_error *error) {
    float pixels[256];
    enum weft_status status = verify_open(training->model->network, how, backend, error);
    if (status == WEFT_OK) {
        weft_pixels_normalised(pixels);
        status = weft_backend_set_pixels(*backend, pixels, error);
    }
    for (int split = 0; split < WEFT_SPLIT_COUNT && status == WEFT_OK; split++) {
        status = weft_backend_set_images(*backend, (enum weft_split)split, &training->images[split],
                                         error);
    }
    return status;
}

void verify_hash_words(struct sha256 *hash, const void *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        uint8_t bytes[4];
        memcpy(&word, (const char *)words + 4 * i, sizeof word);
        for (unsigned b = 0; b < 4; b++) {
            bytes[b] = (uint8_t)(word >> 8 * b);
        }
        sha256_update(hash, bytes, sizeof bytes);
    }
}

enum weft_status verify_training_begin(const struct verify_training *training,
                                       struct weft_backend *backend, struct weft_error *error) {
    const struct weft_model *model = training->model;
    enum weft_status status =
        weft_backend_write(backend, WEFT_ARRAY_BUFFERS, model->buffers, error);
    memset(training->values, 0, model->network->parameter_count * sizeof *training->values);
    for (int i = 0; i < 2 && status == WEFT_OK; i++) {
        status = weft_backend_write(
            backend, i == 0 ? WEFT_ARRAY_MOMENTS : WEFT_ARRAY_SECOND_MOMENTS,
            training->moments[i] != NULL ? training->moments[i] : training->values, error);
    }
    return status == WEFT_OK
               ? weft_backend_write(backend, WEFT_ARRAY_PARAMETERS, model->parameters, error)
               : status;
}

void verify_chunk_make(const struct verify_training *training, uint64_t first, uint32_t *order,
                       struct verify_chunk *chunk) {
    size_t count = training->images[WEFT_SPLIT_TRAIN].count;
    uint64_t in_epoch = (count + training->batch - 1) / training->batch;
    uint64_t begin = first % in_epoch, end = begin + VERIFY_CHUNK;
    size_t last;
    end = end < in_epoch ? end : in_epoch;
    end = end - begin < training->steps - first ? end : begin + (training->steps - first);
    last = (size_t)end * training->batch;
    last = last < count ? last : count;
    if (begin == 0) {
        weft_shuffle(training->seed, first / in_epoch + 1, order, count);
    }
    for (uint64_t i = begin; i < end; i++) {
        chunk->adam[i - begin] = weft_adam_step(RATE, first + (i - begin) + 1);
    }
    chunk->steps = (struct weft_steps){.steps = (size_t)(end - begin),
                                       .batch = training->batch,
                                       .images = last - (size_t)begin * training->batch,
                                       .order = order + begin * training->batch,
                                       .adam = chunk->adam};
}

enum weft_status verify_train(const struct verify *verify, struct verify_training *training,
                              struct weft_backend *backend, char digest[65],
                              struct weft_step_result *all, struct weft_error *error) {
    static const enum weft_array arrays[] = {WEFT_ARRAY_PARAMETERS, WEFT_ARRAY_BUFFERS,
                                             WEFT_ARRAY_MOMENTS, WEFT_ARRAY_SECOND_MOMENTS};
    const struct weft_network *network = training->model->network;
    uint32_t *order = malloc(training->images[WEFT_SPLIT_TRAIN].count * sizeof *order);
    struct verify_chunk chunk;
    struct sha256 hash;
    enum weft_status status;
    if (order == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for an order");
    }
    sha256_init(&hash);
    status = verify_training_begin(training, backend, error);
    for (uint64_t step = 0; status == WEFT_OK && step < training->steps;
         step += chunk.steps.steps) {
        struct weft_step_result results[VERIFY_CHUNK];
        verify_chunk_make(training, step, order, &chunk);
        status = weft_backend_train(backend, &chunk.steps, results, error);
        if (status == WEFT_OK) {
            verify_hash_words(&hash, results, 2 * chunk.steps.steps);
            if (all != NULL) {
                memcpy(all + step, results, chunk.steps.steps * sizeof *results);
            }
            status = verify_progress(verify, "training", error);
        }
    }
    for (size_t i = 0; i < 4 && status == WEFT_OK; i++) {
        status = weft_backend_read(backend, arrays[i], training->values, error);
        verify_hash_words(&hash, training->values,
                          arrays[i] == WEFT_ARRAY_BUFFERS ? network->buffer_count
                                                          : network->parameter_count);
    }
    sha256_final_hex(&hash, digest);
    free(order);
    return status;
}

enum weft_status verify_training_expect(struct verify *verify, struct verify_training *training,
                                        struct weft_error *error) {
    struct verify_setup how = training->how;
    struct weft_backend *reference = NULL;
    enum weft_status status;
    how.options.device = "cpu";
    how.debug = NULL;
    status = verify_training_open(training, &how, &reference, error);
    if (status == WEFT_OK) {
        status = verify_train(verify, training, reference, training->expected, training->results[1],
                              error);
    }
    weft_backend_close(reference);
    return status;
}

/* The hash that the CPU backend gives, which may be known. */
static enum weft_status expect(struct verify *verify, struct verify_training *training,
                               const struct verify_known *known, struct weft_error *error) {
    enum weft_status status = verify_training_expect(verify, training, error);
    if (status == WEFT_OK && known != NULL && strcmp(known->training, training->expected) != 0) {
        weft_fail(error, WEFT_NO_VERDICT,
                  "the CPU backend: its training gives %.16s..., not %.16s... as known: it is no "
                  "reference on this machine",
                  training->expected, known->training);
        return weft_error_hint(error, "a compiler that contracts or reorders (-ffast-math), or bad "
                                      "hardware");
    }
    return status;
}

/* Compares the hash with the known one, or with the reference's; looks into a difference. */
static enum weft_status compare(struct verify *verify, struct verify_training *training,
                                struct weft_error *error) {
    const struct verify_known *known =
        verify->options->images == NULL
            ? verify_known_find(verify->options->full, training->seed, training->steps)
            : NULL;
    enum weft_status status;
    if (known != NULL && verify->flip.flip == 0 && strcmp(training->digest, known->training) == 0) {
        memcpy(training->expected, known->training, sizeof training->expected);
        verify->outcome->known = true;
        return WEFT_OK;
    }
    status = expect(verify, training, known, error);
    /* A bit that was flipped is found even where it comes to nothing. */
    if (status == WEFT_OK &&
        (strcmp(training->digest, training->expected) != 0 || verify->flip.flip != 0)) {
        memcpy(verify->outcome->hash, training->digest, sizeof training->digest);
        memcpy(verify->outcome->expected_hash, training->expected, sizeof training->expected);
        status = verify_lockstep(verify, training, error);
    }
    return status;
}

enum weft_status verify_stage_training(struct verify *verify, struct verify_training *training,
                                       struct weft_error *error) {
    enum weft_status status =
        verify_training_open(training, &training->how, &training->backend, error);
    verify->outcome->seed = training->seed;
    verify->outcome->steps = training->steps;
    if (status == WEFT_OK) {
        status = verify_train(verify, training, training->backend, training->digest,
                              training->results[0], error);
    }
    verify->cases = training->steps;
    memcpy(verify->outcome->training_hash, training->digest, sizeof training->digest);
    if (status == WEFT_OK) {
        status = compare(verify, training, error);
    }
    if (status == WEFT_OK && verify->outcome->result == WEFT_VERIFY_EQUAL &&
        verify->flip.flip == 0) {
        status = verify_hard(verify, training, error);
    }
    return status;
}
