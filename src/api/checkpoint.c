/* checkpoint.c: the public functions of checkpoints. */
#include "data/checkpoint.h"
#include "api/session.h"
#include "weft/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 200, TEXT_MAX = 1000000 };

/* ---- a session and its checkpoint ---- */

/* Returns a copy of ${count} elements of ${size} bytes, or NULL without memory. */
static void *copy(const void *from, size_t count, size_t size) {
    void *to = calloc(count + 1, size);
    if (to != NULL && count > 0) {
        memcpy(to, from, count * size);
    }
    return to;
}

static enum weft_status make(struct weft_session *session, struct weft_checkpoint *made,
                             struct weft_error *error) {
    const size_t parameters = session->model->network->parameter_count;
    TRY(session_model(session, &made->model, "weft_session_checkpoint", error));
    made->training = session->training;
    if (session->rate != NULL && training_rate_is_valid(*session->rate)) {
        made->training.learning_rate = *session->rate;
    }
    made->math = session->options.math;
    made->epochs = session->epochs;
    made->steps = session->steps;
    made->moments = copy(session->moments, parameters, sizeof *made->moments);
    made->second_moments = copy(session->second_moments, parameters, sizeof *made->moments);
    if (session->average.epochs > 0) {
        made->average.epochs = session->average.epochs;
        made->average.sum = copy(session->average.sum, parameters, sizeof *made->average.sum);
    }
    made->history = copy(session->history, session->epochs, sizeof *made->history);
    return made->moments != NULL && made->second_moments != NULL && made->history != NULL &&
                   (made->average.epochs == 0 || made->average.sum != NULL)
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "no memory for a checkpoint");
}

static enum weft_status make_checkpoint(struct weft_session *session,
                                        struct weft_checkpoint **checkpoint,
                                        struct weft_error *error) {
    struct weft_checkpoint *made = calloc(1, sizeof *made);
    enum weft_status status = made != NULL
                                  ? make(session, made, error)
                                  : error_set(error, WEFT_NO_MEMORY, "no memory for a checkpoint");
    if (status != WEFT_OK) {
        checkpoint_destroy(made);
        return status;
    }
    *checkpoint = made;
    return WEFT_OK;
}

enum weft_status weft_session_checkpoint(struct weft_session *session,
                                         struct weft_checkpoint **checkpoint,
                                         struct weft_error *error) {
    API_BEGIN;
    API_CREATES(checkpoint);
    API_NOT_NULL(session);
    API_REQUIRE(!session->options.forward_only, "the session was opened with forward_only");
    TRY(session_enter(session, SESSION_READS, __func__, error));
    return session_leave(session, make_checkpoint(session, checkpoint, error));
}

static enum weft_status set_checkpoint(struct weft_session *session,
                                       const struct weft_checkpoint *checkpoint,
                                       struct weft_error *error) {
    const size_t parameters = checkpoint->model->network->parameter_count;
    struct weft_epoch *history;
    float *sum = NULL;
    enum weft_status status;
    TRY(session_check_network(session, checkpoint->model->network,
                              "weft_session_set_checkpoint: checkpoint", error));
    history = copy(checkpoint->history, checkpoint->epochs, sizeof *history);
    if (checkpoint->average.epochs > 0) {
        sum = copy(checkpoint->average.sum, parameters, sizeof *sum);
    }
    if (history == NULL || (checkpoint->average.epochs > 0 && sum == NULL)) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu epochs", checkpoint->epochs);
        goto failed;
    }
    TRY_OR(failed, session_take(session, checkpoint->model, checkpoint->moments,
                                checkpoint->second_moments, error));
    free(session->history);
    free(session->average.sum);
    session->history = history;
    session->average = (struct training_average){sum, checkpoint->average.epochs};
    session->training = checkpoint->training;
    session->epochs = checkpoint->epochs;
    session->steps = checkpoint->steps;
    return session_write(session, error);
failed:
    free(history);
    free(sum);
    return status;
}

