/* evaluate.c: the public functions that evaluate and predict. */
#include "api/session.h"
#include "train/train_model.h"

/* What the callback of an evaluation needs. */
struct run {
    struct weft_session *session;
    const struct weft_evaluation_options *options;
};

/* Returns the floats of an output of the network. */
static size_t outputs_of(const struct weft_session *session) {
    return shape_size(network_output(session->model->network));
}

/* Checks that an array of the caller has ${count} elements: rows x columns. */
static enum weft_status check_array(const void *array, const char *name, size_t count, size_t rows,
                                    size_t columns, struct weft_error *error) {
    if (array == NULL || (count / columns == rows && count % columns == 0)) {
        return WEFT_OK;
    }
    return api_usage(error, "weft_evaluate", "%s is %zu: there are %zu x %zu", name, count, rows,
                     columns);
}

/* Checks ${options}, and replaces 0 by defaults. */
static enum weft_status check(const struct weft_session *session, const struct weft_images *images,
                              struct weft_evaluation_options *options, struct weft_error *error) {
    const size_t most = session->options.batch, outputs = outputs_of(session);
    options->batch = options->batch != 0 ? options->batch : most;
    if (options->batch > most) {
        return api_usage(error, "weft_evaluate",
                         "batch is %zu: the session was opened for at most %zu", options->batch,
                         most);
    }
    TRY(api_choice(error, "weft_evaluate", "statistics", (int)options->statistics,
                   WEFT_STATISTICS_BATCH));
    TRY(check_array(options->confusion, "confusion_count", options->confusion_count, outputs,
                    outputs, error));
    return check_array(options->logits, "logits_count", options->logits_count, images->count,
                       outputs, error);
}

static bool progress(void *context, size_t done, size_t images) {
    const struct run *run = context;
    bool go_on = true;
    session_callback_begin(run->session);
    if (run->options->progress != NULL) {
        go_on = run->options->progress(run->options->context, done, images);
    }
    return session_callback_end(run->session, go_on);
}

static enum weft_status evaluate_part(struct weft_session *session, const struct session_part *part,
                                      const struct weft_evaluation_options *options,
                                      struct weft_evaluation *result, struct weft_error *error) {
    struct run run = {session, options};
    const struct evaluation_options requested = {.set = part->set,
                                                 .first = part->first,
                                                 .count = part->count,
                                                 .statistics = options->statistics,
                                                 .batch = options->batch,
                                                 .average_flips = options->average_flips,
                                                 .progress = progress,
                                                 .context = &run,
                                                 .confusion = options->confusion,
                                                 .logits = options->logits};
    struct evaluation found;
    TRY(evaluate_images(session->backend, &requested, &found, error));
    result->images = found.images;
    result->correct = found.correct;
    result->outputs = found.classes;
    result->accuracy = found.accuracy;
    result->loss = found.loss;
    return WEFT_OK;
}

static enum weft_status evaluate(struct weft_session *session, const struct weft_images *images,
                                 const struct weft_evaluation_options *options,
                                 struct weft_evaluation *result, struct weft_error *error) {
    struct session_part part;
    enum weft_status status;
    TRY(session_images_find(session, images, false, "weft_evaluate", &part, error));
    status = evaluate_part(session, &part, options, result, error);
    if (part.copied) {
        session_images_drop(session, part.set);
    }
    return status;
}

enum weft_status weft_evaluate(struct weft_session *session, const struct weft_images *images,
                               const struct weft_evaluation_options *options,
                               struct weft_evaluation *evaluation, struct weft_error *error) {
    struct weft_evaluation_options own;
    struct weft_evaluation result;
    struct weft_error failure = {.status = WEFT_OK};
    enum weft_status status;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(images);
    API_NOT_NULL(evaluation);
    API_STRUCTURE(own, options, logits_count);
    API_STRUCTURE(result, evaluation, loss);
    API_REQUIRE(images->labels != NULL, "images have no labels");
    TRY(check(session, images, &own, error));
    TRY(session_enter(session, SESSION_READS, __func__, error));
    status = session_leave(session, evaluate(session, images, &own, &result, &failure));
    *error = failure; /* callbacks may have used it */
    if (status == WEFT_OK) {
        api_structure_write(evaluation, &result, sizeof result);
    }
    return status;
}

/* Predicts ${count} images, at most a batch. */
static enum weft_status predict_batch(struct weft_session *session, const uint8_t *pixels,
                                      size_t count, float *logits, uint32_t *classes,
                                      struct weft_error *error) {
    const struct tensor_shape input = session->model->network->input;
    /* The pixels are only read. */
    const struct weft_images images = {.count = count,
                                       .channels = input.channels,
                                       .height = input.flat ? 1 : input.height,
                                       .width = input.flat ? 1 : input.width,
                                       .pixels = (uint8_t *)pixels};
    const struct evaluation_pass pass = {.statistics = WEFT_STATISTICS_RUNNING,
                                         .count = count,
                                         .logits = logits,
                                         .predictions = classes};
    TRY(backend_set_images(session->backend, 0, &images, error));
    return backend_evaluate(session->backend, &pass, error);
}

static enum weft_status predict(struct weft_session *session, const uint8_t *pixels, size_t count,
                                float *logits, uint32_t *classes, struct weft_error *error) {
    const size_t size = shape_size(session->model->network->input), outputs = outputs_of(session);
    const size_t batch = session->options.batch;
    enum weft_status status = WEFT_OK;
    for (size_t first = 0; first < count && status == WEFT_OK; first += batch) {
        const size_t left = count - first;
        status = predict_batch(session, pixels + first * size, left < batch ? left : batch,
                               logits != NULL ? logits + first * outputs : NULL,
                               classes != NULL ? classes + first : NULL, error);
        if (status == WEFT_INTERRUPTED) {
            api_clear(error);
            error_set(error, status, "prediction: interrupted after %zu of %zu images", first,
                      count);
        }
    }
    return status;
}

enum weft_status weft_predict(struct weft_session *session, const uint8_t *pixels, size_t count,
                              float *logits, uint32_t *classes, struct weft_error *error) {
    size_t most;
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(pixels);
    most = SIZE_MAX / sizeof *logits / 2 /
           (shape_size(session->model->network->input) + outputs_of(session));
    API_REQUIRE(count >= 1 && count <= most, "count is %zu: it must be 1 to %zu", count, most);
    TRY(session_enter(session, SESSION_READS, __func__, error));
    return session_leave(session, predict(session, pixels, count, logits, classes, error));
}
