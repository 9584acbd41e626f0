/* stage_evaluation.c: the stage that evaluates the network that was trained, compared by one hash. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numerics.h"
#include "weft/compare.h"

/* Evaluates what ${backend} holds, and hashes it together with what the training gave. */
static enum weft_status evaluate(const struct verify_training *training,
                                 struct weft_backend *backend, struct weft_evaluation *evaluation,
                                 char digest[65], struct weft_error *error) {
    struct weft_evaluation_options how = {WEFT_SPLIT_TEST, WEFT_STATISTICS_RUNNING,
                                          training->batch};
    const struct weft_images *images = &training->images[WEFT_SPLIT_TEST];
    struct sha256 hash;
    enum weft_status status = weft_evaluate(backend, images, &how, true, evaluation, error);
    if (status != WEFT_OK) {
        return status;
    }
    sha256_init(&hash);
    sha256_update(&hash, training->expected, strlen(training->expected));
    verify_hash_words(&hash, evaluation->logits, evaluation->images * evaluation->classes);
    for (size_t i = 0; i < evaluation->classes * evaluation->classes; i++) {
        uint32_t count = (uint32_t)evaluation->confusion[i];
        verify_hash_words(&hash, &count, 1);
    }
    sha256_final_hex(&hash, digest);
    return WEFT_OK;
}

/* A batch of the evaluation that differs. */
struct evaluation_piece {
    const struct verify_training *training;
    struct weft_backend *expected;
    float *parameters, *buffers;
    struct weft_pass pass;
    float *losses[2];
    uint32_t *predictions[2];
    const char *note; /* what is special about the values, with a comma before; or "" */
};

/* Keeps the first of the ${count} values that are not equal, as bits. */
static void look(struct weft_verify_difference *found, const char *tensor, const void *device,
                 const void *expected, size_t count, bool whole) {
    for (size_t i = 0; i < count; i++) {
        uint32_t a, b;
        memcpy(&a, (const char *)device + i * sizeof a, sizeof a);
        memcpy(&b, (const char *)expected + i * sizeof b, sizeof b);
        if (a != b && found->differing++ == 0) {
            snprintf(found->layer, sizeof found->layer, "cross_entropy");
            snprintf(found->tensor, sizeof found->tensor, "%s", tensor);
            found->element = i;
            found->device = a;
            found->expected = b;
            found->ulp = whole ? 0 : weft_ulp_distance(weft_as_float(a), weft_as_float(b));
            found->of = count;
            found->whole = whole;
        }
    }
}

static enum weft_status run_piece(const struct verify_piece *piece, struct weft_backend *device,
                                  struct weft_verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct evaluation_piece *job = piece->context;
    struct weft_images images = job->training->images[WEFT_SPLIT_TEST];
    struct verify_pair pair = {
        .device = device, .expected = job->expected, .count = job->pass.count, .long_names = true};
    struct weft_backend *backends[2] = {device, job->expected};
    struct sha256 hash;
    float pixels[256];
    enum weft_status status = WEFT_OK;
    weft_pixels_normalised(pixels);
    for (int i = 0; i < 2 && status == WEFT_OK; i++) {
        struct weft_pass pass = job->pass;
        pass.losses = job->losses[i];
        pass.predictions = job->predictions[i];
        if ((status = weft_backend_set_pixels(backends[i], pixels, error)) == WEFT_OK &&
            (status = weft_backend_set_images(backends[i], WEFT_SPLIT_TEST, &images, error)) ==
                WEFT_OK &&
            (status = weft_backend_write(backends[i], WEFT_ARRAY_PARAMETERS, job->parameters,
                                         error)) == WEFT_OK &&
            (status = weft_backend_write(backends[i], WEFT_ARRAY_BUFFERS, job->buffers, error)) ==
                WEFT_OK) {
            status = weft_backend_evaluate(backends[i], &pass, error);
        }
    }
    if (status == WEFT_OK) {
        status = verify_tensors(&pair, found, error);
    }
    if (status == WEFT_OK && found->differing == 0) {
        look(found, "losses", job->losses[0], job->losses[1], job->pass.count, false);
    }
    if (status == WEFT_OK && found->differing == 0) {
        look(found, "predictions", job->predictions[0], job->predictions[1], job->pass.count, true);
    }
    sha256_init(&hash);
    verify_hash_words(&hash, job->losses[0], job->pass.count);
    verify_hash_words(&hash, job->predictions[0], job->pass.count);
    sha256_final_hex(&hash, digest);
    return status;
}