enum weft_status weft_session_set_checkpoint(struct weft_session *session,
                                             const struct weft_checkpoint *checkpoint,
                                             struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(checkpoint);
    API_REQUIRE(!session->options.forward_only, "the session was opened with forward_only");
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, set_checkpoint(session, checkpoint, error));
}

/* ---- files ---- */

enum weft_status weft_checkpoint_save(const struct weft_checkpoint *checkpoint, const char *path,
                                      struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(checkpoint);
    API_NOT_NULL(path);
    return checkpoint_save(checkpoint, path, NULL, error);
}

enum weft_status weft_checkpoint_save_sha256(const struct weft_checkpoint *checkpoint,
                                             const char *path, char sha256[65],
                                             struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(checkpoint);
    API_NOT_NULL(path);
    API_NOT_NULL(sha256);
    return checkpoint_save(checkpoint, path, sha256, error);
}

enum weft_status weft_checkpoint_load(const char *path, struct weft_checkpoint **checkpoint,
                                      struct weft_error *error) {
    API_BEGIN;
    API_CREATES(checkpoint);
    API_NOT_NULL(path);
    return checkpoint_load(path, checkpoint, error);
}

void weft_checkpoint_destroy(struct weft_checkpoint *checkpoint) {
    checkpoint_destroy(checkpoint);
}

/* ---- what a checkpoint has ---- */

const struct weft_model *weft_checkpoint_model(const struct weft_checkpoint *checkpoint) {
    return checkpoint != NULL ? checkpoint->model : NULL;
}

size_t weft_checkpoint_epochs(const struct weft_checkpoint *checkpoint) {
    return checkpoint != NULL ? checkpoint->epochs : 0;
}

uint64_t weft_checkpoint_steps(const struct weft_checkpoint *checkpoint) {
    return checkpoint != NULL ? checkpoint->steps : 0;
}

const struct weft_epoch *weft_checkpoint_epoch(const struct weft_checkpoint *checkpoint,
                                               size_t index) {
    return index < weft_checkpoint_epochs(checkpoint) ? &checkpoint->history[index] : NULL;
}

enum weft_math weft_checkpoint_math(const struct weft_checkpoint *checkpoint) {
    return checkpoint != NULL ? checkpoint->math : WEFT_MATH_EXACT;
}

bool weft_checkpoint_training(const struct weft_checkpoint *checkpoint,
                              struct weft_training_options *options) {
    struct weft_training_options own;
    const struct training *training;
    if (checkpoint == NULL || options == NULL ||
        api_structure_read(&own, sizeof own, API_SIZE_TO(own, context), options, __func__,
                           "options", NULL) != WEFT_OK) {
        return false;
    }
    training = &checkpoint->training;
    training_to_options(training, &own);
    own.epochs = training->epochs > checkpoint->epochs ? training->epochs - checkpoint->epochs : 0;
    own.steps = training->steps > checkpoint->steps ? training->steps - checkpoint->steps : 0;
    api_structure_write(options, &own, sizeof own);
    return own.epochs > 0 && (own.steps > 0 || training->steps == 0);
}

enum weft_status weft_checkpoint_set_text(struct weft_checkpoint *checkpoint, const char *key,
                                          const char *text, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(checkpoint);
    API_NOT_NULL(key);
    API_REQUIRE(key[0] != '\0' && strlen(key) <= KEY_MAX, "key has %zu bytes: it must have 1 to %d",
                strlen(key), KEY_MAX);
    API_REQUIRE(text == NULL || strlen(text) <= TEXT_MAX,
                "text has %zu bytes: it must have at most %d", strlen(text), TEXT_MAX);
    return api_context(error, __func__, checkpoint_set_text(checkpoint, key, text, error));
}

const char *weft_checkpoint_text(const struct weft_checkpoint *checkpoint, const char *key) {
    return checkpoint != NULL && key != NULL ? checkpoint_text(checkpoint, key) : NULL;
}
