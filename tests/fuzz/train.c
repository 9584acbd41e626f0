/* train.c: trains small networks from lists of layers on the CPU backend, and evaluates them. The
 * first byte: 1: two threads; 2: no fused layers; 4: statistics of the batch. The second one is
 * the number of images. */
#include "fuzz.h"

#include "train/train_model.h"

/* Returns whether the network is a classifier of images that is trained in milliseconds. */
static bool is_small(const struct weft_network *network) {
    size_t classes = shape_size(network_output(network)), values = 0;
    uint64_t flop = 0;
    struct weft_error ignored = {0};
    for (size_t i = 0; i < network->layer_count; i++) {
        flop += layer_flop(&network->layers[i]);
        values += shape_size(network->layers[i].output);
    }
    return classes >= 2 && classes <= 256 && shape_size(network->input) <= 5000 &&
           (network->input.flat || network->input.channels == 1) && values <= 20000 &&
           flop <= 400000 && network->parameter_count <= 60000 &&
           network_check_classifier(network, classes, &ignored) == WEFT_OK;
}

static void make_images(const struct weft_network *network, size_t count,
                        struct weft_images *images) {
    struct tensor_shape input = network->input;
    size_t size = shape_size(input);
    uint32_t random = 1;
    *images = (struct weft_images){.count = count,
                                   .channels = input.flat ? 1 : input.channels,
                                   .height = input.flat ? 1 : input.height,
                                   .width = input.flat ? input.channels : input.width,
                                   .classes = shape_size(network_output(network)),
                                   .pixels = allocate(count * size),
                                   .labels = allocate(count * sizeof(uint16_t))};
    for (size_t i = 0; i < count * size; i++) {
        random = random * 1664525u + 1013904223u;
        images->pixels[i] = (uint8_t)(random >> 24);
    }
    for (size_t i = 0; i < count; i++) {
        images->labels[i] = (uint16_t)(i % images->classes);
    }
}

/* Trains two steps and evaluates, until something fails: some networks diverge. */
static void train(struct weft_model *model, const struct weft_images *images, uint8_t how) {
    struct backend_options options = {.device = "cpu",
                                      .threads = 1 + (how & 1),
                                      .batch = images->count,
                                      .no_fuse = (how & 2) != 0};
    struct training training = training_default();
    struct evaluation_options way = {.set = WEFT_SPLIT_TRAIN,
                                     .statistics =
                                         how & 4 ? WEFT_STATISTICS_BATCH : WEFT_STATISTICS_RUNNING,
                                     .batch = images->count};
    struct evaluation evaluation;
    struct backend *backend = NULL;
    struct weft_error error = {0};
    float pixels[256];
    pixels_normalised(pixels);
    training.epochs = 1;
    training.batch = images->count > 5 ? images->count - 3 : images->count;
    training.steps = 2;
    if (backend_open(model->network, &options, &backend, NULL, &error) == WEFT_OK &&
        backend_set_pixels(backend, pixels, &error) == WEFT_OK &&
        backend_set_images(backend, WEFT_SPLIT_TRAIN, images, &error) == WEFT_OK &&
        train_model(model, backend, images->count, &training, NULL, &error) == WEFT_OK) {
        size_t outputs = shape_size(network_output(model->network));
        way.logits = calloc(images->count * outputs, sizeof *way.logits);
        way.confusion = calloc(outputs * outputs, sizeof *way.confusion);
        evaluate_images(backend, &way, &evaluation, &error);
    }
    if (error.status != WEFT_OK) {
        require_failure(error.status, &error);
    }
    free(way.logits);
    free(way.confusion);
    backend_close(backend);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest);
    size_t count = 1 + take_byte(&rest) % 37;
    char *text = copy_text(rest);
    struct weft_error error = {0};
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    struct weft_images images;
    if (network_create(text, &network, &error) != WEFT_OK || !is_small(network)) {
        network_destroy(network);
    } else if (model_create(network, &model, &error) == WEFT_OK) {
        make_images(network, count, &images);
        model_initialise(model, how);
        train(model, &images, how);
        images_finish(&images);
        model_destroy(model);
    }
    free(text);
    return 0;
}
