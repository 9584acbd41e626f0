/* test_loss_plain.c: the loss of training steps with label smoothing and weights of classes,
 * compared with formulas in double, differences of losses, and PyTorch. The logits are the values
 * of the pixels. */
#include "check_weft.h"
#include "layer_case.h"
#include "layer_values.h"
#include "training_case.h"

#include <math.h>

#include "data/safetensors.h"

/* Computes one image in double. Returns the loss and writes the gradient. */
static double plain_image(const double *logits, size_t classes, size_t label, double smoothing,
                          const float *weights, double *gradient) {
    double sum = 0.0, loss = 0.0, total = 0.0;
    for (size_t k = 0; k < classes; k++) {
        sum += exp(logits[k]);
        total += smoothing / (double)classes * (double)weights[k];
    }
    total += (1.0 - smoothing) * (double)weights[label];
    for (size_t k = 0; k < classes; k++) {
        const double target = (k == label ? (1.0 - smoothing) * (double)weights[k] : 0.0) +
                              smoothing / (double)classes * (double)weights[k];
        loss += target * (log(sum) - logits[k]);
        gradient[k] = exp(logits[k]) / sum * total - target;
    }
    return loss;
}

static const struct {
    size_t images, batch, classes;
    float scale; /* of the logits */
    float smoothing;
    bool weights;
} shapes[] = {
    {1, 1, 2, 1, 0.1f, false},    {17, 7, 10, 1, 0.1f, true},   {33, 16, 13, 8, 0, true},
    {40, 33, 10, 40, 0.9f, true}, {5, 3, 1000, 4, 0.1f, true},  {50, 20, 3, 0.1f, 0.3f, false},
    {3, 2, 1000, 1, 0.2f, false}, {35, 17, 2, 1, 0.125f, true},
};

/* The batches of an epoch, the last of which is smaller. 3e-6 of the largest: a sum of 1,000 terms
 * has a rounding for each. */
