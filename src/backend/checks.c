/* checks.c: the functions of backend.h: they check arguments for all backends and
 * call the one that is open. */
#include "backend/dropout.h"
#include "backend/opencl/api.h"
#include "backend/ops.h"
#include "base/try.h"
#include "numerics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void backend_close(struct backend *backend) {
    if (backend != NULL) {
        for (size_t i = 0; i < backend->set_count; i++) {
            backend_drop_images(backend, i);
        }
        free(backend->sets);
        backend_profile_stop(backend);
        backend->ops->close(backend);
    }
}

const struct device_info *backend_device(const struct backend *backend) {
    return &backend->device;
}

const struct weft_network *backend_network(const struct backend *backend) {
    return backend->network;
}

const char *backend_warning(const struct backend *backend) {
    return backend->warning[0] != '\0' ? backend->warning : NULL;
}

bool backend_contracts(const struct backend *backend) {
    return backend->contracts;
}

const char *backend_note(const struct backend *backend) {
    return backend->note[0] != '\0' ? backend->note : NULL;
}

void backend_steps_made(const struct backend *backend, uint64_t *by_launches, uint64_t *by_kernel) {
    *by_launches = backend->steps_by_launches;
    *by_kernel = backend->steps_by_kernel;
}

bool device_lost(void) {
    return opencl_api != NULL && opencl_api->is_lost();
}

static enum weft_status check_array(const struct backend *backend, enum backend_array array,
                                    struct weft_error *error) {
    if (backend->forward_only && array != ARRAY_PARAMETERS && array != ARRAY_BUFFERS) {
        return error_set(error, WEFT_USAGE, "opened for forward passes only");
    }
    return WEFT_OK;
}

enum weft_status backend_write(struct backend *backend, enum backend_array array,
                               const float *values, struct weft_error *error) {
    size_t count = array_count(backend->network, array);
    enum weft_status status;
    float *clean;
    if (array == ARRAY_GRADIENTS) {
        return error_set(error, WEFT_USAGE, "gradients can only be read");
    }
    TRY(check_array(backend, array, error));
    clean = malloc((count + 1) * sizeof *clean);
    if (clean == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu floats", count);
    }
    for (size_t i = 0; i < count; i++) {
        clean[i] =
            array == ARRAY_SECOND_MOMENTS ? weft_clean_squared(values[i]) : weft_clean(values[i]);
    }
    backend->forward_count = 0;
    status = backend->ops->write(backend, array, clean, error);
    free(clean);
    return status;
}

enum weft_status backend_read(struct backend *backend, enum backend_array array, float *values,
                              struct weft_error *error) {
    TRY(check_array(backend, array, error));
    return backend->ops->read(backend, array, values, error);
}

/* Checks that the network's output is one number a class. */
static enum weft_status check_output(const struct backend *backend, const char *what,
                                     struct weft_error *error) {
    return network_output(backend->network).flat
               ? WEFT_OK
               : error_set(error, WEFT_USAGE, "%s: the network's output is not flat", what);
}

/* The tensors of the last forward call are replaced, and with ${gradients} the gradients. */
static void begin_pass(struct backend *backend, size_t count, bool trains, bool gradients) {
    backend->last_count = count;
    backend->trains = trains;
    backend->forward_count = 0;
    if (gradients) {
        backend->gradient_count = 0;
    }
}

/* Returns ${status}, that of a pass. One that failed has left tensors of several passes, or parts
 * of them. */
static enum weft_status end_pass(struct backend *backend, enum weft_status status) {
    if (status != WEFT_OK) {
        backend_forget_tensors(backend);
    }
    return status;
}

/* Checks the options of the loss. */
static enum weft_status check_loss(const struct backend *backend,
                                   const struct training_steps *steps, struct weft_error *error) {
    const size_t classes = shape_size(network_output(backend->network));
    if (!(steps->label_smoothing >= 0.0f && steps->label_smoothing < 1.0f)) {
        return error_set(error, WEFT_USAGE, "training: label_smoothing %g, it is from 0 to below 1",
                         (double)steps->label_smoothing);
    }
    for (size_t k = 0; steps->class_weights != NULL && k < classes; k++) {
        if (!(steps->class_weights[k] >= 0.0f && isfinite(steps->class_weights[k]))) {
            return error_set(error, WEFT_USAGE, "training: the weight of class %zu is %g", k,
                             (double)steps->class_weights[k]);
        }
    }
    return WEFT_OK;
}

enum weft_status backend_train(struct backend *backend, const struct training_steps *steps,
                               struct weft_step_result *results, struct weft_error *error) {
    size_t images;
    backend_labels(backend, steps->set, &images);
    if (backend->forward_only) {
        return error_set(error, WEFT_USAGE, "training: opened for forward passes only");
    }
    if (steps->batch == 0 || steps->batch > backend->batch) {
        return error_set(error, WEFT_USAGE, "training: batch %zu, but opened for 1 to %zu",
                         steps->batch, backend->batch);
    }
    if (steps->steps == 0 || steps->images > steps->steps * steps->batch ||
        steps->images <= (steps->steps - 1) * steps->batch) {
        return error_set(error, WEFT_USAGE, "training: %zu images do not make %zu steps of %zu",
                         steps->images, steps->steps, steps->batch);
    }
    TRY(check_output(backend, "training", error));
    TRY(check_loss(backend, steps, error));
    for (size_t i = 0; i < steps->images; i++) {
        if (steps->order[i] >= images) {
            return error_set(error, WEFT_USAGE, "training: image %u of %zu",
                             (unsigned)steps->order[i], images);
        }
    }
    begin_pass(backend, steps->images - (steps->steps - 1) * steps->batch, true, true);
    return end_pass(backend, backend->ops->train(backend, steps, results, error));
}

