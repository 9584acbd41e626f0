/* predict.c: prints the class of each image on standard input.
 *
 *     cc -std=c11 predict.c $(pkg-config --cflags --libs weft) -lm -o predict
 *     ./predict MODEL [DEVICE] <PIXELS
 *
 * PIXELS has the bytes of images of the size that the model takes, one image after the other, row
 * by row; 0 is black, 255 is white. The pixels of an IDX file begin at its byte 16:
 *
 *     gzip -dc t10k-images-idx3-ubyte.gz | tail -c +17 | ./predict model.safetensors */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

/* Returns the probability of class ${index}: the softmax of ${logits}. */
static double probability(const float *logits, size_t classes, size_t index) {
    double sum = 0;

    for (size_t i = 0; i < classes; i++) {
        sum += exp((double)logits[i] - (double)logits[index]);
    }
    return 1 / sum;
}

/* Predicts one image after the other until the end of the input. */
static bool predict_all(struct weft_session *session, const struct weft_model *model,
                        struct weft_error *error) {
    const struct weft_network *network = weft_model_network(model);
    const struct weft_layer *first = weft_network_layer(network, 0);
    const struct weft_layer *last = weft_network_layer(network, weft_network_layers(network) - 1);
    const size_t size = first->input[0] * first->input[1] * first->input[2];
    const size_t classes = last->output[0] * last->output[1] * last->output[2];
    uint8_t *pixels = malloc(size);
    float *logits = calloc(classes, sizeof *logits);
    bool good = pixels != NULL && logits != NULL;

    while (good && fread(pixels, 1, size, stdin) == size) {
        uint32_t index;

        good = weft_predict(session, pixels, 1, logits, &index, error) == WEFT_OK;
        if (good) {
            const char *name = weft_model_class_name(model, index);

            printf("%u %.4f %s\n", (unsigned)index, probability(logits, classes, index),
                   name != NULL ? name : "");
        }
    }
    free(logits);
    free(pixels);
    return good;
}

int main(int argc, char **argv) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_error *error = weft_error_create();
    struct weft_model *model = NULL;
    struct weft_session *session = NULL;
    bool good;

    if (argc < 2) {
        fprintf(stderr, "usage: predict MODEL [DEVICE] <PIXELS\n");
        weft_error_destroy(error);
        return 2;
    }
    /* A session for one image that only predicts needs less memory. */
    options.device = argc > 2 ? argv[2] : NULL;
    options.batch = 1;
    options.forward_only = true;
    good = weft_model_load(argv[1], &model, error) == WEFT_OK &&
           weft_session_open(model, &options, &session, error) == WEFT_OK &&
           predict_all(session, model, error);
    if (!good) {
        fprintf(stderr, "predict: %s\n%s\n", weft_error_message(error), weft_error_hint(error));
    }
    weft_session_close(session);
    weft_model_destroy(model);
    weft_error_destroy(error);
    return good ? 0 : 1;
}
