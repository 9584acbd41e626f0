/* training.c: the stages that train the published network and evaluate it, compared by one hash each. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/sha256.h"
#include "numerics.h"

#define BATCH       100
#define EPOCH_STEPS 600 /* the most of one epoch: then the images come again */
#define RATE        0.01f
#define AT_ONCE     20 /* steps between two questions whether to stop */

static enum weft_status make_images(struct verify *verify, struct verify_training *training,
                                    struct weft_error *error) {
    size_t steps = training->steps < EPOCH_STEPS ? (size_t)training->steps : EPOCH_STEPS;
    size_t tests = verify->options->full ? 10000 : 1000;
    enum weft_status status;
    training->batch = BATCH;
    if (training->images != NULL) {
        training->batch =
            training->images[WEFT_TRAIN].count < BATCH ? training->images[WEFT_TRAIN].count : BATCH;
        return WEFT_OK;
    }
    training->images = training->made;
    status = verify_images(training->seed, WEFT_TRAIN, steps * BATCH, &training->made[WEFT_TRAIN],
                           error);
    return status == WEFT_OK
               ? verify_images(training->seed, WEFT_TEST, tests, &training->made[WEFT_TEST], error)
               : status;
}

enum weft_status verify_training_init(struct verify *verify, uint64_t seed,
                                      const struct weft_images *images,
                                      struct verify_training *training, struct weft_error *error) {
    struct weft_network *network = NULL;
    enum weft_status status;
    *training = (struct verify_training){
        .seed = seed, .images = images != NULL ? images : verify->options->images};
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
        training->how.no_fuse =
            training->how.no_fuse || (verify->flip.flip != 0 && verify->flip.target.is_place);
        training->values = calloc(training->model->network->parameter_count + 1, sizeof(float));
        if (training->values == NULL) {
            status = weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
        }
    }
    return status;
}

void verify_training_finish(struct verify_training *training) {
    weft_backend_close(training->backend);
    weft_model_destroy(training->model);
    weft_images_finish(&training->made[WEFT_TRAIN]);
    weft_images_finish(&training->made[WEFT_TEST]);
    free(training->values);
}

enum weft_status verify_training_open(const struct verify_training *training,
                                      const struct weft_backend_options *how,
                                      struct weft_backend **backend, struct weft_error *error) {
    float pixels[256];
    enum weft_status status =
        weft_backend_open(training->model->network, how, backend, NULL, error);
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

static void add_words(struct weft_sha256 *hash, const void *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        uint8_t bytes[4];
        memcpy(&word, (const char *)words + 4 * i, sizeof word);
        for (unsigned b = 0; b < 4; b++) {
            bytes[b] = (uint8_t)(word >> 8 * b);
        }
        weft_sha256_update(hash, bytes, sizeof bytes);
    }
}

static enum weft_status begin(const struct verify_training *training, struct weft_backend *backend,
                              struct weft_error *error) {
    const struct weft_model *model = training->model;
    enum weft_status status = weft_backend_write(backend, WEFT_BUFFERS, model->buffers, error);
    memset(training->values, 0, model->network->parameter_count * sizeof *training->values);
    if (status == WEFT_OK) {
        status = weft_backend_write(backend, WEFT_MOMENTS, training->values, error);
    }
    if (status == WEFT_OK) {
        status = weft_backend_write(backend, WEFT_SECOND_MOMENTS, training->values, error);
    }
    return status == WEFT_OK
               ? weft_backend_write(backend, WEFT_PARAMETERS, model->parameters, error)
               : status;
}

