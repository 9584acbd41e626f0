/* training_case.c: trains, evaluates, compares. */
#include "training_case.h"

#include "backend/inspect.h"
#include "base/random.h"
#include "check_weft.h"
#include "layer_case.h"
#include "train/train_model.h"

#include <string.h>

void training_images(size_t count, size_t width, size_t classes, uint64_t seed,
                     struct weft_images *images) {
    *images = (struct weft_images){
        .count = count, .channels = 1, .height = 1, .width = width, .classes = classes};
    images->pixels = layer_alloc(count * width);
    images->labels = layer_alloc(count * sizeof *images->labels);
    for (size_t i = 0; i < count * width; i++) {
        uint32_t words[4];
        random_draw(seed, RANDOM_SHUFFLE, 0, (uint32_t)i, words);
        images->pixels[i] = (uint8_t)words[0];
        images->labels[i / width] = (uint16_t)(words[1] % classes);
    }
}

/* A part of a training; ${error} has the reason of a failure. */
struct run {
    const struct training_case *training;
    struct backend *backend;
    struct layer_result *result;
    struct weft_error *error;
};

static enum weft_status hand_over(const struct run *run) {
    const struct weft_network *network = backend_network(run->backend);
    const struct training_case *training = run->training;
    float *zeros = layer_alloc(network->parameter_count * sizeof *zeros), none[1] = {0};
    const struct {
        enum backend_array array;
        const float *values;
    } arrays[] = {{ARRAY_PARAMETERS, training->parameters},
                  {ARRAY_BUFFERS, training->buffers != NULL ? training->buffers : none},
                  {ARRAY_MOMENTS, zeros},
                  {ARRAY_SECOND_MOMENTS, zeros}};
    enum weft_status status = backend_set_pixels(run->backend, training->pixels, run->error);
    for (int split = 0; status == WEFT_OK && split < WEFT_SPLIT_COUNT; split++) {
        status =
            backend_set_images(run->backend, (enum weft_split)split, training->data, run->error);
    }
    for (size_t i = 0; status == WEFT_OK && i < sizeof arrays / sizeof arrays[0]; i++) {
        status = backend_write(run->backend, arrays[i].array, arrays[i].values, run->error);
    }
    free(zeros);
    return status;
}

/* With weights of classes, makes ${update}, of step ${step} of an epoch, divide by the sum of those
 * of its images. */
static void set_weight(const struct training_case *training, size_t step, struct update *update) {
    const size_t images = training->data->count, end = (step + 1) * training->batch;
    double sum = 0.0;
    for (size_t i = step * training->batch; i < end && i < images; i++) {
        sum += training->class_weights != NULL
                   ? (double)training->class_weights[training->data->labels[i]]
                   : 0.0;
    }
    update->weight = training->class_weights != NULL ? (float)sum : update->weight;
}

static enum weft_status train(const struct run *run, size_t steps) {
    size_t images = run->training->data->count, epochs = run->training->epochs;
    uint32_t *order = layer_alloc(images * sizeof *order);
    struct update *updates = layer_alloc(epochs * steps * sizeof *updates);
    struct weft_step_result *results = layer_alloc(epochs * steps * sizeof *results);
    struct layer_tensor *loss, *correct;
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < images; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < epochs * steps; i++) {
        updates[i] =
            run->training->updates != NULL ? run->training->updates[i] : adam_update(0.01f, i + 1);
        set_weight(run->training, i % steps, &updates[i]);
    }
    for (size_t epoch = 0; status == WEFT_OK && epoch < epochs; epoch++) {
        const struct training_steps all = {.steps = steps,
                                           .batch = run->training->batch,
                                           .images = images,
                                           .order = order,
                                           .updates = updates + epoch * steps,
                                           .label_smoothing = run->training->label_smoothing,
                                           .class_weights = run->training->class_weights};
        status = backend_train(run->backend, &all, results + epoch * steps, run->error);
    }
    loss = layer_result_add(run->result, "loss", epochs * steps, 1, 1, 1);
    for (size_t i = 0; i < epochs * steps; i++) {
        loss->values[i] = results[i].loss;
    }
    correct = layer_result_add(run->result, "correct", epochs * steps, 1, 1, 1);
    for (size_t i = 0; i < epochs * steps; i++) {
        correct->values[i] = (float)results[i].correct;
    }
    free(order);
    free(updates);
    free(results);
    return status;
}