void backend_forget_tensors(struct backend *backend) {
    backend->last_count = 0;
}

/* Returns the part of ${pass} of at most ${most} images that begins after ${done} images. */
static struct evaluation_pass part_of(const struct evaluation_pass *pass, size_t done, size_t most,
                                      size_t classes) {
    struct evaluation_pass part = *pass;
    part.first += done;
    part.count = pass->count - done < most ? pass->count - done : most;
    part.changes = pass->changes != NULL ? pass->changes + done : NULL;
    part.logits = pass->logits != NULL ? pass->logits + done * classes : NULL;
    part.losses = pass->losses != NULL ? pass->losses + done : NULL;
    part.predictions = pass->predictions != NULL ? pass->predictions + done : NULL;
    return part;
}

enum weft_status backend_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                  struct weft_error *error) {
    const size_t classes = shape_size(network_output(backend->network));
    const bool alone = pass->statistics != WEFT_STATISTICS_BATCH;
    size_t images, most = backend->batch;
    backend_labels(backend, pass->set, &images);
    if (pass->count == 0 || (!alone && pass->count > most) || pass->first > images ||
        pass->count > images - pass->first) {
        return error_set(error, WEFT_USAGE,
                         "evaluation: images %zu to %zu of %zu, at most %zu in a batch",
                         pass->first, pass->first + pass->count, images, most);
    }
    TRY(check_output(backend, "evaluation", error));
    if (!alone) {
        TRY(network_check_statistics(backend->network, pass->count, error));
    }
    if (alone && pass->logits == NULL && backend->sets[pass->set].host_pixels == NULL) {
        most = backend->pass_images;
    }
    begin_pass(backend, pass->count <= backend->batch ? pass->count : 0, false, false);
    for (size_t done = 0; done < pass->count; done += most) {
        const struct evaluation_pass part = part_of(pass, done, most, classes);
        TRY(end_pass(backend, backend->ops->evaluate(backend, &part, error)));
    }
    return WEFT_OK;
}

void backend_set_step(struct backend *backend, uint64_t seed, uint64_t step) {
    backend->seed = seed;
    backend->step = step;
}

enum weft_status backend_forward(struct backend *backend, enum weft_statistics statistics,
                                 size_t count, const float *inputs, struct weft_error *error) {
    enum weft_status status;
    if (count == 0 || count > backend->batch) {
        return error_set(error, WEFT_USAGE, "forward: %zu images, but opened for 1 to %zu", count,
                         backend->batch);
    }
    if (statistics == WEFT_STATISTICS_BATCH) {
        TRY(network_check_statistics(backend->network, count, error));
    }
    begin_pass(backend, count, statistics == WEFT_STATISTICS_BATCH, false);
    dropout_key(backend->seed, backend->step, backend->key);
    backend->forward_count = count;
    backend->forward_statistics = statistics;
    status = end_pass(backend, backend->ops->forward(backend, inputs, error));
    backend->forward_count = status == WEFT_OK ? count : 0;
    return status;
}

enum weft_status backend_backward(struct backend *backend, const float *doutputs,
                                  struct weft_error *error) {
    const size_t count = backend->forward_count;
    enum weft_status status;
    if (backend->forward_only) {
        return error_set(error, WEFT_USAGE, "opened for forward passes only");
    }
    if (count == 0) {
        return error_set(error, WEFT_USAGE, "there was no forward pass before it");
    }
    backend->gradient_count = 0;
    status = end_pass(backend, backend->ops->backward(backend, doutputs, error));
    backend->forward_count = 0;
    backend->gradient_count = status == WEFT_OK ? count : 0;
    return status;
}

float update_weight(const struct update *update, size_t count) {
    return update->weight != 0 ? update->weight : (float)count;
}

float update_scale(const struct update *update, size_t count) {
    return weft_div(1.0f, update_weight(update, count));
}

enum weft_status backend_step(struct backend *backend, const struct update *update,
                              struct weft_error *error) {
    enum weft_status status;
    if (backend->gradient_count == 0) {
        return error_set(error, WEFT_USAGE, "there was no backward pass before it");
    }
    backend->forward_count = 0;
    status = backend->ops->step(backend, update, error);
    backend->gradient_count = 0;
    return status;
}

enum weft_status backend_propagate(struct backend *backend, const struct propagation *probe,
                                   struct weft_error *error) {
    if (probe->doutputs != NULL && backend->forward_only) {
        return error_set(error, WEFT_USAGE, "opened for forward passes only");
    }
    TRY(backend_forward(backend, probe->statistics, probe->count, probe->inputs, error));
    return probe->doutputs != NULL ? backend_backward(backend, probe->doutputs, error) : WEFT_OK;
}

enum weft_status backend_tensor(struct backend *backend, const char *name, float *values,
                                size_t count, struct weft_error *error) {
    struct activation activation;
    size_t size;
    if (!activation_find(backend->network, name, &activation)) {
        return error_set(error, WEFT_USAGE, "tensor %s: the network has none of this name", name);
    }
    if (activation.gradient && backend->forward_only) {
        return error_set(error, WEFT_USAGE, "tensor %s: opened for forward passes only", name);
    }
    size = shape_size(activation_shape(backend->network, activation.index));
    if (backend->last_count == 0) {
        return error_set(error, WEFT_USAGE,
                         "%s: there was no step or pass, or the last one was of several batches",
                         name);
    }
    if (count != backend->last_count * size) {
        return error_set(error, WEFT_USAGE, "tensor %s: %zu floats requested, it has %zu x %zu",
                         name, count, backend->last_count, size);
    }
    return backend->ops->tensor(backend, activation, backend->last_count, values, error);
}
