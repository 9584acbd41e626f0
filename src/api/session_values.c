/* session_values.c: the values of a session: as a model, and by name. */
#include "api/session.h"
#include "backend/inspect.h"
#include "backend/tensor_ref.h"

#include <stdlib.h>
#include <string.h>

enum weft_status session_sync(struct weft_session *session, struct weft_error *error) {
    if (!session->newer) {
        return WEFT_OK;
    }
    TRY(backend_read(session->backend, ARRAY_PARAMETERS, session->model->parameters, error));
    TRY(backend_read(session->backend, ARRAY_BUFFERS, session->model->buffers, error));
    if (!session->options.forward_only) {
        TRY(backend_read(session->backend, ARRAY_MOMENTS, session->moments, error));
        TRY(backend_read(session->backend, ARRAY_SECOND_MOMENTS, session->second_moments, error));
    }
    session->newer = false;
    return WEFT_OK;
}

static enum weft_status write_all(struct weft_session *session, struct weft_error *error) {
    TRY(backend_write(session->backend, ARRAY_PARAMETERS, session->model->parameters, error));
    TRY(backend_write(session->backend, ARRAY_BUFFERS, session->model->buffers, error));
    if (session->options.forward_only) {
        return WEFT_OK;
    }
    TRY(backend_write(session->backend, ARRAY_MOMENTS, session->moments, error));
    return backend_write(session->backend, ARRAY_SECOND_MOMENTS, session->second_moments, error);
}

enum weft_status session_write(struct weft_session *session, struct weft_error *error) {
    const enum weft_status status = write_all(session, error);
    session->broken = status != WEFT_OK;
    session->newer = false;
    return status;
}

void session_changed(struct weft_session *session) {
    free(session->model->options);
    session->model->options = NULL;
    memset(session->model->data, 0, sizeof session->model->data);
    memset(session->model->sha256, 0, sizeof session->model->sha256);
}

/* ---- a model ---- */

enum weft_status session_model(struct weft_session *session, struct weft_model **model,
                               const char *function, struct weft_error *error) {
    const struct weft_network *network = session->model->network;
    TRY(session_sync(session, error));
    if (!values_are_finite(session->model->parameters, network->parameter_count) ||
        !values_are_finite(session->model->buffers, network->buffer_count)) {
        return error_set(error, WEFT_DIVERGED, "%s: a value is not a finite number", function);
    }
    return model_copy(session->model, model, error);
}

enum weft_status weft_session_model(struct weft_session *session, struct weft_model **model,
                                    struct weft_error *error) {
    API_BEGIN;
    API_CREATES(model);
    API_NOT_NULL(session);
    TRY(session_enter(session, SESSION_READS, __func__, error));
    return session_leave(session, session_model(session, model, __func__, error));
}

enum weft_status session_check_network(const struct weft_session *session,
                                       const struct weft_network *network, const char *what,
                                       struct weft_error *error) {
    char *own = network_to_json(session->model->network), *other = network_to_json(network);
    const bool memory = own != NULL && other != NULL, same = memory && strcmp(own, other) == 0;
    free(own);
    free(other);
    if (!memory) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a network");
    }
    return same ? WEFT_OK
                : error_set(error, WEFT_USAGE, "%s: its network is not that of the session", what);
}

enum weft_status session_take(struct weft_session *session, const struct weft_model *model,
                              const float *moments, const float *second_moments,
                              struct weft_error *error) {
    const struct weft_network *network = session->model->network;
    const size_t bytes = network->parameter_count * sizeof(float);
    if (!session->own_pixels) {
        TRY(backend_set_normalisation(session->backend, &model->pixels, error));
    }
    session->model->pixels = model->pixels;
    memcpy(session->model->parameters, model->parameters, bytes);
    memcpy(session->model->buffers, model->buffers, network->buffer_count * sizeof(float));
    memcpy(session->model->batches, model->batches,
           network->layer_count * sizeof *session->model->batches);
    if (session->moments != NULL && moments != NULL) {
        memcpy(session->moments, moments, bytes);
        memcpy(session->second_moments, second_moments, bytes);
    } else if (session->moments != NULL) {
        memset(session->moments, 0, bytes);
        memset(session->second_moments, 0, bytes);
    }
    session_changed(session);
    return WEFT_OK;
}

