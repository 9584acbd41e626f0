/* train.c: the public functions that train, and give the order of the images. */
#include "api/session.h"
#include "train/augment.h"
#include "train/train_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCHS = 5 };

/* A training, and what its callbacks need. */
struct run {
    struct weft_session *session;
    const struct weft_training_options *options;
    struct training training; /* learning_rate is that of the next epoch */
    struct training_start start;
    enum weft_status status; /* of what was done after an epoch */
    struct weft_error error;
};

/* ---- options ---- */

void training_to_options(const struct training *training, struct weft_training_options *options) {
    options->epochs = training->epochs;
    options->batch = training->batch;
    options->learning_rate = training->learning_rate;
    options->seed = training->seed;
    options->order = training->order;
    options->steps = training->steps;
    options->recipe = training->recipe;
}

/* Returns the training of a call with ${options}, after what ${session} was trained for. */
static struct training training_of(const struct weft_session *session,
                                   const struct weft_training_options *options) {
    return (struct training){.epochs = session->epochs + options->epochs,
                             .batch = options->batch,
                             .learning_rate = options->learning_rate,
                             .seed = options->seed,
                             .order = options->order,
                             .steps = options->steps != 0 ? session->steps + options->steps : 0,
                             .recipe = options->recipe};
}

bool training_rate_is_valid(float rate) {
    return isfinite(rate) && rate > 0;
}

static enum weft_status check_rate(float rate, struct weft_error *error) {
    return training_rate_is_valid(rate)
               ? WEFT_OK
               : api_usage(error, "weft_train", "learning_rate is %g: it must be a positive number",
                           (double)rate);
}

static enum weft_status check_recipe(const struct weft_recipe *recipe,
                                     const struct weft_images *images, const char *function,
                                     struct weft_error *error) {
    const size_t side = images->height < images->width ? images->height : images->width;
    TRY(api_argument(error, function, recipe_check(recipe, error)));
    if (recipe->shift >= side && recipe->shift > 0) {
        return api_usage(error, function,
                         "recipe.shift is %zu: it must be below %zu, of images of "
                         "%zu x %zu pixels",
                         recipe->shift, side, images->height, images->width);
    }
    if (recipe->erase > side) {
        return api_usage(error, function,
                         "recipe.erase is %zu: it must be at most %zu, of images of "
                         "%zu x %zu pixels",
                         recipe->erase, side, images->height, images->width);
    }
    if ((recipe->shift > 0 || recipe->erase > 0) &&
        (images->height > AUGMENT_SIDE_MAX || images->width > AUGMENT_SIDE_MAX)) {
        return api_usage(error, function,
                         "recipe.shift and erase: the images have %zu x %zu pixels, at most %d a "
                         "side can be moved and erased",
                         images->height, images->width, AUGMENT_SIDE_MAX);
    }
    return WEFT_OK;
}

/* Checks ${options} for ${images}, and replaces 0 by defaults. */
static enum weft_status check(const struct weft_session *session, const struct weft_images *images,
                              struct weft_training_options *options, const char *function,
                              struct weft_error *error) {
    const size_t most = session->options.batch, count = images->count;
    if (session->options.forward_only) {
        return api_usage(error, function, "the session was opened with forward_only");
    }
    options->epochs = options->epochs != 0 ? options->epochs : EPOCHS;
    options->batch = options->batch != 0 ? options->batch : most;
    options->learning_rate = options->learning_rate != 0 ? options->learning_rate : 0.01f;
    if (options->epochs > TRAINING_EPOCHS_MAX) {
        return api_usage(error, function, "epochs is %zu: it must be at most %d", options->epochs,
                         TRAINING_EPOCHS_MAX);
    }
    if (options->batch > most && (count > most || options->batch > UINT32_MAX)) {
        return api_usage(error, function, "batch is %zu: the session was opened for at most %zu",
                         options->batch, most);
    }
    TRY(api_choice(error, function, "order", (int)options->order, WEFT_ORDER_FILE));
    TRY(check_recipe(&options->recipe, images, function, error));
    return check_rate(options->learning_rate, error);
}

/* ---- callbacks ---- */

static bool progress(void *context, size_t epoch, size_t step, size_t steps) {
    const struct run *run = context;
    bool go_on = true;
    session_callback_begin(run->session);
    if (run->options->progress != NULL) {
        go_on = run->options->progress(run->options->context, epoch, step, steps);
    }
    return session_callback_end(run->session, go_on);
}

/* Makes room for the next epoch. */
static enum weft_status reserve_epoch(struct weft_session *session, struct weft_error *error) {
    struct weft_epoch *history =
        realloc(session->history, (session->epochs + 1) * sizeof *session->history);
    if (history == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for an epoch");
    }
    session->history = history;
    return WEFT_OK;
}

/* The epoch is finished: the session gets its state, and the room that reserve_epoch made. */
static enum weft_status finish_epoch(struct weft_session *session, const struct weft_epoch *epoch,
                                     struct weft_error *error) {
    TRY(backend_read(session->backend, ARRAY_MOMENTS, session->moments, error));
    TRY(backend_read(session->backend, ARRAY_SECOND_MOMENTS, session->second_moments, error));
    session->history[session->epochs] = *epoch;
    session->history[session->epochs].results = NULL;
    session->epochs++;
    session->steps += epoch->steps;
    session_changed(session);
    return WEFT_OK;
}