/* Looks for the batch, of the test images ${begin} to ${end}, in which the device differs, and diagnoses it; ${differs}: there is one. */
static enum weft_status find_batch(struct verify *verify, struct verify_training *training,
                                   struct evaluation_piece *job, size_t begin, size_t end,
                                   bool differs, struct weft_error *error) {
    struct verify_piece piece = {
        training->model->network, training->batch, run_piece, job, job->expected, 0, NULL,
        training->backend};
    struct weft_verify_difference found = {.stage = WEFT_STAGE_EVALUATION};
    char digest[65];
    enum weft_status status = WEFT_OK;
    for (size_t first = begin; first < end && status == WEFT_OK && found.differing == 0;
         first += training->batch) {
        size_t left = end - first;
        job->pass = (struct weft_pass){
            .split = WEFT_SPLIT_TEST, .statistics = WEFT_STATISTICS_RUNNING, .first = first};
        job->pass.count = left < training->batch ? left : training->batch;
        status = run_piece(&piece, training->backend, &found, digest, error);
    }
    if (status != WEFT_OK || (!differs && found.differing == 0)) {
        return status;
    }
    found.stage = WEFT_STAGE_EVALUATION;
    if (found.differing == 0) { /* it does not come again */
        snprintf(found.layer, sizeof found.layer, "evaluation");
        snprintf(found.tensor, sizeof found.tensor, "hash");
        found.whole = true;
    }
    piece.results =
        strcmp(found.tensor, "losses") == 0 ? (const void *)job->losses[1] : job->predictions[1];
    snprintf(found.where, sizeof found.where, "images %zu to %zu of the test split%s",
             job->pass.first, job->pass.first + job->pass.count - 1, job->note);
    return verify_diagnose(verify, &piece, &training->how, &found, found.differing == 0, error);
}

static void piece_finish(struct evaluation_piece *job) {
    weft_backend_close(job->expected);
    free(job->parameters);
    free(job->buffers);
    free(job->losses[0]);
    free(job->predictions[0]);
}

/* Opens the reference, and reads what was trained from the device. */
static enum weft_status piece_init(const struct verify_training *training,
                                   struct evaluation_piece *job, struct weft_error *error) {
    const struct weft_network *network = training->model->network;
    struct verify_setup how = training->how;
    enum weft_status status;
    how.options.device = "cpu";
    how.debug = NULL;
    *job = (struct evaluation_piece){.training = training, .note = ""};
    job->parameters = calloc(network->parameter_count + 1, sizeof(float));
    job->buffers = calloc(network->buffer_count + 1, sizeof(float));
    job->losses[0] = calloc(training->batch, 2 * sizeof(float));
    job->predictions[0] = calloc(training->batch, 2 * sizeof(uint32_t));
    if (job->parameters == NULL || job->buffers == NULL || job->losses[0] == NULL ||
        job->predictions[0] == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for a network");
    }
    job->losses[1] = job->losses[0] + training->batch;
    job->predictions[1] = job->predictions[0] + training->batch;
    status = weft_backend_read(training->backend, WEFT_ARRAY_PARAMETERS, job->parameters, error);
    if (status == WEFT_OK) {
        status = weft_backend_read(training->backend, WEFT_ARRAY_BUFFERS, job->buffers, error);
    }
    return status == WEFT_OK ? verify_training_open(training, &how, &job->expected, error) : status;
}