static enum weft_status set_model(struct weft_session *session, const struct weft_model *model,
                                  struct weft_error *error) {
    TRY(session_check_network(session, model->network, "weft_session_set_model: model", error));
    TRY(session_take(session, model, NULL, NULL, error));
    session->training = (struct training){.epochs = 0};
    session->average.epochs = 0;
    session->epochs = 0;
    session->steps = 0;
    return session_write(session, error);
}

enum weft_status weft_session_set_model(struct weft_session *session,
                                        const struct weft_model *model, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(model);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, set_model(session, model, error));
}

/* ---- a tensor ---- */

static enum weft_status find(struct weft_session *session, const char *function, const char *name,
                             size_t count, struct tensor_ref *ref, struct weft_error *error) {
    if (!tensor_ref_find(session->model->network, name, ref)) {
        return api_usage(error, function, "name is \"%s\": there is no such tensor", name);
    }
    if (!ref->is_activation && ref->count != count) {
        return api_usage(error, function, "count is %zu: the tensor %s has %zu floats", count, name,
                         ref->count);
    }
    return WEFT_OK;
}

/* Reads the array of ${ref} into memory that the caller frees. */
static enum weft_status read_array(struct weft_session *session, const struct tensor_ref *ref,
                                   float **values, struct weft_error *error) {
    *values = malloc((array_count(session->model->network, ref->array) + 1) * sizeof **values);
    return *values != NULL ? backend_read(session->backend, ref->array, *values, error)
                           : error_set(error, WEFT_NO_MEMORY, "no memory for a tensor");
}

static enum weft_status get(struct weft_session *session, const char *name, float *values,
                            size_t count, struct weft_error *error) {
    struct tensor_ref ref;
    enum weft_status status;
    float *all;
    TRY(find(session, "weft_session_get", name, count, &ref, error));
    if (ref.is_activation) {
        return api_context(error, "weft_session_get",
                           backend_tensor(session->backend, name, values, count, error));
    }
    status = api_context(error, "weft_session_get", read_array(session, &ref, &all, error));
    if (status == WEFT_OK) {
        memcpy(values, all + ref.offset, count * sizeof *values);
    }
    free(all);
    return status;
}

enum weft_status weft_session_get(struct weft_session *session, const char *name, float *values,
                                  size_t count, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(name);
    API_NOT_NULL(values);
    TRY(session_enter(session, SESSION_READS, __func__, error));
    return session_leave(session, get(session, name, values, count, error));
}

static enum weft_status set(struct weft_session *session, const char *name, const float *values,
                            size_t count, struct weft_error *error) {
    struct tensor_ref ref;
    enum weft_status status;
    float *all = NULL;
    TRY(find(session, "weft_session_set", name, count, &ref, error));
    if (ref.is_activation || ref.array == ARRAY_GRADIENTS) {
        return error_set(error, WEFT_USAGE, "weft_session_set: %s can only be read", name);
    }
    TRY(api_context(
        error, "weft_session_set",
        values_check(name, values, count, ref.array == ARRAY_SECOND_MOMENTS, WEFT_USAGE, error)));
    TRY_OR(done, read_array(session, &ref, &all, error));
    values_clean(values, count, all + ref.offset);
    TRY_OR(done, backend_write(session->backend, ref.array, all, error));
    session->newer = true;
    session_changed(session);
done:
    free(all);
    return status;
}

enum weft_status weft_session_set(struct weft_session *session, const char *name,
                                  const float *values, size_t count, struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(name);
    API_NOT_NULL(values);
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    return session_leave(session, set(session, name, values, count, error));
}

enum weft_status weft_session_set_pixels(struct weft_session *session, const float values[256],
                                         struct weft_error *error) {
    API_BEGIN;
    API_NOT_NULL(session);
    API_NOT_NULL(values);
    API_REQUIRE(values_are_finite(values, 256), "values are not all finite numbers");
    TRY(session_enter(session, SESSION_CHANGES, __func__, error));
    session->own_pixels = true;
    return session_leave(session, backend_set_pixels(session->backend, values, error));
}