/* Returns whether the training has another epoch. */
static bool has_more(const struct weft_session *session) {
    const struct training *training = &session->training;
    return session->epochs < training->epochs &&
           (training->steps == 0 || session->steps < training->steps);
}

/* Calls the caller's callback. Stores in ${rate} what it made of the learning rate, which the
 * session takes over if it is valid. */
static bool call_epoch(struct run *run, const struct weft_epoch *epoch, float *rate) {
    struct weft_session *session = run->session;
    bool go_on = true;
    session->rate = rate;
    session_callback_begin(session);
    if (run->options->epoch != NULL) {
        go_on = run->options->epoch(run->options->context, epoch, rate);
    }
    go_on = session_callback_end(session, go_on);
    session->rate = NULL;
    if (training_rate_is_valid(*rate)) {
        session->training.learning_rate = run->training.learning_rate = *rate;
    }
    return go_on;
}

static bool epoch_done(void *context, const struct weft_epoch *epoch) {
    struct run *run = context;
    struct weft_session *session = run->session;
    float rate = session->training.learning_rate;
    bool go_on;
    run->status = finish_epoch(session, epoch, &run->error);
    if (run->status != WEFT_OK) {
        return false;
    }
    go_on = call_epoch(run, epoch, &rate);
    if (go_on && has_more(session)) {
        run->status = check_rate(rate, &run->error);
        run->status = run->status == WEFT_OK ? reserve_epoch(session, &run->error) : run->status;
    }
    return go_on && run->status == WEFT_OK;
}

/* ---- a training ---- */

/* Makes room for the sum of the values of epochs, if there is none. */
static enum weft_status reserve_average(struct weft_session *session, struct weft_error *error) {
    struct training_average *average = &session->average;
    if (average->sum == NULL) {
        const size_t parameters = session->model->network->parameter_count;
        average->sum = calloc(parameters + 1, sizeof *average->sum);
    }
    return average->sum != NULL ? WEFT_OK
                                : error_set(error, WEFT_NO_MEMORY, "no memory for an average");
}

/* Trains on ${part}. When it fails, the device gets the values of the last finished epoch. */
static enum weft_status train_epochs(struct run *run, const struct session_part *part,
                                     struct weft_error *error) {
    const struct training_events events = {progress, epoch_done, run};
    struct weft_session *session = run->session;
    const size_t count = part->count;
    const struct training training = training_of(session, run->options);
    enum weft_status status;
    TRY(reserve_epoch(session, error));
    if (training.recipe.average > 0) {
        TRY(reserve_average(session, error));
    }
    run->training = training;
    run->training.batch = training.batch < count ? training.batch : count;
    run->start = (struct training_start){.epochs = session->epochs, .steps = session->steps};
    run->training.start = &run->start;
    run->training.set = part->set;
    run->training.average = &session->average;
    TRY(api_context(error, "weft_train", train_model_check(&run->training, count, error)));
    session->training = training;
    status = train_model(session->model, session->backend, count, &run->training, &events, error);
    if (status != WEFT_OK) {
        struct weft_error ignored = {0};
        session_write(session, &ignored);
    }
    if (run->status != WEFT_OK) {
        *error = run->error;
        return run->status;
    }
    return status;
}

static enum weft_status train(struct weft_session *session, const struct weft_images *images,
                              const struct weft_training_options *options,
                              struct weft_error *error) {
    struct run run = {.session = session, .options = options};
    struct session_part part;
    enum weft_status status;
    if (options->epochs > TRAINING_EPOCHS_MAX - session->epochs ||
        options->steps > UINT64_MAX / 2 - session->steps) {
        return api_usage(error, "weft_train", "the session has %zu epochs of %llu steps: too many",
                         session->epochs, (unsigned long long)session->steps);
    }
    TRY(session_sync(session, error));
    TRY(session_images_find(session, images, true, "weft_train", &part, error));
    status = train_epochs(&run, &part, error);
    if (part.copied) {
        session_images_drop(session, part.set);
    }
    return status;
}

enum weft_status weft_train(struct weft_session *session, const struct weft_images *images,
                            const struct weft_training_options *options, struct weft_error *error) {
    struct weft_training_options own;
    struct weft_error failure = {.status = WEFT_OK};
    enum weft_status status;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(images);
    API_STRUCTURE(own, options, context);
    API_REQUIRE(images->labels != NULL, "images have no labels");
    TRY(check(session, images, &own, __func__, error));
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    status = session_leave(session, train(session, images, &own, &failure));
    *error = failure; /* callbacks may have used it */
    return status;
}

/* ---- the order of images ---- */

enum weft_status weft_training_order(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count,
                                     struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(order);
    API_REQUIRE(epoch >= 1, "epoch is 0: epochs count from 1");
    API_REQUIRE(count >= 1 && count <= UINT32_MAX && count <= SIZE_MAX / sizeof *order,
                "count is %zu: it must be 1 to %u, and the order must fit into memory", count,
                UINT32_MAX);
    shuffle_images(seed, epoch, order, count);
    return WEFT_OK;
}
