/* stage_evaluation.c: the stage that evaluates the trained network and compares one hash of all
 * results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/try.h"
#include "verify/batches.h"
#include "verify/diagnose.h"
#include "verify/edge_training.h"
#include "verify/host_images.h"
#include "verify/made_values.h"
#include "verify/reference.h"
#include "verify/stages.h"
#include "verify/tensors.h"

/* Evaluates the network of ${backend}, and hashes the results together with the hash of the
 * training. */
static enum weft_status evaluate(const struct trainer *trainer, struct backend *backend,
                                 uint64_t *images, char digest[65], struct weft_error *error) {
    const size_t classes = shape_size(network_output(backend_network(backend)));
    struct evaluation_options options = {
        .set = WEFT_SPLIT_TEST, .statistics = WEFT_STATISTICS_RUNNING, .batch = trainer->batch};
    struct evaluation evaluation;
    struct sha256_ctx hash;
    size_t count;
    enum weft_status status;
    backend_labels(backend, options.set, &count);
    *images = count;
    options.confusion = calloc(classes * classes, sizeof *options.confusion);
    options.logits = calloc(count, classes * sizeof *options.logits);
    if (options.confusion == NULL || options.logits == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "evaluation: no memory");
        goto done;
    }
    TRY_OR(done, evaluate_images(backend, &options, &evaluation, error));
    sha256_init(&hash);
    sha256_add(&hash, trainer->expected, strlen(trainer->expected));
    trainer_hash_words(&hash, options.logits, count * classes);
    for (size_t i = 0; i < classes * classes; i++) {
        uint32_t cell = (uint32_t)options.confusion[i];
        trainer_hash_words(&hash, &cell, 1);
    }
    sha256_final_hex(&hash, digest);
done:
    free(options.confusion);
    free(options.logits);
    return status;
}

/* Batches of an evaluation, compared one by one. */
struct batches {
    struct trainer *trainer;
    const struct weft_images *images;
    struct backend *expected;
    float *parameters, *buffers;
    struct evaluation_pass pass;    /* the current batch */
    float losses[2][TRAINER_BATCH]; /* of device and reference */
    uint32_t predictions[2][TRAINER_BATCH];
    const char *note; /* what is special about the values, with a comma before it */
};

/* Evaluates the batch on ${backend}; ${side}: 0 for the device, 1 for the reference. */
static enum weft_status run_batch(struct batches *batches, struct backend *backend, int side,
                                  struct weft_error *error) {
    struct evaluation_pass pass = batches->pass;
    const struct normalisation normalisation = verify_normalisation(backend_network(backend));
    pass.losses = batches->losses[side];
    pass.predictions = batches->predictions[side];
    TRY(backend_set_normalisation(backend, &normalisation, error));
    TRY(backend_set_images(backend, WEFT_SPLIT_TEST, batches->images, error));
    TRY(backend_write(backend, ARRAY_PARAMETERS, batches->parameters, error));
    TRY(backend_write(backend, ARRAY_BUFFERS, batches->buffers, error));
    return backend_evaluate(backend, &pass, error);
}

static enum weft_status run_piece(const struct verify_piece *piece, struct backend *backend,
                                  struct verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct batches *batches = piece->context;
    size_t count = batches->pass.count;
    const struct verify_pair pair = {
        .device = backend, .expected = batches->expected, .count = count, .long_names = true};
    struct sha256_ctx hash;
    TRY(run_batch(batches, backend, 0, error));
    TRY(run_batch(batches, batches->expected, 1, error));
    TRY(verify_tensors(&pair, found, error));
    verify_compare(found, "cross_entropy", "losses", "", batches->losses[0], batches->losses[1],
                   count, false);
    verify_compare(found, "cross_entropy", "predictions", "", batches->predictions[0],
                   batches->predictions[1], count, true);
    sha256_init(&hash);
    trainer_hash_words(&hash, batches->losses[0], count);
    trainer_hash_words(&hash, batches->predictions[0], count);
    sha256_final_hex(&hash, digest);
    return WEFT_OK;
}

/* Stores whether the loss and every activation of the reference are finite. A NaN has no defined
 * bits, and in a network with other running statistics than those of its images values may grow
 * from layer to layer. */
