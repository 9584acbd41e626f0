/* train.c: the loop over epochs and steps, the same for every backend. */
#include "train/augment.h"
#include "train/average.h"
#include "train/class_weights.h"
#include "train/rate.h"
#include "train/train_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "network/layer.h"
#include "os/host.h"

#define REPORT_SECONDS 0.15 /* between two calls of the progress callback */

/* The state of a training. */
struct run {
    struct weft_model *model;
    struct backend *backend;
    const struct training *training;
    const struct training_events *events;
    size_t images, height, width;
    uint64_t done;                    /* steps made, over all epochs */
    uint64_t total;                   /* steps when the training ends */
    struct average_window window;     /* the epochs whose values are averaged */
    const uint16_t *labels;           /* of the set */
    float *class_weights;             /* NULL: 1 */
    uint32_t *order;                  /* of the images in the epoch */
    struct image_change *changes;     /* of these; NULL: none */
    struct update *updates;           /* of each step of the epoch */
    struct weft_step_result *results; /* of each step of the epoch */
    float *values;                    /* as long as parameters and buffers together */
    size_t chunk;                     /* steps between two calls of the progress callback */
};

/* Returns the steps of the next epoch: those of all images, or what is left. */
static size_t steps_of_epoch(const struct run *run) {
    const size_t steps = (run->images + run->training->batch - 1) / run->training->batch;
    return run->total - run->done < steps ? (size_t)(run->total - run->done) : steps;
}

static void run_free(struct run *run) {
    free(run->order);
    free(run->changes);
    free(run->updates);
    free(run->results);
    free(run->values);
    free(run->class_weights);
}

static enum weft_status make_class_weights(struct run *run, struct weft_error *error) {
    const size_t classes = shape_size(network_output(run->model->network));
    size_t count;
    run->labels = backend_labels(run->backend, run->training->set, &count);
    if (run->training->recipe.class_weights == WEFT_CLASS_WEIGHTS_NONE) {
        return WEFT_OK;
    }
    if (run->images > count) {
        return error_set(error, WEFT_USAGE, "training: %zu of %zu images", run->images, count);
    }
    run->class_weights = malloc(classes * sizeof *run->class_weights);
    return run->class_weights != NULL ? class_weights_balanced(run->labels, run->images, classes,
                                                               run->class_weights, error)
                                      : error_set(error, WEFT_NO_MEMORY, "training: no memory");
}

/* Makes memory for the changes of the images, if there are any. */
static enum weft_status make_changes(struct run *run, struct weft_error *error) {
    const struct training *training = run->training;
    if (!augment_changes(&training->recipe)) {
        return WEFT_OK;
    }
    backend_image_sides(run->backend, training->set, &run->height, &run->width);
    run->changes = calloc(run->images, sizeof *run->changes);
    return run->changes != NULL ? WEFT_OK : error_set(error, WEFT_NO_MEMORY, "training: no memory");
}

static enum weft_status run_init(struct run *run, struct weft_error *error) {
    const struct weft_network *network = run->model->network;
    size_t steps = (run->images + run->training->batch - 1) / run->training->batch;
    size_t floats = network->parameter_count + network->buffer_count;
    run->order = malloc(run->images * sizeof *run->order);
    run->updates = malloc(steps * sizeof *run->updates);
    run->results = malloc(steps * sizeof *run->results);
    run->values = calloc(floats + 1, sizeof *run->values);
    if (run->order == NULL || run->updates == NULL || run->results == NULL || run->values == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "training: no memory");
    }
    TRY(make_class_weights(run, error));
    return make_changes(run, error);
}

/* Writes the values of the model to the device, and 0 as Adam's moments, unless the device has what
 * was trained before. */
static enum weft_status write_state(struct run *run, struct weft_error *error) {
    if (run->training->start != NULL) {
        return WEFT_OK;
    }
    TRY(backend_write(run->backend, ARRAY_PARAMETERS, run->model->parameters, error));
    TRY(backend_write(run->backend, ARRAY_BUFFERS, run->model->buffers, error));
    TRY(backend_write(run->backend, ARRAY_MOMENTS, run->values, error));
    return backend_write(run->backend, ARRAY_SECOND_MOMENTS, run->values, error);
}

static enum weft_status diverged(struct weft_error *error, size_t epoch, size_t step,
                                 const char *what) {
    error_set(error, WEFT_DIVERGED, "training diverged: epoch %zu, step %zu: %s", epoch, step,
              what);
    return error_hint(error, "a smaller learning rate may help");
}

