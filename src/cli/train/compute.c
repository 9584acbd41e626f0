/* compute.c: trains what is left, and evaluates. */
#include "cli/train/train.h"

#include <stdlib.h>

#include "base/try.h"
#include "cli/evaluation.h"
#include "os/process.h"

/* Returns the images that are trained on. */
static const struct weft_images *training_set(const struct cli_training *train) {
    return train->trained != NULL ? train->trained : train->images[WEFT_SPLIT_TRAIN];
}

/* Trains what is left of --epochs and --steps. */
static enum weft_status train_rest(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    const size_t epochs = weft_session_epochs(train->session);
    const uint64_t steps = weft_session_steps(train->session);
    const struct weft_training_options training = {
        .size = sizeof training,
        .epochs = (size_t)options->epochs - epochs,
        .batch = (size_t)options->batch,
        .learning_rate = options->lr,
        .seed = options->seed,
        .order = (enum weft_order)options->order,
        .steps = options->steps > 0 ? options->steps - steps : 0,
        .progress = cli_train_progress,
        .epoch = cli_train_epoch,
        .context = train,
        .recipe = train->recipe,
    };
    if (training.epochs == 0 || (options->steps > 0 && training.steps == 0)) {
        return WEFT_OK;
    }
    cli_train_progress(train, epochs + 1, 0, 0);
    return weft_train(train->session, training_set(train), &training, error);
}

static enum weft_status run_training(struct cli_training *train, struct weft_error *error) {
    enum weft_status status;
    cli_progress_start(&train->progress, &train->options.common);
    status = train_rest(train, error);
    cli_progress_wipe(&train->progress);
    if (train->failure.status != WEFT_OK) {
        *error = train->failure;
        return error->status == WEFT_INTERRUPTED ? cli_train_explain(train, error) : error->status;
    }
    return status == WEFT_OK || status == WEFT_BAD_DEVICE ? status
                                                          : cli_train_explain(train, error);
}

/* Reads the gradients of the trained tensors into ${values}, one after the other. Lists the tensors
 * and where the values of each are. */
static enum weft_status read_gradients(const struct cli_training *train, float *values,
                                       const struct weft_tensor **tensors, const float **lists,
                                       size_t *count, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(train->model);
    const struct weft_tensor *tensor;
    for (size_t i = 0; (tensor = weft_network_tensor(network, i)) != NULL; i++) {
        char name[512];
        if (tensor->trained) {
            snprintf(name, sizeof name, "%s.grad", tensor->name);
            TRY(weft_session_get(train->session, name, values, tensor->count, error));
            tensors[*count] = tensor;
            lists[(*count)++] = values;
            values += tensor->count;
        }
    }
    return WEFT_OK;
}

static enum weft_status dump_gradients(const struct cli_training *train, struct weft_error *error) {
    const struct weft_network *network = weft_model_network(train->model);
    const size_t most = weft_network_tensors(network);
    const struct weft_tensor **tensors = calloc(most + 1, sizeof *tensors);
    const float **lists = calloc(most + 1, sizeof *lists);
    float *values = calloc(weft_network_parameters(network) + 1, sizeof *values);
    size_t count = 0;
    enum weft_status status;
    if (tensors == NULL || lists == NULL || values == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %zu gradients",
                           weft_network_parameters(network));
        goto done;
    }
    TRY_OR(done, read_gradients(train, values, tensors, lists, &count, error));
    status = weft_tensors_save(train->options.dump_gradients, tensors, lists, count, error);
done:
    free(tensors);
    free(lists);
    free(values);
    return status;
}

static bool evaluated(void *context, size_t done, size_t images) {
    struct cli_training *train = context;
    cli_progress_update(&train->progress, "evaluation", done, images, train->largest);
    return !os_interrupted();
}

/* Evaluates both splits with running statistics; prints each matrix at once. */
static enum weft_status evaluate(struct cli_training *train, struct weft_error *error) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        const struct weft_images *images = train->images[i];
        struct weft_evaluation_options options = WEFT_EVALUATION_OPTIONS;
        enum weft_status status;
        options.progress = evaluated;
        options.context = train;
        cli_progress_start(&train->progress, &train->options.common);
        evaluated(train, 0, weft_images_count(images));
        status = cli_evaluate(train->session, images, options, &train->evaluations[i], error);
        cli_progress_wipe(&train->progress);
        if (status != WEFT_OK) {
            return status == WEFT_INTERRUPTED ? cli_train_explain(train, error) : status;
        }
        TRY(cli_train_print_evaluation(train, (enum weft_split)i, error));
    }
    return WEFT_OK;
}

enum weft_status cli_train_compute(struct cli_training *train, struct weft_error *error) {
    TRY(run_training(train, error));
    if (train->options.dump_gradients != NULL) {
        TRY(dump_gradients(train, error));
    }
    TRY(cli_best_restore(train, error));
    return evaluate(train, error);
}
