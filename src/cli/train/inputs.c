/* inputs.c: what weft train reads and checks before it opens a device. */
#include "cli/train/train.h"

#include <string.h>

#include "base/try.h"
#include "cli/load.h"
#include "cli/needs.h"
#include "cli/outputs.h"
#include "cli/pixels.h"
#include "os/files.h"

/* Stores in ${limit} how many bytes the activations of a pass with running statistics may have: a
 * quarter of the device's memory, and no buffer that is too large. Of the CPU backend it does not
 * load the OpenCL drivers. */
static enum weft_status running_memory(const struct cli_options *options, uint64_t *limit,
                                       struct weft_error *error) {
    const struct weft_device *device;
    struct weft_devices *devices;
    size_t index;
    *limit = UINT64_MAX;
    if (strcmp(options->device, "cpu") == 0) {
        return WEFT_OK;
    }
    TRY(weft_devices_list(&devices, error));
    if (weft_devices_choose(devices, options->device, &index, NULL) == WEFT_OK) {
        device = weft_devices_get(devices, index);
        if (device->global_memory > 0) {
            *limit = device->global_memory / 4;
        }
        if (device->max_buffer > 0 && device->max_buffer < *limit) {
            *limit = device->max_buffer;
        }
    }
    weft_devices_destroy(devices);
    return WEFT_OK;
}

/* Stores the number of images of the largest pass. Evaluation is faster in larger passes than the
 * steps of a training, and with running statistics the size changes no bit. Whether a training fits
 * into the device's memory depends on --batch alone. */
static enum weft_status choose_largest(struct cli_training *train,
                                       const struct weft_network *network,
                                       struct weft_error *error) {
    const size_t step = cli_train_batch(train);
    size_t batch = cli_needs_batch(network, false);
    uint64_t memory;
    TRY(running_memory(&train->options.common, &memory, error));
    for (; batch > step; batch /= 2) {
        struct weft_needs needs = {.size = sizeof needs};
        TRY(weft_network_needs(network, batch, false, &needs, error));
        if (needs.activations <= memory) {
            break;
        }
    }
    train->largest = step > batch ? step : batch;
    return WEFT_OK;
}

/* Says what a training of ${network} needs, before anything that takes long. Fails with
 * WEFT_NO_MEMORY if this machine has less memory. */
static enum weft_status announce(struct cli_training *train, const struct weft_network *network,
                                 struct weft_error *error) {
    const struct cli_options *common = &train->options.common;
    TRY(choose_largest(train, network, error));
    cli_needs_print(common, network, cli_train_batch(train), train->largest, false);
    return cli_needs_check(common, network, train->largest, error);
}

/* Reads the model of --init, or the network of --network, which is stored in ${network}. */
static enum weft_status read_network(struct cli_training *train, struct weft_network **network,
                                     struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    if (train->from != NULL) {
        return WEFT_OK;
    }
    if (options->init == NULL) {
        return cli_load_network(options->network, network, error);
    }
    TRY(cli_load_model(&options->common, options->init, options->network, &train->model, error));
    strcpy(train->saved.init, weft_model_sha256(train->model));
    return WEFT_OK;
}

/* Finds the folder of the images, with --resume that of the checkpoint. */
static enum weft_status find_data(struct cli_training *train, struct weft_error *error) {
    const struct cli_options *common = &train->options.common;
    const enum weft_status status = weft_data_find(common->data, &train->data, error);
    if (status != WEFT_OK && common->data != NULL && common->data == train->saved.data) {
        error->hint[0] = '\0';
        error_hint(error, "the run began with the images of this folder, as seen from the folder "
                          "in which weft was called then; --data names it");
    }
    return status;
}

static enum weft_status read_images(struct cli_training *train, const struct weft_network *network,
                                    struct weft_error *error) {
    const struct cli_options *common = &train->options.common;
    const struct weft_data_options read = cli_load_data_options(common, network);
    TRY(find_data(train, error));
    TRY(weft_data_read(train->data, &read, train->images, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        cli_identity_start(&train->identity[i], train->images[i]);
    }
    return WEFT_OK;
}

/* Makes the slices of --validate: the last images are held out. */
static enum weft_status hold_out(struct cli_training *train, struct weft_error *error) {
    const struct weft_images *all = train->images[WEFT_SPLIT_TRAIN];
    const size_t count = weft_images_count(all), validate = (size_t)train->options.validate;
    if (train->options.validate >= count) {
        return error_set(error, WEFT_USAGE, "--validate %llu: there are %zu training images",
                         (unsigned long long)train->options.validate, count);
    }
    if (validate == 0) {
        return WEFT_OK;
    }
    TRY(weft_images_slice(all, 0, count - validate, &train->trained, error));
    return weft_images_slice(all, count - validate, validate, &train->held_out, error);
}

/* Reads the images, and makes the model of ${made}, or of the network that the model has. */
static enum weft_status read_data(struct cli_training *train, const struct weft_network *made,
                                  struct weft_error *error) {
    const struct weft_network *network = made != NULL ? made : weft_model_network(train->model);
    TRY(read_images(train, network, error));
    if (train->from != NULL) {
        TRY(cli_resume_check_data(train, error));
    }
    TRY(hold_out(train, error));
    TRY(cli_recipe_check_images(train, error));
    TRY(announce(train, network, error));
    if (made != NULL) {
        TRY(weft_model_create(made, train->options.seed, &train->model, error));
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        TRY(cli_load_fits(weft_model_network(train->model), train->images[i], error));
    }
    return train->from != NULL
               ? WEFT_OK
               : cli_pixels_set(&train->options.common, train->images[WEFT_SPLIT_TRAIN],
                                train->model, error);
}

/* Fails if a file that is read would be replaced. ${recipe}: the file of --recipe, or NULL. */
static enum weft_status check_outputs(const struct cli_train_options *options, const char *recipe,
                                      struct weft_error *error) {
    const bool resumes = options->resume != NULL;
    const struct cli_file files[] = {{CLI_FILE_INPUT, "--init", options->init},
                                     {CLI_FILE_INPUT, "--network", options->network},
                                     {CLI_FILE_INPUT, "--recipe", recipe},
                                     {CLI_FILE_RUN, "--out", resumes ? NULL : options->out},
                                     {CLI_FILE_RESUMED, "--resume", options->resume},
                                     {CLI_FILE_OUTPUT, "--dump-gradients", options->dump_gradients},
                                     {.option = NULL}};
    return cli_outputs_check(&options->common, files, error);
}

/* The most likely mistakes come first. */
enum weft_status cli_train_read_inputs(struct cli_training *train, struct weft_error *error) {
    const struct cli_train_options *options = &train->options;
    const char *recipe = cli_recipe_is_file(options->recipe) ? options->recipe : NULL;
    struct weft_network *network = NULL;
    enum weft_status status;
    TRY(cli_recipe_load(train, error));
    TRY(cli_recipe_read(train, error));
    TRY(options->resume != NULL ? cli_resume_load(train, error) : cli_recipe_check(train, error));
    TRY(check_outputs(options, recipe, error));
    if (options->dump_gradients != NULL) {
        TRY(os_file_check(options->dump_gradients, error));
    }
    TRY(read_network(train, &network, error));
    status = read_data(train, network, error);
    weft_network_destroy(network);
    return status;
}