static enum weft_status check_values(const struct run *run, size_t epoch, size_t steps,
                                     struct weft_error *error) {
    const struct weft_network *network = run->model->network;
    return values_are_finite(run->values, network->parameter_count + network->buffer_count)
               ? WEFT_OK
               : diverged(error, epoch, steps, "a parameter is not a finite number");
}

/* Replaces the values that were read after the last epoch by the mean of the last epochs. */
static enum weft_status take_average(struct run *run, float *buffers, struct weft_error *error) {
    const struct training *training = run->training;
    average_mean(training->average, run->values, run->model->network->parameter_count);
    TRY(backend_write(run->backend, ARRAY_PARAMETERS, run->values, error));
    return average_statistics(run->backend, training->set, run->images, training->batch, buffers,
                              error);
}

/* Counts the batches that changed running statistics: ${steps}, or after average the passes over
 * all images. */
static void count_batches(struct run *run, size_t steps, bool averaged) {
    const size_t batch = run->training->batch;
    const struct weft_network *network = run->model->network;
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        int64_t *batches = &run->model->batches[i];
        if (layer_kinds[layer->kind]->counts_batches) {
            *batches =
                averaged ? (int64_t)((run->images + batch - 1) / batch) : *batches + (int64_t)steps;
        }
    }
}

/* Reads the values of the model from the device, after ${steps} steps of ${epoch}. Fails, and
 * leaves the model as it is, if a value is infinite or NaN. */
static enum weft_status read_state(struct run *run, size_t epoch, size_t steps,
                                   struct weft_error *error) {
    const struct weft_network *network = run->model->network;
    const size_t parameters = network->parameter_count, buffers = network->buffer_count;
    struct training_average *average = run->training->average;
    const bool averaged = average != NULL && epoch == run->window.last;
    float *buffer_values = run->values + parameters;
    TRY(backend_read(run->backend, ARRAY_PARAMETERS, run->values, error));
    TRY(backend_read(run->backend, ARRAY_BUFFERS, buffer_values, error));
    TRY(check_values(run, epoch, steps, error));
    if (averaged) {
        TRY(take_average(run, buffer_values, error));
        TRY(check_values(run, epoch, steps, error));
    }
    memcpy(run->model->parameters, run->values, parameters * sizeof *run->values);
    memcpy(run->model->buffers, buffer_values, buffers * sizeof *run->values);
    count_batches(run, steps, averaged);
    if (averaged) {
        average->epochs = 0;
    } else if (average != NULL && epoch >= run->window.first && epoch < run->window.last) {
        average_add(average, run->values, parameters);
    }
    return WEFT_OK;
}

/* Makes steps ${begin} to ${end} - 1 of the epoch. */
static enum weft_status make_steps(struct run *run, size_t epoch, size_t begin, size_t end,
                                   struct weft_error *error) {
    size_t batch = run->training->batch;
    size_t last = end * batch < run->images ? end * batch : run->images;
    struct training_steps steps = {
        .steps = end - begin,
        .batch = batch,
        .images = last - begin * batch,
        .order = run->order + begin * batch,
        .updates = run->updates + begin,
        .changes = run->changes != NULL ? run->changes + begin * batch : NULL,
        .label_smoothing = run->training->recipe.label_smoothing,
        .class_weights = run->class_weights,
        .set = run->training->set,
        .seed = run->training->seed,
        .first = run->done + begin + 1,
    };
    TRY(backend_train(run->backend, &steps, run->results + begin, error));
    for (size_t i = begin; i < end; i++) {
        if (!isfinite(run->results[i].loss)) {
            return diverged(error, epoch, i + 1, "the loss is not a finite number");
        }
    }
    return WEFT_OK;
}

/* Makes the ${steps} steps of an epoch, in chunks that take about as long as the time between two
 * reports of progress. */
static enum weft_status run_steps(struct run *run, size_t epoch, size_t steps,
                                  struct weft_error *error) {
    const struct training_events *events = run->events;
    bool reports = events != NULL && events->progress != NULL;
    for (size_t begin = 0; begin < steps;) {
        size_t end = reports && run->chunk < steps - begin ? begin + run->chunk : steps;
        double start = os_seconds(), seconds;
        TRY(make_steps(run, epoch, begin, end, error));
        seconds = os_seconds() - start;
        if (seconds < REPORT_SECONDS / 2 && run->chunk < steps) {
            run->chunk *= 2;
        } else if (seconds > REPORT_SECONDS * 2 && run->chunk > 1) {
            run->chunk /= 2;
        }
        begin = end;
        if (reports && !events->progress(events->context, epoch, begin, steps)) {
            return error_set(error, WEFT_INTERRUPTED,
                             "training: interrupted in epoch %zu, step %zu", epoch, begin);
        }
    }
    return WEFT_OK;
}

