/* own_loss.c: the public functions for the parts of a training step. They do not stop in the
 * middle, so that values never are those of a part of a step. */
#include "api/session.h"
#include "backend/inspect.h"
#include "backend/tensor_ref.h"
#include "network/layer.h"
#include "train/train_model.h"

/* Copies the values of an activation of ${count} images to ${values}. */
static enum weft_status read_activation(struct weft_session *session, struct activation activation,
                                        size_t count, float *values, struct weft_error *error) {
    const struct weft_network *network = session->model->network;
    char name[ACTIVATION_NAME];
    activation_name(network, activation, name);
    return backend_tensor(session->backend, name, values,
                          count * shape_size(activation_shape(network, activation.index)), error);
}

/* Batch norm counts the batches that it has measured. */
static void count_batch(struct weft_session *session) {
    const struct weft_network *network = session->model->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        if (layer_kinds[network->layers[i].kind]->counts_batches) {
            session->model->batches[i]++;
        }
    }
    session->newer = true;
    session_changed(session);
}

/* Ends a call that may have changed values. */
static enum weft_status finish(struct weft_session *session, const char *function,
                               enum weft_status status, struct weft_error *error) {
    atomic_store(&session->uninterrupted, false);
    session->broken = status == WEFT_BAD_DEVICE;
    return session_leave(session, api_context(error, function, status));
}

static enum weft_status forward(struct weft_session *session, enum weft_statistics statistics,
                                const float *inputs, size_t count, float *outputs,
                                struct weft_error *error) {
    backend_set_step(session->backend, 0, session->steps + 1);
    TRY(backend_forward(session->backend, statistics, count, inputs, error));
    session->forward_count = count;
    if (statistics == WEFT_STATISTICS_BATCH) {
        count_batch(session);
    }
    return outputs != NULL
               ? read_activation(session,
                                 (struct activation){session->model->network->layer_count, false},
                                 count, outputs, error)
               : WEFT_OK;
}

enum weft_status weft_forward(struct weft_session *session, enum weft_statistics statistics,
                              const float *inputs, size_t count, float *outputs,
                              struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(inputs);
    TRY(api_choice(error, __func__, "statistics", (int)statistics, WEFT_STATISTICS_BATCH));
    API_REQUIRE(count >= 1 && count <= session->options.batch,
                "count is %zu: the session was opened for 1 to %zu images", count,
                session->options.batch);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    atomic_store(&session->uninterrupted, true);
    return finish(session, __func__, forward(session, statistics, inputs, count, outputs, error),
                  error);
}

static enum weft_status backward(struct weft_session *session, const float *doutputs,
                                 float *dinputs, struct weft_error *error) {
    TRY(backend_backward(session->backend, doutputs, error));
    return dinputs != NULL ? read_activation(session, (struct activation){0, true},
                                             session->forward_count, dinputs, error)
                           : WEFT_OK;
}

enum weft_status weft_backward(struct weft_session *session, const float *doutputs, float *dinputs,
                               struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(doutputs);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    atomic_store(&session->uninterrupted, true);
    return finish(session, __func__, backward(session, doutputs, dinputs, error), error);
}

static enum weft_status step(struct weft_session *session, float learning_rate,
                             struct weft_error *error) {
    struct update update = adam_update(learning_rate, session->steps + 1);
    update.weight = 1.0f; /* the caller has divided */
    TRY(backend_step(session->backend, &update, error));
    session->steps++;
    session->newer = true;
    session_changed(session);
    return WEFT_OK;
}

enum weft_status weft_step(struct weft_session *session, float learning_rate,
                           struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_REQUIRE(training_rate_is_valid(learning_rate),
                "learning_rate is %g: it must be a positive number", (double)learning_rate);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    atomic_store(&session->uninterrupted, true);
    return finish(session, __func__, step(session, learning_rate, error), error);
}
