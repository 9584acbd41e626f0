/* session.c: opens and closes sessions. */
#include "api/session.h"
#include "backend/device.h"
#include "base/text.h"
#include "os/host.h"

#include <stdlib.h>

enum { BATCH = 100, THREADS_MAX = 65536 };

/* Checks ${options}, and replaces 0 by defaults. */
static enum weft_status check(struct weft_session_options *options, const char *function,
                              struct weft_error *error) {
    TRY(api_choice(error, function, "math", (int)options->math, WEFT_MATH_FAST));
    TRY(api_choice(error, function, "mapping", (int)options->mapping, WEFT_MAPPING_GPU));
    TRY(api_choice(error, function, "step_kernel", (int)options->step_kernel,
                   WEFT_STEP_KERNEL_NEVER));
    options->batch = options->batch != 0 ? options->batch : BATCH;
    options->device = options->device != NULL ? options->device : "auto";
    if (options->batch > API_BATCH_MAX) {
        return api_usage(error, function, "batch is %zu: it must be at most %d", options->batch,
                         API_BATCH_MAX);
    }
    if (options->threads > THREADS_MAX) {
        return api_usage(error, function, "threads is %u: it must be at most %d", options->threads,
                         THREADS_MAX);
    }
    if (options->device[0] == '\0') {
        return api_usage(error, function, "device is empty");
    }
    return WEFT_OK;
}

static void add_notice(struct weft_session *session, enum weft_notice_kind kind, const char *text,
                       const char *hint) {
    if (text != NULL && text[0] != '\0') {
        session->notices[session->notice_count++] =
            (struct weft_notice){sizeof(struct weft_notice), kind, text, hint};
    }
}

/* Stores what is to say about the device. */
static enum weft_status make_notices(struct weft_session *session, struct weft_error *error) {
    const struct backend *backend = session->backend;
    struct text text = {0};
    add_notice(session,
               session->choice.status == WEFT_OK ? WEFT_NOTICE_CHOICE : WEFT_NOTICE_SKIPPED,
               session->choice.message, session->choice.hint);
    add_notice(session, backend_contracts(backend) ? WEFT_NOTICE_CONTRACTION : WEFT_NOTICE_RULE,
               backend_warning(backend), "");
    add_notice(session, WEFT_NOTICE_CACHE, backend_note(backend), "");
    for (size_t i = 0; i < session->notice_count; i++) {
        const struct weft_notice *notice = &session->notices[i];
        text_add(&text, "%s%s%s%s", i > 0 ? "\n" : "", notice->text,
                 notice->hint[0] != '\0' ? "\n" : "", notice->hint);
    }
    session->notice = text_take(&text);
    return session->notice != NULL ? WEFT_OK
                                   : error_set(error, WEFT_NO_MEMORY, "no memory for a session");
}

static enum weft_status open_backend(struct weft_session *session, struct weft_error *error) {
    const struct weft_session_options *options = &session->options;
    const struct backend_options requested = {
        .device = options->device,
        .threads = options->threads,
        .kernels = options->kernels,
        .cl_options = options->cl_options,
        .mapping = options->mapping,
        .math = options->math,
        .step_kernel = options->step_kernel,
        .no_cache = options->no_cache,
        .no_fuse = options->no_fuse,
        .batch = options->batch,
        .forward_only = options->forward_only,
        .images_on_host = options->images_on_host,
        .log = {options->log, options->context},
        .watch = {session_go_on, session},
    };
    TRY(backend_open(session->model->network, &requested, &session->backend, &session->choice,
                     error));
    session->device = device_public(backend_device(session->backend));
    return make_notices(session, error);
}

/* Makes what a session holds, from a copy of ${model}. */
static enum weft_status fill(struct weft_session *session, const struct weft_model *model,
                             struct weft_error *error) {
    size_t parameters;
    TRY(model_copy(model, &session->model, error));
    parameters = session->model->network->parameter_count;
    if (!session->options.forward_only) {
        session->moments = calloc(parameters + 1, sizeof *session->moments);
        session->second_moments = calloc(parameters + 1, sizeof *session->second_moments);
    }
    session->sets = calloc(1, sizeof *session->sets);
    if (session->sets == NULL || (!session->options.forward_only &&
                                  (session->moments == NULL || session->second_moments == NULL))) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a session");
    }
    session->set_count = 1;
    TRY(open_backend(session, error));
    TRY(backend_set_normalisation(session->backend, &session->model->pixels, error));
    return session_write(session, error);
}

enum weft_status weft_session_open(const struct weft_model *model,
                                   const struct weft_session_options *options,
                                   struct weft_session **session, struct weft_error *error) {
    struct weft_session_options own;
    struct weft_session *made;
    enum weft_status status;
    API_BEGIN;
    API_CREATES(session);
    API_NOT_NULL(model);
    API_STRUCTURE(own, options, images_on_host);
    TRY(check(&own, __func__, error));
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a session");
    }
    made->options = own;
    made->process = os_process_id();
    status = fill(made, model, error);
    /* These belong to the caller. */
    made->options.device = made->options.kernels = made->options.cl_options = NULL;
    if (status != WEFT_OK) {
        weft_session_close(made);
        return status;
    }
    *session = made;
    return WEFT_OK;
}

void weft_session_close(struct weft_session *session) {
    if (session == NULL || session_close_later(session)) {
        return;
    }
    if (session->process == os_process_id()) { /* else its threads do not exist */
        backend_close(session->backend);
    }
    for (size_t i = 0; i < session->set_count; i++) {
        images_finish(&session->sets[i].images);
    }
    model_destroy(session->model);
    free(session->moments);
    free(session->second_moments);
    free(session->average.sum);
    free(session->notice);
    free(session->history);
    free(session->sets);
    free(session);
}

const struct weft_device *weft_session_device(const struct weft_session *session) {
    return session != NULL ? &session->device : NULL;
}

const struct weft_notice *weft_session_notice_get(const struct weft_session *session,
                                                  size_t index) {
    return session != NULL && index < session->notice_count ? &session->notices[index] : NULL;
}

const char *weft_session_notice(const struct weft_session *session) {
    return session != NULL && session->notice != NULL ? session->notice : "";
}

size_t weft_session_epochs(const struct weft_session *session) {
    return session != NULL ? session->epochs : 0;
}

uint64_t weft_session_steps(const struct weft_session *session) {
    return session != NULL ? session->steps : 0;
}