/* The gradient of the logits in the last step, of ${images} images. */
static enum weft_status add_logit_gradient(const struct run *run, size_t images) {
    const struct weft_network *network = backend_network(run->backend);
    size_t classes = shape_size(network_output(network));
    struct layer_tensor *tensor =
        layer_result_add(run->result, "logit.grad", images, classes, 1, 1);
    char name[LAYER_NAME_MAX + 16];
    snprintf(name, sizeof name, "%s.output.grad", network->layers[network->layer_count - 1].name);
    return backend_tensor(run->backend, name, tensor->values, images * classes, run->error);
}

/* Evaluates all images at once, which are several batches, and checks that the results are those of
 * the batches. */
static enum weft_status evaluate_together(const struct run *run, const float *losses,
                                          const uint32_t *predictions) {
    const size_t images = run->training->data->count;
    float *own_losses = layer_alloc(images * sizeof *own_losses);
    uint32_t *own_predictions = layer_alloc(images * sizeof *own_predictions);
    const struct evaluation_pass pass = {
        .set = WEFT_SPLIT_TEST,
        .statistics = WEFT_STATISTICS_RUNNING,
        .count = images,
        .losses = own_losses,
        .predictions = own_predictions,
    };
    enum weft_status status = backend_evaluate(run->backend, &pass, run->error);
    if (status == WEFT_OK &&
        (memcmp(own_losses, losses, images * sizeof *losses) != 0 ||
         memcmp(own_predictions, predictions, images * sizeof *predictions) != 0)) {
        status = error_set(run->error, WEFT_USAGE, "%zu images at once: other results", images);
    }
    free(own_losses);
    free(own_predictions);
    return status;
}

static enum weft_status evaluate(const struct run *run, enum weft_statistics statistics,
                                 size_t largest) {
    const struct weft_network *network = backend_network(run->backend);
    size_t images = run->training->data->count;
    size_t classes = shape_size(network_output(network));
    const char *prefix = statistics == WEFT_STATISTICS_RUNNING ? "running" : "batch";
    float *logits = layer_alloc(images * classes * sizeof *logits);
    float *losses = layer_alloc(images * sizeof *losses);
    uint32_t *predictions = layer_alloc(images * sizeof *predictions);
    struct layer_tensor *predicted;
    enum weft_status status = WEFT_OK;
    char name[64];
    for (size_t first = 0; status == WEFT_OK && first < images; first += largest) {
        const struct evaluation_pass pass = {
            .set = WEFT_SPLIT_TEST,
            .statistics = statistics,
            .first = first,
            .count = images - first < largest ? images - first : largest,
            .logits = logits + first * classes,
            .losses = losses + first,
            .predictions = predictions + first,
        };
        status = backend_evaluate(run->backend, &pass, run->error);
    }
    if (status == WEFT_OK && statistics == WEFT_STATISTICS_RUNNING) {
        status = evaluate_together(run, losses, predictions);
    }
    snprintf(name, sizeof name, "%s.logits", prefix);
    memcpy(layer_result_add(run->result, name, images, classes, 1, 1)->values, logits,
           images * classes * sizeof *logits);
    snprintf(name, sizeof name, "%s.losses", prefix);
    memcpy(layer_result_add(run->result, name, images, 1, 1, 1)->values, losses,
           images * sizeof *losses);
    snprintf(name, sizeof name, "%s.predictions", prefix);
    predicted = layer_result_add(run->result, name, images, 1, 1, 1);
    for (size_t i = 0; i < images; i++) {
        predicted->values[i] = (float)predictions[i];
    }
    free(logits);
    free(losses);
    free(predictions);
    return status;
}

bool training_run(const struct training_case *training, struct backend *backend,
                  struct layer_result *result, const char *what) {
    struct weft_error error = {0};
    const struct run run = {training, backend, result, &error};
    size_t images = training->data->count;
    size_t steps = (images + training->batch - 1) / training->batch;
    enum weft_status status = hand_over(&run);
    if (status == WEFT_OK) {
        status = train(&run, steps);
    }
    if (status == WEFT_OK) {
        status = add_logit_gradient(&run, images - (steps - 1) * training->batch);
    }
    if (status == WEFT_OK) {
        layer_result_add_array(result, backend, ARRAY_PARAMETERS, "");
        layer_result_add_array(result, backend, ARRAY_BUFFERS, "");
        layer_result_add_array(result, backend, ARRAY_GRADIENTS, ".grad");
        layer_result_add_array(result, backend, ARRAY_MOMENTS, ".moment");
        layer_result_add_array(result, backend, ARRAY_SECOND_MOMENTS, ".second_moment");
        status = evaluate(&run, WEFT_STATISTICS_RUNNING, training->batch);
    }
    if (status == WEFT_OK) {
        status = evaluate(&run, WEFT_STATISTICS_BATCH, training->batch);
    }
    if (status != WEFT_OK) {
        layer_report("FAILED %s: %s\n", what, error.message);
    }
    return status == WEFT_OK;
}