static enum weft_status is_finite(const struct batches *batches, bool *finite,
                                  struct weft_error *error) {
    const struct weft_network *network = batches->trainer->model->network;
    const size_t count = batches->pass.count;
    enum weft_status status = WEFT_OK;
    *finite = values_are_finite(batches->losses[1], count);
    for (size_t i = 0; i <= network->layer_count && *finite; i++) {
        const size_t size = count * shape_size(activation_shape(network, i));
        float *values = malloc(size * sizeof *values);
        char name[ACTIVATION_NAME];
        activation_name(network, (struct activation){.index = i}, name);
        status = values == NULL ? error_set(error, WEFT_NO_MEMORY, "verify: no memory for a tensor")
                                : backend_tensor(batches->expected, name, values, size, error);
        *finite = status == WEFT_OK && values_are_finite(values, size);
        free(values);
    }
    return status;
}

/* Finds the batch of the test images ${begin} to ${end} in which the device differs, and diagnoses
 * it. ${differs}: it is known that there is one. */
static enum weft_status find_batch(struct batches *batches, size_t begin, size_t end, bool differs,
                                   struct weft_error *error) {
    struct trainer *trainer = batches->trainer;
    struct verify_piece piece = {.network = trainer->model->network,
                                 .run = run_piece,
                                 .context = batches,
                                 .expected = batches->expected,
                                 .device = trainer->backend};
    struct verify_difference found = {.differing = 0};
    char digest[65];
    bool finite = true;
    for (size_t first = begin; first < end && found.differing == 0; first += trainer->batch) {
        size_t left = end - first;
        batches->pass =
            (struct evaluation_pass){.set = WEFT_SPLIT_TEST,
                                     .statistics = WEFT_STATISTICS_RUNNING,
                                     .first = first,
                                     .count = left < trainer->batch ? left : trainer->batch};
        TRY(run_piece(&piece, trainer->backend, &found, digest, error));
        if (found.differing > 0) {
            TRY(is_finite(batches, &finite, error));
            found.differing = finite ? found.differing : 0;
            trainer->verify->outcome->overflows |= !finite;
        }
    }
    if (!differs && found.differing == 0) {
        return WEFT_OK;
    }
    if (!finite && found.differing == 0) {
        return error_set(error, WEFT_NO_VERDICT,
                         "stage evaluation: values of the CPU backend are not finite numbers, in "
                         "images %zu to %zu of the test split",
                         batches->pass.first, batches->pass.first + batches->pass.count - 1);
    }
    found.stage = VERIFY_STAGE_EVALUATION;
    if (found.differing == 0) { /* it does not happen again */
        snprintf(found.layer, sizeof found.layer, "evaluation");
        snprintf(found.tensor, sizeof found.tensor, "hash");
        found.is_integer = true;
    }
    piece.results = strcmp(found.tensor, "losses") == 0 ? (const void *)batches->losses[1]
                                                        : batches->predictions[1];
    snprintf(found.where, sizeof found.where, "images %zu to %zu of the test split%s",
             batches->pass.first, batches->pass.first + batches->pass.count - 1, batches->note);
    return verify_diagnose(trainer->verify, &piece, &trainer->setup, &found, found.differing == 0,
                           error);
}

static void batches_finish(struct batches *batches) {
    backend_close(batches->expected);
    free(batches->parameters);
}

/* Opens the reference, and reads the trained values from the device. */
static enum weft_status batches_init(struct batches *batches, struct weft_error *error) {
    struct trainer *trainer = batches->trainer;
    const struct weft_network *network = trainer->model->network;
    batches->parameters =
        calloc(network->parameter_count + network->buffer_count + 1, sizeof(float));
    if (batches->parameters == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory for a network");
    }
    batches->buffers = batches->parameters + network->parameter_count;
    TRY(backend_read(trainer->backend, ARRAY_PARAMETERS, batches->parameters, error));
    TRY(backend_read(trainer->backend, ARRAY_BUFFERS, batches->buffers, error));
    return trainer_open_reference(trainer, &batches->expected, error);
}

/* Evaluates with the reference, and finds the batch that differs if the hash does. */
static enum weft_status compare_hash(struct batches *batches, struct weft_error *error) {
    struct trainer *trainer = batches->trainer;
    struct verify_outcome *outcome = trainer->verify->outcome;
    uint64_t images;
    outcome->known = false;
    TRY(backend_write(batches->expected, ARRAY_PARAMETERS, batches->parameters, error));
    TRY(backend_write(batches->expected, ARRAY_BUFFERS, batches->buffers, error));
    TRY(evaluate(trainer, batches->expected, &images, outcome->expected_hash, error));
    return strcmp(outcome->hash, outcome->expected_hash) != 0
               ? find_batch(batches, 0, trainer->images[WEFT_SPLIT_TEST].count, true, error)
               : WEFT_OK;
}

