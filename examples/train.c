/* train.c: trains the published network as "weft train" does, and prints its accuracy.
 *
 *     cc -std=c11 train.c $(pkg-config --cflags --libs weft) -o train
 *     ./train [DEVICE [MODEL]]
 *
 * DEVICE is a selector as "weft train --device" takes it (default: auto). The trained model is
 * written to MODEL (default: model.safetensors), with the bits of "weft train". The data folder is
 * the one that WEFT_DATA names, or one of the default folders. Ctrl-C ends the training. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <weft/weft.h>

static struct weft_session *session;

/* weft_session_cancel is one of the functions that a signal handler may call. */
static void cancel(int number) {
    (void)number;
    weft_session_cancel(session);
}

/* Called after each epoch. Returning false would end the training. */
static bool print_epoch(void *context, const struct weft_epoch *epoch, float *learning_rate) {
    (void)context;
    (void)learning_rate; /* a change of it counts from the next epoch on */
    printf("epoch: %zu, accuracy: %.4f, mean loss: %.4f\n", epoch->epoch, epoch->accuracy,
           epoch->mean_loss);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_training_options training = WEFT_TRAINING_OPTIONS;
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_error *error = weft_error_create();
    struct weft_images *train = NULL, *test = NULL;
    struct weft_network *network = NULL;
    struct weft_model *start = NULL, *trained = NULL;
    bool done;

    /* What stays 0 has its default: batch 100; 5 epochs, learning rate 0.01, seed 0. */
    options.device = argc > 1 ? argv[1] : NULL;
    training.epoch = print_epoch;
    done = weft_images_read(NULL, WEFT_SPLIT_TRAIN, &train, error) == WEFT_OK &&
           weft_images_read(NULL, WEFT_SPLIT_TEST, &test, error) == WEFT_OK &&
           weft_network_create_published(&network, error) == WEFT_OK &&
           weft_model_create(network, 0, &start, error) == WEFT_OK &&
           weft_session_open(start, &options, &session, error) == WEFT_OK;

    if (done) {
        signal(SIGINT, cancel);
        printf("device: %s\n", weft_session_device(session)->name);
        done = weft_train(session, train, &training, error) == WEFT_OK &&
               weft_evaluate(session, test, NULL, &result, error) == WEFT_OK &&
               weft_session_model(session, &trained, error) == WEFT_OK &&
               weft_model_save(trained, argc > 2 ? argv[2] : "model.safetensors", error) == WEFT_OK;
        signal(SIGINT, SIG_DFL);
    }
    if (done) {
        printf("test accuracy: %.4f (%zu of %zu)\n", result.accuracy, result.correct,
               result.images);
    } else {
        fprintf(stderr, "train: %s\n%s\n", weft_error_message(error), weft_error_hint(error));
    }
    /* Each object that was created, in any order. NULL is harmless. */
    weft_session_close(session);
    weft_model_destroy(trained);
    weft_model_destroy(start);
    weft_network_destroy(network);
    weft_images_destroy(test);
    weft_images_destroy(train);
    weft_error_destroy(error);
    return done ? 0 : 1;
}