START_TEST(plain) {
    const size_t count = shapes[_i].images, batch = shapes[_i].batch, classes = shapes[_i].classes;
    const size_t steps = (count + batch - 1) / batch;
    struct weft_network *network = training_logits(classes);
    double *means = layer_alloc(steps * sizeof(double));
    double *gradients = layer_alloc(batch * classes * sizeof(double));
    double *logits = layer_alloc(classes * sizeof(double));
    float pixels[256], *weights = layer_alloc(classes * sizeof *weights);
    struct layer_result result = {0};
    struct weft_images images;
    struct training_case training = {.name = "loss options",
                                     .data = &images,
                                     .pixels = pixels,
                                     .batch = batch,
                                     .epochs = 1,
                                     .label_smoothing = shapes[_i].smoothing,
                                     .class_weights = shapes[_i].weights ? weights : NULL};
    unsigned wrong = 0;
    training_images(count, classes, classes, 200 + (uint64_t)_i, &images);
    layer_draw(210, 0, LAYER_PLAIN, pixels, 256);
    layer_draw(211, 0, LAYER_PLAIN, weights, classes);
    for (size_t i = 0; i < 256; i++) {
        pixels[i] *= shapes[_i].scale;
    }
    for (size_t k = 0; k < classes; k++) {
        weights[k] = shapes[_i].weights ? 1.25f + weights[k] : 1;
    }
    for (size_t step = 0; step < steps; step++) {
        const size_t begin = step * batch, end = begin + batch < count ? begin + batch : count;
        double weight = 0.0;
        for (size_t n = begin; n < end; n++) {
            for (size_t k = 0; k < classes; k++) {
                logits[k] = (double)pixels[images.pixels[n * classes + k]];
            }
            means[step] +=
                plain_image(logits, classes, images.labels[n], (double)shapes[_i].smoothing,
                            weights, gradients + (n - begin) * classes);
            weight += (double)weights[images.labels[n]];
        }
        means[step] /= weight;
    }
    training_reference(network, &training, &result);
    wrong += layer_result_near(&result, "logit.grad", gradients, 3e-6, "loss options");
    wrong += layer_result_near(&result, "loss", means, 3e-6, "loss options");
    layer_result_finish(&result);
    images_finish(&images);
    free(means);
    free(gradients);
    free(logits);
    free(weights);
    network_destroy(network);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

/* Returns the loss of a step, times the sum of weights, with these pixels. */
static double trained_loss(struct backend *backend, const float *pixels,
                           const struct training_steps *steps) {
    struct weft_step_result result;
    ck_assert_int_eq(backend_set_pixels(backend, pixels, NULL), WEFT_OK);
    ck_assert_int_eq(backend_train(backend, steps, &result, NULL), WEFT_OK);
    return (double)result.loss * (double)steps->updates[0].weight;
}

/* Each of 20 x 12 logits has its own byte, so its value can be changed alone. Steps of 1/64 as in
 * test_cross_entropy.c, but weights of up to 2. */
START_TEST(differences) {
    enum { IMAGES = 20, CLASSES = 12 };
    static const float weights[CLASSES] = {0.5f, 2, 1, 0, 1.5f, 0.25f, 1, 1, 2, 0.75f, 1, 0.5f};
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network = training_logits(CLASSES);
    double gradient[IMAGES * CLASSES];
    struct layer_result result = {0};
    struct weft_images images;
    struct update update = {.weight = 1};
    uint32_t order[IMAGES];
    struct backend *backend;
    float pixels[256];
    const struct training_steps steps = {.steps = 1,
                                         .batch = IMAGES,
                                         .images = IMAGES,
                                         .order = order,
                                         .updates = &update,
                                         .label_smoothing = 0.25f,
                                         .class_weights = weights};
    const struct training_case training = {.name = "differences",
                                           .data = &images,
                                           .pixels = pixels,
                                           .batch = IMAGES,
                                           .epochs = 1,
                                           .label_smoothing = 0.25f,
                                           .class_weights = weights};
    training_images(IMAGES, CLASSES, CLASSES, 220, &images);
    layer_draw(221, 0, LAYER_PLAIN, pixels, 256);
    for (size_t i = 0; i < IMAGES * CLASSES; i++) {
        images.pixels[i] = (uint8_t)i;
        order[i % IMAGES] = (uint32_t)(i % IMAGES);
    }
    training_reference(network, &training, &result);
    backend = layer_open(network, &place, IMAGES, "differences");
    ck_assert_int_eq(backend_set_images(backend, 0, &images, NULL), WEFT_OK);
    for (size_t i = 0; i < IMAGES * CLASSES; i++) {
        volatile float kept = pixels[i], up = kept + 0x1p-6f, down = kept - 0x1p-6f;
        pixels[i] = up;
        gradient[i] = trained_loss(backend, pixels, &steps);
        pixels[i] = down;
        gradient[i] -= trained_loss(backend, pixels, &steps);
        gradient[i] /= (double)up - (double)down;
        pixels[i] = kept;
    }
    ck_assert_uint_eq(layer_result_near(&result, "logit.grad", gradient, 3e-4, "differences"), 0);
    backend_close(backend);
    layer_result_finish(&result);
    images_finish(&images);
    network_destroy(network);
}
END_TEST

/* ---- PyTorch ---- */

static const struct safetensors_entry *find(const struct safetensors *file, unsigned number,
                                            const char *name) {
    const struct safetensors_entry *entry;
    char key[64];
    snprintf(key, sizeof key, "%u.%s", number, name);
    entry = safetensors_find(file, key);
    ck_assert_msg(entry != NULL, "%s", key);
    return entry;
}

/* Returns the values of a tensor, in double. */
static double *doubles(const struct safetensors_entry *entry) {
    double *values = layer_alloc(entry->count * sizeof *values);
    for (size_t i = 0; i < entry->count; i++) {
        values[i] = (double)safetensors_float(entry, i);
    }
    return values;
}

/* Trains the step of case ${number}. PyTorch's gradient is that of the mean; this one of the sum.
 * Returns the number of differences. */
static unsigned check_case(const struct safetensors *file, unsigned number) {
    const struct safetensors_entry *bytes = find(file, number, "pixels");
    const size_t count = bytes->shape[0], classes = bytes->shape[1];
    double *loss = doubles(find(file, number, "loss")), weight = 0.0;
    double *gradient = doubles(find(file, number, "logits.grad"));
    float pixels[256], *weights = layer_alloc(classes * sizeof *weights);
    struct weft_network *network = training_logits(classes);
    struct layer_result result = {0};
    struct weft_images images;
    const struct training_case training = {
        .name = "loss of PyTorch",
        .data = &images,
        .pixels = pixels,
        .batch = count,
        .epochs = 1,
        .label_smoothing = safetensors_float(find(file, number, "smoothing"), 0),
        .class_weights = weights};
    unsigned wrong = 0;
    training_images(count, classes, classes, 1, &images);
    for (size_t k = 0; k < classes; k++) {
        weights[k] = safetensors_float(find(file, number, "weights"), k);
    }
    for (size_t i = 0; i < 256; i++) {
        pixels[i] = safetensors_float(find(file, number, "table"), i);
    }
    for (size_t i = 0; i < count * classes; i++) {
        images.pixels[i] = (uint8_t)safetensors_float(bytes, i);
    }
    for (size_t n = 0; n < count; n++) {
        images.labels[n] = (uint16_t)safetensors_float(find(file, number, "labels"), n);
        weight += (double)weights[images.labels[n]];
    }
    for (size_t i = 0; i < count * classes; i++) {
        gradient[i] *= weight;
    }
    training_reference(network, &training, &result);
    wrong += layer_result_near(&result, "loss", loss, 3e-6, "PyTorch");
    wrong += layer_result_near(&result, "logit.grad", gradient, 3e-6, "PyTorch");
    layer_result_finish(&result);
    images_finish(&images);
    network_destroy(network);
    free(loss);
    free(gradient);
    free(weights);
    return wrong;
}

START_TEST(vectors) {
    enum { CASES = 9 };
    struct safetensors file = {0};
    struct weft_error error = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/losses/cross_entropy.safetensors", source_root());
    ck_assert_msg(safetensors_read(path, &file, &error) == WEFT_OK, "%s", error.message);
    for (unsigned number = 0; number < CASES; number++) {
        ck_assert_msg(check_case(&file, number) == 0, "case %u", number);
    }
    safetensors_finish(&file);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, plain, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, vectors);
}
CHECK_MAIN("loss_plain", add_tests)