/* Evaluates with the reference, for the hash that the device should have, and looks into a difference. */
static enum weft_status compare(struct verify *verify, struct verify_training *training,
                                struct evaluation_piece *job, struct weft_error *error) {
    struct weft_verify_outcome *outcome = verify->outcome;
    struct weft_evaluation evaluation = {0};
    enum weft_status status =
        weft_backend_write(job->expected, WEFT_ARRAY_PARAMETERS, job->parameters, error);
    outcome->known = false;
    if (status == WEFT_OK) {
        status = weft_backend_write(job->expected, WEFT_ARRAY_BUFFERS, job->buffers, error);
    }
    if (status == WEFT_OK) {
        status = evaluate(training, job->expected, &evaluation, outcome->expected_hash, error);
    }
    weft_evaluation_finish(&evaluation);
    if (status == WEFT_OK && strcmp(outcome->hash, outcome->expected_hash) != 0) {
        status = find_batch(verify, training, job, 0, training->images[WEFT_SPLIT_TEST].count, true,
                            error);
    }
    return status;
}

/* The images of verify_hard, with its values. */
static enum weft_status compare_hard(struct verify *verify, struct verify_training *training,
                                     struct evaluation_piece *job, struct weft_error *error) {
    const struct weft_network *network = training->model->network;
    struct verify_training hard = {.batch = 0};
    enum weft_status status = verify_hard_init(verify, training->seed, &hard, error);
    if (status == WEFT_OK) {
        memcpy(job->parameters, hard.model->parameters, network->parameter_count * sizeof(float));
        memcpy(job->buffers, hard.model->buffers, network->buffer_count * sizeof(float));
        job->training = &hard;
        job->note = hard.note;
        status =
            find_batch(verify, training, job, 0, hard.images[WEFT_SPLIT_TEST].count, false, error);
    }
    job->training = training;
    job->note = "";
    verify_hard_finish(&hard);
    return status;
}

/* What the hash of an evaluation does not show, on the device that has just given the right one. */
static enum weft_status compare_more(struct verify *verify, struct verify_training *training,
                                     struct evaluation_piece *job, struct weft_error *error) {
    const struct weft_network *network = training->model->network;
    size_t count = training->images[WEFT_SPLIT_TEST].count, batch = training->batch;
    /* The losses are not in it: those of the last batch, which does not begin with the first image. */
    enum weft_status status =
        find_batch(verify, training, job, (count - 1) / batch * batch, count, false, error);
    /* A trained network hardly ever gives two classes the same logit: which of equal ones wins shows where all are 0. */
    if (status == WEFT_OK && verify->outcome->result == WEFT_VERIFY_EQUAL) {
        memset(job->parameters, 0, network->parameter_count * sizeof(float));
        job->note = ", all parameters 0, so that all classes are equal";
        status = find_batch(verify, training, job, 0, count < batch ? count : batch, false, error);
    }
    if (status == WEFT_OK && verify->outcome->result == WEFT_VERIFY_EQUAL) {
        status = compare_hard(verify, training, job, error);
    }
    return status;
}

enum weft_status verify_stage_evaluation(struct verify *verify, struct verify_training *training,
                                         struct weft_error *error) {
    struct weft_verify_outcome *outcome = verify->outcome;
    const struct verify_known *known =
        outcome->known ? verify_known_find(verify->options->full, training->seed, training->steps)
                       : NULL;
    struct evaluation_piece job = {.training = NULL};
    struct weft_evaluation evaluation = {0};
    enum weft_status status =
        evaluate(training, training->backend, &evaluation, outcome->hash, error);
    verify->cases = evaluation.images;
    weft_evaluation_finish(&evaluation);
    if (status == WEFT_OK) {
        status = piece_init(training, &job, error);
    }
    if (status == WEFT_OK && known != NULL && strcmp(known->hash, outcome->hash) == 0) {
        memcpy(outcome->expected_hash, known->hash, sizeof outcome->expected_hash);
    } else if (status == WEFT_OK) {
        status = compare(verify, training, &job, error);
    }
    if (status == WEFT_OK && outcome->result == WEFT_VERIFY_EQUAL) {
        status = compare_more(verify, training, &job, error);
    }
    piece_finish(&job);
    return status;
}