/* Returns the learning rate of step ${step}, from 0, of ${epoch}. */
static double rate_of(const struct run *run, size_t epoch, size_t step) {
    const struct rate_position position = {
        .step = run->done + step, .steps = run->total, .epochs = epoch - 1};
    return rate_of_step(&run->training->recipe, (double)run->training->learning_rate, &position);
}

/* Returns what step ${step}, from 0, of ${epoch} does with its gradients. */
static struct update update_of(const struct run *run, size_t epoch, size_t step) {
    const size_t batch = run->training->batch, left = run->images - step * batch;
    struct update update =
        optimizer_update(&run->training->recipe, rate_of(run, epoch, step), run->done + step + 1);
    if (run->class_weights != NULL) {
        update.weight = class_weights_sum(run->class_weights, run->labels,
                                          run->order + step * batch, left < batch ? left : batch);
    }
    return update;
}

static struct weft_epoch summarise(const struct run *run, size_t epoch, size_t steps,
                                   double seconds) {
    size_t images = steps * run->training->batch;
    struct weft_epoch summary = {
        .size = sizeof summary,
        .epoch = epoch,
        .images = images < run->images ? images : run->images,
        .seconds = seconds,
        .steps = steps,
        .results = run->results,
        .learning_rate = (float)rate_of(run, epoch, steps - 1),
    };
    for (size_t i = 0; i < steps; i++) {
        summary.correct += run->results[i].correct;
        summary.total_loss += (double)run->results[i].loss;
    }
    summary.accuracy = (double)summary.correct / (double)summary.images;
    summary.mean_loss = summary.total_loss / (double)steps;
    return summary;
}

static enum weft_status run_epoch(struct run *run, size_t epoch, struct weft_error *error) {
    const struct training *training = run->training;
    double start = os_seconds();
    size_t steps = steps_of_epoch(run);
    struct weft_epoch summary;
    /* The order of the images, their changes, and what each step does with its gradients. */
    for (size_t i = 0; training->order == WEFT_ORDER_FILE && i < run->images; i++) {
        run->order[i] = (uint32_t)i;
    }
    if (training->order == WEFT_ORDER_SHUFFLED) {
        shuffle_images(training->seed, epoch, run->order, run->images);
    }
    if (run->changes != NULL) {
        augment_images(&training->recipe, training->seed, epoch, run->height, run->width,
                       run->images, run->changes);
    }
    for (size_t i = 0; i < steps; i++) {
        run->updates[i] = update_of(run, epoch, i);
    }
    /* The steps; afterwards the model holds their result. */
    TRY(run_steps(run, epoch, steps, error));
    TRY(read_state(run, epoch, steps, error));
    summary = summarise(run, epoch, steps, os_seconds() - start);
    run->done += steps;
    if (run->events != NULL && run->events->epoch != NULL) {
        if (!run->events->epoch(run->events->context, &summary)) {
            return error_set(error, WEFT_INTERRUPTED, "training: interrupted after epoch %zu",
                             epoch);
        }
    }
    return WEFT_OK;
}

enum weft_status train_model(struct weft_model *model, struct backend *backend, size_t images,
                             const struct training *training, const struct training_events *events,
                             struct weft_error *error) {
    struct run run = {.model = model,
                      .backend = backend,
                      .training = training,
                      .events = events,
                      .images = images,
                      .chunk = 1};
    const struct training_start *start = training->start;
    enum weft_status status;
    if (images == 0 || images > UINT32_MAX || training->batch == 0 || training->epochs == 0) {
        return error_set(error, WEFT_USAGE, "training: %zu epochs of %zu images in batches of %zu",
                         training->epochs, images, training->batch);
    }
    run.total = train_model_steps(training, images);
    run.done = start != NULL ? start->steps : 0;
    TRY(train_model_check(training, images, error));
    run.window = average_window_of(training, train_model_last_epoch(training, images));
    if (training->average != NULL &&
        (run.window.last == 0 || start == NULL || start->epochs < run.window.first)) {
        training->average->epochs = 0; /* it was that of other epochs */
    }
    TRY_OR(done, run_init(&run, error));
    TRY_OR(done, write_state(&run, error));
    for (size_t epoch = start != NULL ? start->epochs + 1 : 1; epoch <= training->epochs; epoch++) {
        if (run.done >= run.total) {
            break;
        }
        TRY_OR(done, run_epoch(&run, epoch, error));
    }
done:
    run_free(&run);
    return status;
}
