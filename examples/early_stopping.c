/* early_stopping.c: trains until a validation set gets no better, lowers the learning rate on the
 * way, and keeps the best model.
 *
 *     cc -std=c11 early_stopping.c $(pkg-config --cflags --libs weft) -o early_stopping
 *     ./early_stopping [DEVICE [MODEL]]
 *
 * A fifth of the training images, drawn by chance, validate. The learning rate is halved after an
 * epoch that was no better than the best one, and two such epochs in a row end the training. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

enum { EPOCHS = 20, PATIENCE = 2 };

/* Divides ${all} by chance. Slices would not do for data folders whose images are in the order of
 * their classes, such as those of PNG files. */
static bool divide(const struct weft_images *all, struct weft_images **images,
                   struct weft_images **validation, struct weft_error *error) {
    const size_t count = weft_images_count(all), first = count - count / 5;
    uint32_t *order = malloc(count * sizeof *order);
    const bool done =
        order != NULL && weft_training_order(0, 1, order, count, error) == WEFT_OK &&
        weft_images_select(all, order, first, images, error) == WEFT_OK &&
        weft_images_select(all, order + first, count - first, validation, error) == WEFT_OK;

    free(order);
    return done;
}

/* Trains until the validation set gets no better. Stores the best model in ${best}, which is NULL
 * at the start, and its loss in ${best_loss}. */
static bool train(struct weft_session *session, const struct weft_images *images,
                  const struct weft_images *validation, struct weft_model **best, double *best_loss,
                  struct weft_error *error) {
    struct weft_training_options epoch = WEFT_TRAINING_OPTIONS;

    epoch.epochs = 1;
    epoch.learning_rate = 0.01f;
    for (int number = 1, worse = 0; number <= EPOCHS && worse < PATIENCE; number++) {
        struct weft_evaluation result = WEFT_EVALUATION;

        /* Each call goes on where the session is: shuffles and Adam's state continue. */
        if (weft_train(session, images, &epoch, error) != WEFT_OK ||
            weft_evaluate(session, validation, NULL, &result, error) != WEFT_OK) {
            return false;
        }
        printf("epoch: %d, learning rate: %g, validation loss: %.4f, accuracy: %.4f\n", number,
               (double)epoch.learning_rate, result.loss, result.accuracy);
        if (*best != NULL && result.loss >= *best_loss) {
            worse++;
            epoch.learning_rate /= 2;
            continue;
        }
        worse = 0;
        *best_loss = result.loss;
        weft_model_destroy(*best);
        if (weft_session_model(session, best, error) != WEFT_OK) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    struct weft_evaluation result = WEFT_EVALUATION;
    struct weft_error *error = weft_error_create();
    struct weft_images *all = NULL, *images = NULL, *validation = NULL;
    struct weft_network *network = NULL;
    struct weft_model *start = NULL, *best = NULL;
    struct weft_session *session = NULL;
    double best_loss = 0;
    bool done = weft_images_read(NULL, WEFT_SPLIT_TRAIN, &all, error) == WEFT_OK;

    options.device = argc > 1 ? argv[1] : NULL;
    if (done) {
        done = divide(all, &images, &validation, error) &&
               weft_network_create_published(&network, error) == WEFT_OK &&
               weft_model_create(network, 0, &start, error) == WEFT_OK &&
               weft_session_open(start, &options, &session, error) == WEFT_OK &&
               /* Both sets stay on the device, and are not copied in each epoch. */
               weft_session_keep(session, images, error) == WEFT_OK &&
               weft_session_keep(session, validation, error) == WEFT_OK &&
               train(session, images, validation, &best, &best_loss, error) &&
               weft_session_set_model(session, best, error) == WEFT_OK &&
               weft_evaluate(session, validation, NULL, &result, error) == WEFT_OK &&
               weft_model_save(best, argc > 2 ? argv[2] : "model.safetensors", error) == WEFT_OK;
    }
    if (done) {
        printf("best validation loss: %.4f, accuracy: %.4f\n", result.loss, result.accuracy);
    } else {
        fprintf(stderr, "early_stopping: %s\n%s\n", weft_error_message(error),
                weft_error_hint(error));
    }
    weft_session_close(session);
    weft_model_destroy(best);
    weft_model_destroy(start);
    weft_network_destroy(network);
    weft_images_destroy(validation);
    weft_images_destroy(images);
    weft_images_destroy(all);
    weft_error_destroy(error);
    return done ? 0 : 1;
}