/* The steps ${first} (from 0) to the next stop, inside one epoch. */
static enum weft_status some_steps(const struct verify *verify, struct verify_training *training,
                                   struct weft_backend *backend, uint64_t first, uint32_t *order,
                                   struct weft_sha256 *hash, uint64_t *next,
                                   struct weft_error *error) {
    size_t count = training->images[WEFT_TRAIN].count;
    uint64_t in_epoch = (count + training->batch - 1) / training->batch;
    uint64_t begin = first % in_epoch, end = begin + AT_ONCE;
    struct weft_step_result results[AT_ONCE];
    struct weft_adam adam[AT_ONCE];
    size_t last;
    end = end < in_epoch ? end : in_epoch;
    end = end - begin < training->steps - first ? end : begin + (training->steps - first);
    last = (size_t)end * training->batch;
    last = last < count ? last : count;
    if (begin == 0) {
        weft_shuffle(training->seed, first / in_epoch + 1, order, count);
    }
    for (uint64_t i = begin; i < end; i++) {
        adam[i - begin] = weft_adam_step(RATE, first + (i - begin) + 1);
    }
    struct weft_steps steps = {.steps = (size_t)(end - begin),
                               .batch = training->batch,
                               .images = last - (size_t)begin * training->batch,
                               .order = order + begin * training->batch,
                               .adam = adam};
    enum weft_status status = weft_backend_train(backend, &steps, results, error);
    if (status == WEFT_OK) {
        add_words(hash, results, 2 * steps.steps);
        status = verify_progress(verify, "training", error);
    }
    *next = first + (end - begin);
    return status;
}

enum weft_status verify_train(const struct verify *verify, struct verify_training *training,
                              struct weft_backend *backend, char digest[65],
                              struct weft_error *error) {
    static const enum weft_array arrays[] = {WEFT_PARAMETERS, WEFT_BUFFERS, WEFT_MOMENTS,
                                             WEFT_SECOND_MOMENTS};
    const struct weft_network *network = training->model->network;
    uint32_t *order = malloc(training->images[WEFT_TRAIN].count * sizeof *order);
    struct weft_sha256 hash;
    enum weft_status status;
    if (order == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for an order");
    }
    weft_sha256_init(&hash);
    status = begin(training, backend, error);
    for (uint64_t step = 0; status == WEFT_OK && step < training->steps;) {
        status = some_steps(verify, training, backend, step, order, &hash, &step, error);
    }
    for (size_t i = 0; i < 4 && status == WEFT_OK; i++) {
        status = weft_backend_read(backend, arrays[i], training->values, error);
        add_words(&hash, training->values,
                  arrays[i] == WEFT_BUFFERS ? network->buffer_count : network->parameter_count);
    }
    weft_sha256_final_hex(&hash, digest);
    free(order);
    return status;
}