/* Computes the reference of the case ${training} at ${place}, opened for this case alone. Returns
 * the number of tensors that are not clean. */
static unsigned make_reference(const struct weft_network *network, const struct layer_place *place,
                               const struct training_case *training, struct layer_result *result) {
    struct backend *backend = layer_open(network, place, training->batch, training->name);
    unsigned wrong;
    ck_assert(backend != NULL);
    ck_assert(training_run(training, backend, result, training->name));
    backend_close(backend);
    wrong = layer_result_check_clean(result, training->name);
    for (size_t i = 0; training->expected[i].tensor != NULL; i++) {
        wrong +=
            layer_result_expect(result, training->expected[i].tensor, training->expected[i].values,
                                training->expected[i].count, training->name);
    }
    return wrong;
}

void training_reference(const struct weft_network *network, const struct training_case *training,
                        struct layer_result *result) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct backend *backend = layer_open(network, &place, training->batch, training->name);
    ck_assert(backend != NULL);
    ck_assert(training_run(training, backend, result, training->name));
    backend_close(backend);
}

struct weft_network *training_logits(size_t classes) {
    char json[100];
    snprintf(json, sizeof json, "{\"input\": [1, 1, %zu], \"layers\": [{\"kind\": \"flatten\"}]}",
             classes);
    return layer_network(json);
}

static unsigned check_place(const struct weft_network *network, const struct layer_place *place,
                            const struct training_case *cases, size_t count,
                            const struct layer_result *expected) {
    size_t largest = 0;
    unsigned wrong = 0, before = layer_flush_begin(place);
    struct backend *backend;
    for (size_t i = 0; i < count; i++) {
        largest = cases[i].batch > largest ? cases[i].batch : largest;
    }
    backend = layer_open(network, place, largest, cases[0].name);
    for (size_t i = 0; backend != NULL && i < count; i++) {
        struct layer_result result = {0};
        char what[700];
        snprintf(what, sizeof what, "%s, batch %zu, on %.399s", cases[i].name, cases[i].batch,
                 place->name);
        wrong += training_run(&cases[i], backend, &result, what)
                     ? layer_result_compare(&result, &expected[i], what)
                     : 1;
        layer_result_finish(&result);
    }
    backend_close(backend);
    layer_flush_end(before);
    return wrong + (backend == NULL);
}

void training_check(const struct weft_network *network, const struct training_case *cases,
                    size_t count, const struct layer_place *places, size_t place_count) {
    struct layer_result *expected = layer_alloc(count * sizeof *expected);
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += make_reference(network, &places[0], &cases[i], &expected[i]);
    }
    for (size_t i = 0; i < place_count; i++) {
        wrong += check_place(network, &places[i], cases, count, expected);
    }
    for (size_t i = 0; i < count; i++) {
        layer_result_finish(&expected[i]);
    }
    free(expected);
    ck_assert_msg(wrong == 0, "%s: %u differences, listed above", cases[0].name, wrong);
}

void training_check_network(const struct weft_network *network, const char *name) {
    const struct tensor_shape input = network->input;
    struct layer_place places[LAYER_PLACES_MAX];
    struct layer_values values;
    struct weft_images images;
    float pixels[256];
    size_t count = layer_places_list_fused(LAYER_LARGE, name, places);
    layer_values_draw(network, 1, LAYER_PLAIN, 5, &values);
    pixels_normalised(pixels);
    training_images(40, shape_size(input), shape_size(network_output(network)), 7, &images);
    images.channels = input.channels;
    images.height = input.height;
    images.width = input.width;
    training_check(network,
                   &(struct training_case){.name = name,
                                           .parameters = values.parameters,
                                           .buffers = values.buffers,
                                           .data = &images,
                                           .pixels = pixels,
                                           .batch = 17,
                                           .epochs = 2},
                   1, places, count);
    images_finish(&images);
    layer_values_finish(&values);
}
