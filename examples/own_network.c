/* own_network.c: a network of one's own, on images that are made in memory.
 *
 *     cc -std=c11 own_network.c $(pkg-config --cflags --libs weft) -o own_network
 *     ./own_network [DEVICE]
 *
 * The images have 3 channels of 12 x 12 pixels and show stripes: class 0 has horizontal ones, class
 * 1 vertical ones, class 2 diagonal ones, in any colour, with noise. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

enum { CHANNELS = 3, SIDE = 12, PIXELS = CHANNELS * SIDE * SIDE, CLASSES = 3 };

static const char network_list[] =
    "{\"input\": [3, 12, 12],"
    " \"layers\": ["
    "  {\"kind\": \"conv2d\", \"name\": \"conv\", \"out_channels\": 8, \"kernel_size\": 3},"
    "  {\"kind\": \"relu\"},"
    "  {\"kind\": \"max_pool2d\", \"kernel_size\": 2},"
    "  {\"kind\": \"batch_norm\", \"name\": \"norm\"},"
    "  {\"kind\": \"flatten\"},"
    "  {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";

static const char *const class_names[CLASSES] = {"horizontal", "vertical", "diagonal"};

/* Returns a random number below ${limit}, from a generator of Knuth's. */
static unsigned random_below(uint32_t *state, unsigned limit) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 16) % limit;
}

/* Draws an image of class ${label}. */
static void draw(uint8_t *pixels, unsigned label, uint32_t *state) {
    const unsigned phase = random_below(state, 4);

    for (unsigned channel = 0; channel < CHANNELS; channel++) {
        const unsigned light = 80 + random_below(state, 100);

        for (unsigned y = 0; y < SIDE; y++) {
            for (unsigned x = 0; x < SIDE; x++) {
                const unsigned place = phase + (label == 0 ? y : label == 1 ? x : x + y);
                const unsigned stripe = place % 4 < 2 ? light : 0;

                *pixels++ = (uint8_t)(stripe + random_below(state, 60));
            }
        }
    }
}

/* Makes ${count} images from ${seed}. The library copies what it is given. */
static bool make_images(size_t count, uint32_t seed, struct weft_images **images,
                        struct weft_error *error) {
    static const size_t shape[3] = {CHANNELS, SIDE, SIDE};
    uint8_t *pixels = malloc(count * PIXELS);
    uint16_t *labels = malloc(count * sizeof *labels);
    bool made = pixels != NULL && labels != NULL;

    for (size_t i = 0; made && i < count; i++) {
        labels[i] = (uint16_t)random_below(&seed, CLASSES);
        draw(pixels + i * PIXELS, labels[i], &seed);
    }
    made =
        made && weft_images_create(count, shape, pixels, labels, CLASSES, images, error) == WEFT_OK;
    free(labels);
    free(pixels);
    return made;
}

/* Prints the confusion matrix: a row for each true class, a column for each prediction. */
static void print(const struct weft_evaluation *result, const uint64_t *confusion) {
    for (size_t row = 0; row < CLASSES; row++) {
        printf("%-12s", class_names[row]);
        for (size_t column = 0; column < CLASSES; column++) {
            printf("%6llu", (unsigned long long)confusion[row * CLASSES + column]);
        }
        printf("\n");
    }
    printf("test accuracy: %.4f\n", result->accuracy);
}

int main(int argc, char **argv) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_training_options training = WEFT_TRAINING_OPTIONS;
    struct weft_evaluation_options evaluation = WEFT_EVALUATION_OPTIONS;
    struct weft_evaluation result = WEFT_EVALUATION;
    uint64_t confusion[CLASSES * CLASSES];
    struct weft_error *error = weft_error_create();
    struct weft_images *train = NULL, *test = NULL;
    struct weft_network *network = NULL;
    struct weft_model *model = NULL, *trained = NULL;
    struct weft_session *session = NULL;
    bool done;

    options.device = argc > 1 ? argv[1] : NULL;
    options.batch = 32;
    training.epochs = 3;
    training.seed = 7;
    evaluation.confusion = confusion;
    evaluation.confusion_count = CLASSES * CLASSES;
    done = make_images(2000, 1, &train, error) && make_images(500, 2, &test, error) &&
           weft_network_create(network_list, &network, error) == WEFT_OK &&
           weft_model_create(network, 7, &model, error) == WEFT_OK &&
           weft_session_open(model, &options, &session, error) == WEFT_OK &&
           weft_train(session, train, &training, error) == WEFT_OK &&
           weft_evaluate(session, test, &evaluation, &result, error) == WEFT_OK &&
           weft_session_model(session, &trained, error) == WEFT_OK &&
           weft_model_set_classes(trained, class_names, CLASSES, error) == WEFT_OK &&
           weft_model_save(trained, "stripes.safetensors", error) == WEFT_OK;

    if (done) {
        print(&result, confusion);
    } else {
        fprintf(stderr, "own_network: %s\n%s\n", weft_error_message(error), weft_error_hint(error));
    }
    weft_session_close(session);
    weft_model_destroy(trained);
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_images_destroy(test);
    weft_images_destroy(train);
    weft_error_destroy(error);
    return done ? 0 : 1;
}