/* The hash that the CPU backend gives, known or computed here. */
static enum weft_status expect(struct verify *verify, struct verify_training *training,
                               const struct verify_known *known, struct weft_error *error) {
    struct weft_backend_options how = training->how;
    struct weft_backend *reference = NULL;
    enum weft_status status;
    how.device = "cpu";
    how.trial = NULL;
    status = verify_training_open(training, &how, &reference, error);
    if (status == WEFT_OK) {
        status = verify_train(verify, training, reference, training->expected, error);
    }
    weft_backend_close(reference);
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

enum weft_status verify_stage_training(struct verify *verify, struct verify_training *training,
                                       struct weft_error *error) {
    const struct verify_known *known =
        verify->options->images == NULL
            ? verify_known_find(verify->options->full, training->seed, training->steps)
            : NULL;
    enum weft_status status =
        verify_training_open(training, &training->how, &training->backend, error);
    verify->outcome->seed = training->seed;
    verify->outcome->steps = training->steps;
    if (status == WEFT_OK) {
        status = verify_train(verify, training, training->backend, training->digest, error);
    }
    verify->cases = training->steps;
    memcpy(verify->outcome->training_hash, training->digest, sizeof training->digest);
    if (status == WEFT_OK && known != NULL && verify->flip.flip == 0 &&
        strcmp(training->digest, known->training) == 0) {
        memcpy(training->expected, known->training, sizeof training->expected);
        verify->outcome->known = true;
        return WEFT_OK;
    }
    if (status == WEFT_OK) {
        status = expect(verify, training, known, error);
    }
    /* A bit that was flipped is found even where it comes to nothing. */
    if (status == WEFT_OK &&
        (strcmp(training->digest, training->expected) != 0 || verify->flip.flip != 0)) {
        memcpy(verify->outcome->hash, training->digest, sizeof training->digest);
        memcpy(verify->outcome->expected_hash, training->expected, sizeof training->expected);
        status = verify_lockstep(verify, training, error);
    }
    return status;
}

/* Evaluates what ${backend} holds, and hashes it together with what the training gave. */
static enum weft_status evaluate(const struct verify_training *training,
                                 struct weft_backend *backend, struct weft_evaluation *evaluation,
                                 char digest[65], struct weft_error *error) {
    struct weft_evaluation_options how = {WEFT_TEST, WEFT_RUNNING, training->batch};
    const struct weft_images *images = &training->images[WEFT_TEST];
    struct weft_sha256 hash;
    enum weft_status status = weft_evaluate(backend, images, &how, true, evaluation, error);
    if (status != WEFT_OK) {
        return status;
    }
    weft_sha256_init(&hash);
    weft_sha256_update(&hash, training->expected, strlen(training->expected));
    add_words(&hash, evaluation->logits, evaluation->images * evaluation->classes);
    for (size_t i = 0; i < evaluation->classes * evaluation->classes; i++) {
        uint32_t count = (uint32_t)evaluation->confusion[i];
        add_words(&hash, &count, 1);
    }
    weft_sha256_final_hex(&hash, digest);
    return WEFT_OK;
}

/* A batch of the evaluation that differs. */
struct evaluation_piece {
    const struct verify_training *training;
    struct weft_backend *expected;
    float *parameters, *buffers;
    struct weft_pass pass;
    float *losses[2];
};

static enum weft_status run_piece(const struct verify_piece *piece, struct weft_backend *device,
                                  struct weft_verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct evaluation_piece *job = piece->context;
    struct weft_images images = job->training->images[WEFT_TEST];
    struct verify_pair pair = {
        .device = device, .expected = job->expected, .count = job->pass.count, .long_names = true};
    struct weft_backend *backends[2] = {device, job->expected};
    struct weft_sha256 hash;
    float pixels[256];
    enum weft_status status = WEFT_OK;
    weft_pixels_normalised(pixels);
    for (int i = 0; i < 2 && status == WEFT_OK; i++) {
        struct weft_pass pass = job->pass;
        pass.losses = job->losses[i];
        if ((status = weft_backend_set_pixels(backends[i], pixels, error)) == WEFT_OK &&
            (status = weft_backend_set_images(backends[i], WEFT_TEST, &images, error)) == WEFT_OK &&
            (status = weft_backend_write(backends[i], WEFT_PARAMETERS, job->parameters, error)) ==
                WEFT_OK &&
            (status = weft_backend_write(backends[i], WEFT_BUFFERS, job->buffers, error)) ==
                WEFT_OK) {
            status = weft_backend_evaluate(backends[i], &pass, error);
        }
    }
    if (status == WEFT_OK) {
        status = verify_tensors(&pair, found, error);
    }
    if (status == WEFT_OK && found->differing == 0) {
        for (size_t i = 0; i < job->pass.count; i++) {
            if (weft_as_uint(job->losses[0][i]) != weft_as_uint(job->losses[1][i])) {
                snprintf(found->layer, sizeof found->layer, "cross_entropy");
                snprintf(found->tensor, sizeof found->tensor, "losses");
                found->element = found->differing++ == 0 ? i : found->element;
                found->device = weft_as_uint(job->losses[0][found->element]);
                found->expected = weft_as_uint(job->losses[1][found->element]);
                found->of = job->pass.count;
            }
        }
    }
    weft_sha256_init(&hash);
    add_words(&hash, job->losses[0], job->pass.count);
    weft_sha256_final_hex(&hash, digest);
    return status;
}

/* Looks for the batch in which the device differs, and diagnoses it. */
static enum weft_status find_batch(struct verify *verify, struct verify_training *training,
                                   struct evaluation_piece *job, struct weft_error *error) {
    struct verify_piece piece = {training->model->network, training->batch, run_piece, job,
                                 job->expected};
    struct weft_verify_difference found = {.stage = WEFT_STAGE_EVALUATION};
    size_t count = training->images[WEFT_TEST].count;
    char digest[65];
    enum weft_status status = WEFT_OK;
    for (size_t first = 0; first < count && status == WEFT_OK && found.differing == 0;
         first += training->batch) {
        size_t left = count - first;
        job->pass =
            (struct weft_pass){.split = WEFT_TEST, .statistics = WEFT_RUNNING, .first = first};
        job->pass.count = left < training->batch ? left : training->batch;
        status = run_piece(&piece, training->backend, &found, digest, error);
    }
    found.stage = WEFT_STAGE_EVALUATION;
    snprintf(found.where, sizeof found.where, "images %zu to %zu of the test split",
             job->pass.first, job->pass.first + job->pass.count - 1);
    return status == WEFT_OK ? verify_diagnose(verify, &piece, &training->how, &found,
                                               found.differing == 0, error)
                             : status;
}

enum weft_status verify_stage_evaluation(struct verify *verify, struct verify_training *training,
                                         struct weft_error *error) {
    struct weft_verify_outcome *outcome = verify->outcome;
    const struct weft_network *network = training->model->network;
    const struct verify_known *known =
        outcome->known ? verify_known_find(verify->options->full, training->seed, training->steps)
                       : NULL;
    struct evaluation_piece job = {.training = training};
    struct weft_evaluation evaluation = {0};
    enum weft_status status =
        evaluate(training, training->backend, &evaluation, outcome->hash, error);
    verify->cases = evaluation.images;
    weft_evaluation_finish(&evaluation);
    if (status != WEFT_OK) {
        return status;
    }
    if (known != NULL && strcmp(known->hash, outcome->hash) == 0) {
        memcpy(outcome->expected_hash, known->hash, sizeof outcome->expected_hash);
        return WEFT_OK;
    }
    outcome->known = false;
    job.parameters = calloc(network->parameter_count + 1, sizeof(float));
    job.buffers = calloc(network->buffer_count + 1, sizeof(float));
    job.losses[0] = calloc(training->batch, 2 * sizeof(float));
    if (job.parameters == NULL || job.buffers == NULL || job.losses[0] == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
    } else {
        struct weft_backend_options how = training->how;
        job.losses[1] = job.losses[0] + training->batch;
        how.device = "cpu";
        how.trial = NULL;
        status = verify_training_open(training, &how, &job.expected, error);
    }
    if (status == WEFT_OK &&
        (status = weft_backend_read(training->backend, WEFT_PARAMETERS, job.parameters, error)) ==
            WEFT_OK &&
        (status = weft_backend_read(training->backend, WEFT_BUFFERS, job.buffers, error)) ==
            WEFT_OK &&
        (status = weft_backend_write(job.expected, WEFT_PARAMETERS, job.parameters, error)) ==
            WEFT_OK &&
        (status = weft_backend_write(job.expected, WEFT_BUFFERS, job.buffers, error)) == WEFT_OK) {
        status = evaluate(training, job.expected, &evaluation, outcome->expected_hash, error);
    }
    weft_evaluation_finish(&evaluation);
    if (status == WEFT_OK && strcmp(outcome->hash, outcome->expected_hash) != 0) {
        status = find_batch(verify, training, &job, error);
    }
    weft_backend_close(job.expected);
    free(job.parameters);
    free(job.buffers);
    free(job.losses[0]);
    return status;
}
