/* train.c: trains the published network with libweft and prints its accuracy on the test images.
 *
 *     cc -std=c11 train.c $(pkg-config --cflags --libs weft) -o train
 *     ./train [DEVICE]
 *
 * DEVICE is a selector as "weft train --device" takes it (default: auto). The data folder is the
 * one that WEFT_DATA names, or one of the default folders. The result has the bits of "weft train".
 * The program exits with 0, or with the status of the function that failed. */
#include <stdbool.h>
#include <stdio.h>
#include <weft/weft.h>

/* What the program holds. All zero at the start; release frees it, however much of it exists. */
struct session {
    struct weft_images train, test;
    struct weft_model *model; /* owns its network */
    struct weft_backend *backend;
};

static void release(struct session *session) {
    weft_backend_close(session->backend);
    weft_model_destroy(session->model);
    weft_images_finish(&session->test);
    weft_images_finish(&session->train);
}

/* Reads both splits of the data set. */
static enum weft_status read_images(struct session *session, struct weft_error *error) {
    char folder[4096];
    enum weft_status status;

    status = weft_data_find(NULL, folder, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = weft_images_read(folder, WEFT_SPLIT_TRAIN, &session->train, NULL, error);
    if (status != WEFT_OK) {
        return status;
    }
    return weft_images_read(folder, WEFT_SPLIT_TEST, &session->test, NULL, error);
}

/* Creates the model with its initial values. The model takes over the network. */
static enum weft_status create_model(struct session *session, uint64_t seed,
                                     struct weft_error *error) {
    struct weft_network *network = NULL;
    enum weft_status status;

    status = weft_network_create_published(&network, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = weft_model_create(network, &session->model, error);
    if (status != WEFT_OK) {
        return status;
    }
    weft_model_initialise(session->model, seed);
    return WEFT_OK;
}

/* Opens the device for batches of ${batch} images and copies the data set to it. */
static enum weft_status open_device(struct session *session, const char *device, size_t batch,
                                    struct weft_error *error) {
    const struct weft_backend_options options = {.device = device, .batch = batch};
    float pixels[256];
    struct weft_error notice;
    enum weft_status status;

    status =
        weft_backend_open(session->model->network, &options, &session->backend, &notice, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (notice.message[0] != '\0') {
        fprintf(stderr, "train: %s\n", notice.message);
    }
    weft_pixels_normalised(pixels);
    status = weft_backend_set_pixels(session->backend, pixels, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = weft_backend_set_images(session->backend, WEFT_SPLIT_TRAIN, &session->train, error);
    if (status != WEFT_OK) {
        return status;
    }
    return weft_backend_set_images(session->backend, WEFT_SPLIT_TEST, &session->test, error);
}

/* Prints one epoch; weft_train calls it. Returning false would stop the training. */
static bool print_epoch(void *context, const struct weft_epoch *epoch) {
    (void)context;
    printf("epoch: %zu, accuracy: %.4f, mean loss: %.4f\n", epoch->epoch, epoch->accuracy,
           epoch->mean_loss);
    return true;
}

/* Evaluates the test images and prints the accuracy. */
static enum weft_status evaluate(struct session *session, size_t batch, struct weft_error *error) {
    const struct weft_evaluation_options options = {.split = WEFT_SPLIT_TEST, .batch = batch};
    struct weft_evaluation result = {0};
    const enum weft_status status = weft_evaluate(session->backend, &options, &result, error);

    if (status == WEFT_OK) {
        printf("test accuracy: %.4f (%zu of %zu)\n", result.accuracy, result.correct,
               result.images);
    }
    weft_evaluation_finish(&result);
    return status;
}

/* The complete training. ${session} is released by the caller, on success and on failure. */
static enum weft_status run(struct session *session, const char *device, struct weft_error *error) {
    const struct weft_training training = weft_training_default();
    const struct weft_training_events events = {.epoch = print_epoch};
    enum weft_status status;

    status = read_images(session, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = create_model(session, training.seed, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = open_device(session, device, training.batch, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = weft_train(session->model, session->backend, session->train.count, &training, &events,
                        error);
    if (status != WEFT_OK) {
        return status;
    }
    return evaluate(session, training.batch, error);
}

int main(int argc, char **argv) {
    struct session session = {0};
    struct weft_error error = {0};
    const enum weft_status status = run(&session, argc > 1 ? argv[1] : "auto", &error);

    release(&session);
    if (status != WEFT_OK) {
        fprintf(stderr, "train: %s\n", error.message);
    }
    if (error.hint[0] != '\0') {
        fprintf(stderr, "train: %s\n", error.hint);
    }
    return (int)status;
}
