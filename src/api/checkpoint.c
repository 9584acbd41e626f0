/* checkpoint.c: the public functions of checkpoints. */
#include "data/checkpoint.h"
#include "api/session.h"

#include <stdlib.h>
#include <string.h>

/* The record says how a training was requested, which "weft train" needs. A session only continues
 * from the values, so the record has what is known of them. */
static enum weft_status save(struct weft_session *session, const char *path,
                             struct weft_error *error) {
    const size_t epochs = session->epochs;
    struct weft_model model;
    TRY(session_sync(session, error));
    model = *session->model;
    model.options = NULL;
    const struct checkpoint checkpoint = {
        .model = &model,
        .training = {.epochs = epochs > 0 ? epochs : 1,
                     .batch = session->options.batch,
                     .learning_rate = 0.01f},
        .math = session->options.math,
        .epochs = epochs,
        .steps = session->steps,
        .moments = session->moments,
        .second_moments = session->second_moments,
        .history = session->history,
    };
    return checkpoint_save(&checkpoint, path, error);
}

enum weft_status weft_checkpoint_save(struct weft_session *session, const char *path,
                                      struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(path);
    API_REQUIRE(!session->options.forward_only, "the session was opened with forward_only");
    TRY(session_enter(session, SESSION_READS, __func__, error));
    return session_leave(session, save(session, path, error));
}

/* Gives ${session} the state of ${checkpoint}. */
static void take(struct weft_session *session, struct checkpoint *checkpoint) {
    session_take(session, checkpoint->model, checkpoint->moments, checkpoint->second_moments);
    free(session->history);
    session->history = checkpoint->history;
    checkpoint->history = NULL;
    session->epochs = checkpoint->epochs;
    session->steps = checkpoint->steps;
}

static enum weft_status load(struct weft_session *session, const char *path,
                             struct weft_error *error) {
    struct checkpoint *checkpoint;
    enum weft_status status;
    TRY(checkpoint_load(path, &checkpoint, error));
    TRY_OR(done,
           session_check_network(session, checkpoint->model->network, WEFT_BAD_FILE, path, error));
    take(session, checkpoint);
    status = session_write(session, error);
done:
    checkpoint_destroy(checkpoint);
    return status;
}

enum weft_status weft_checkpoint_load(struct weft_session *session, const char *path,
                                      struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(path);
    API_REQUIRE(!session->options.forward_only, "the session was opened with forward_only");
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, load(session, path, error));
}