/* Compares evaluations of the images of edge_training.h, with its values. */
static enum weft_status compare_edges(struct batches *batches, struct weft_error *error) {
    struct trainer *trainer = batches->trainer;
    const struct weft_network *network = trainer->model->network;
    struct trainer edge;
    enum weft_status status;
    TRY_OR(done, edge_training_init(trainer->verify, trainer->seed, &edge, error));
    memcpy(batches->parameters, edge.model->parameters, network->parameter_count * sizeof(float));
    memcpy(batches->buffers, edge.model->buffers, network->buffer_count * sizeof(float));
    batches->images = &edge.images[WEFT_SPLIT_TEST];
    batches->note = edge.note;
    TRY_OR(done, find_batch(batches, 0, edge.images[WEFT_SPLIT_TEST].count, false, error));
done:
    edge_training_finish(&edge);
    return status;
}

/* Compares what the hash of an evaluation does not show, on the device that has just given the
 * right one. */
static enum weft_status compare_more(struct batches *batches, struct weft_error *error) {
    struct trainer *trainer = batches->trainer;
    const struct weft_network *network = trainer->model->network;
    size_t count = trainer->images[WEFT_SPLIT_TEST].count, batch = trainer->batch;

    /* The hash has no losses: those of the last batch, which does not start with the first
     * image. */
    TRY(find_batch(batches, (count - 1) / batch * batch, count, false, error));
    if (trainer->verify->outcome->result != VERIFY_EQUAL) {
        return WEFT_OK;
    }

    /* A trained network rarely gives two classes the same logit. With all parameters 0 all
     * logits are equal. */
    memset(batches->parameters, 0, network->parameter_count * sizeof(float));
    batches->note = ", all parameters 0, so that all classes are equal";
    TRY(find_batch(batches, 0, count < batch ? count : batch, false, error));
    return trainer->verify->outcome->result == VERIFY_EQUAL ? compare_edges(batches, error)
                                                            : WEFT_OK;
}

/* Compares an evaluation whose images are on the host with that on the device, which was right. */
static enum weft_status compare_host(struct trainer *trainer, struct weft_error *error) {
    struct verify_difference found = {.stage = VERIFY_STAGE_EVALUATION};
    uint64_t images;
    char digest[65];
    if (!verify_host_applies(trainer)) {
        return WEFT_OK;
    }
    TRY(verify_host_place(trainer, WEFT_SPLIT_TEST, true, error));
    TRY(evaluate(trainer, trainer->backend, &images, digest, error));
    TRY(verify_host_place(trainer, WEFT_SPLIT_TEST, false, error));
    if (strcmp(digest, trainer->verify->outcome->hash) != 0) {
        verify_host_decide(trainer->verify, &found);
    }
    return WEFT_OK;
}

enum weft_status verify_evaluation(struct verify *verify, struct weft_error *error) {
    struct trainer *trainer = verify->trainer;
    struct verify_outcome *outcome = verify->outcome;
    const struct verify_known *known = outcome->known ? verify->known : NULL;
    struct batches batches = {
        .trainer = trainer, .images = &trainer->images[WEFT_SPLIT_TEST], .note = ""};
    enum weft_status status;
    TRY(evaluate(trainer, trainer->backend, &verify->cases, outcome->hash, error));
    outcome->images = verify->cases;
    TRY_OR(done, batches_init(&batches, error));
    if (known != NULL && strcmp(known->evaluation, outcome->hash) == 0) {
        memcpy(outcome->expected_hash, known->evaluation, sizeof outcome->expected_hash);
    } else {
        TRY_OR(done, compare_hash(&batches, error));
    }
    if (outcome->result == VERIFY_EQUAL) {
        TRY_OR(done, verify_batches(trainer, error));
    }
    if (outcome->result == VERIFY_EQUAL) {
        TRY_OR(done, compare_host(trainer, error));
    }
    if (outcome->result == VERIFY_EQUAL) {
        TRY_OR(done, compare_more(&batches, error));
    }
done:
    batches_finish(&batches);
    return status;
}
