/* train.c: the public function that trains. */
#include "api/session.h"
#include "train/train_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCHS = 5, EPOCHS_MAX = 1000000 };

/* A training of one epoch, and what its callbacks need. */
struct run {
    struct weft_session *session;
    struct weft_training_options *options; /* learning_rate is that of the next epoch */
    enum weft_status status;               /* of the callback after the epoch */
    struct weft_error error;
};

/* Checks ${options}, and replaces 0 by defaults. */
static enum weft_status check(const struct weft_session *session,
                              struct weft_training_options *options, const char *function,
                              struct weft_error *error) {
    const size_t most = session->options.batch;
    if (session->options.forward_only) {
        return api_usage(error, function, "the session was opened with forward_only");
    }
    options->epochs = options->epochs != 0 ? options->epochs : EPOCHS;
    options->batch = options->batch != 0 ? options->batch : most;
    options->learning_rate = options->learning_rate != 0 ? options->learning_rate : 0.01f;
    if (options->epochs > EPOCHS_MAX) {
        return api_usage(error, function, "epochs is %zu: it must be at most %d", options->epochs,
                         EPOCHS_MAX);
    }
    if (options->batch > most) {
        return api_usage(error, function, "batch is %zu: the session was opened for at most %zu",
                         options->batch, most);
    }
    return api_choice(error, function, "order", (int)options->order, WEFT_ORDER_FILE);
}

static enum weft_status check_rate(float rate, const char *function, struct weft_error *error) {
    return isfinite(rate) && rate > 0
               ? WEFT_OK
               : api_usage(error, function, "learning_rate is %g: it must be a positive number",
                           (double)rate);
}

static bool progress(void *context, size_t epoch, size_t step, size_t steps) {
    const struct run *run = context;
    bool go_on = true;
    session_callback_begin(run->session);
    if (run->options->progress != NULL) {
        go_on = run->options->progress(run->options->context, epoch, step, steps);
    }
    return session_callback_end(run->session, go_on);
}

/* The epoch is finished: the session has its state. */
static enum weft_status finish_epoch(struct weft_session *session, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    struct weft_epoch *history = session->history;
    TRY(backend_read(session->backend, ARRAY_MOMENTS, session->moments, error));
    TRY(backend_read(session->backend, ARRAY_SECOND_MOMENTS, session->second_moments, error));
    history[session->epochs] = *epoch;
    history[session->epochs].results = NULL;
    session->epochs++;
    session->steps += epoch->steps;
    session_changed(session);
    return WEFT_OK;
}

static bool epoch_done(void *context, const struct weft_epoch *epoch) {
    struct run *run = context;
    struct weft_training_options *options = run->options;
    bool go_on = true;
    run->status = finish_epoch(run->session, epoch, &run->error);
    if (run->status != WEFT_OK) {
        return false;
    }
    session_callback_begin(run->session);
    if (options->epoch != NULL) {
        go_on = options->epoch(options->context, epoch, &options->learning_rate);
    }
    return session_callback_end(run->session, go_on);
}

/* Trains an epoch, of at most ${most} steps in all. */
static enum weft_status train_epoch(struct run *run, size_t set, uint64_t most,
                                    struct weft_error *error) {
    struct weft_session *session = run->session;
    const struct training_start start = {.epochs = session->epochs, .steps = session->steps};
    const struct training training = {.epochs = session->epochs + 1,
                                      .batch = run->options->batch,
                                      .learning_rate = run->options->learning_rate,
                                      .seed = run->options->seed,
                                      .order = run->options->order,
                                      .steps = most,
                                      .start = &start,
                                      .set = set};
    const struct training_events events = {progress, epoch_done, run};
    struct weft_epoch *grown =
        realloc(session->history, (session->epochs + 1) * sizeof *session->history);
    enum weft_status status;
    if (grown == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for an epoch");
    }
    session->history = grown;
    /* The set's own count: a callback may have destroyed the caller's images. */
    status = train_model(session->model, session->backend, session->sets[set].images.count,
                         &training, &events, error);
    if (run->status != WEFT_OK) {
        *error = run->error;
        return run->status;
    }
    return status;
}

/* Trains on set ${set}. When an epoch fails, the device gets the values of the one before. */
static enum weft_status train_epochs(struct run *run, size_t set, struct weft_error *error) {
    struct weft_session *session = run->session;
    const struct weft_training_options *options = run->options;
    const uint64_t most = options->steps != 0 ? session->steps + options->steps : 0;
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < options->epochs && (most == 0 || session->steps < most); i++) {
        const size_t before = session->epochs;
        TRY_OR(failed, check_rate(options->learning_rate, "weft_train", error));
        status = train_epoch(run, set, most, error);
        if (status != WEFT_OK && session->epochs == before) {
            struct weft_error ignored = {0};
            session_write(session, &ignored);
        }
        TRY_OR(failed, status);
    }
failed:
    return status;
}

static enum weft_status train(struct weft_session *session, const struct weft_images *images,
                              struct weft_training_options *options, struct weft_error *error) {
    struct run run = {.session = session, .options = options};
    enum weft_status status;
    size_t set;
    bool copied;
    if (options->epochs > EPOCHS_MAX - session->epochs ||
        options->steps > UINT64_MAX / 2 - session->steps) {
        return api_usage(error, "weft_train", "the session has %zu epochs of %llu steps: too many",
                         session->epochs, (unsigned long long)session->steps);
    }
    TRY(session_sync(session, error));
    TRY(session_images_find(session, images, "weft_train", &set, &copied, error));
    status = train_epochs(&run, set, error);
    if (copied) {
        session_images_drop(session, set);
    }
    return status;
}

enum weft_status weft_train(struct weft_session *session, const struct weft_images *images,
                            const struct weft_training_options *options, struct weft_error *error) {
    struct weft_training_options own;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(images);
    API_STRUCTURE(own, options, context);
    API_REQUIRE(images->labels != NULL, "images have no labels");
    TRY(check(session, &own, __func__, error));
    TRY(check_rate(own.learning_rate, __func__, error));
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, train(session, images, &own, error));
}
