/* bench.c: weft bench: how fast a device trains and evaluates, and where the time goes. */
#include "cli/bench/bench.h"

#include <stdlib.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/load.h"
#include "cli/setup_backend.h"
#include "os/process.h"

const char *const cli_bench_parts[] = {"train", "evaluate", "kernels", "peak", "whole", NULL};

static const char notes[] = "Times are medians.\n";

static const char details[] =
    "train is an epoch, from the shuffle to the reading of the parameters; the images are on the\n"
    "device, if it has room for them. evaluate is a pass over the test images with running\n"
    "statistics. With --images-on-host, both are measured in turns with images on the device and\n"
    "on the host. kernels is one more run of both, which the device itself measures: FLOP are\n"
    "those of the products of conv2d and linear; bytes are what a kernel reads and writes, each\n"
    "counted once. peak is fused multiply-adds on registers only.\n";

#define OPTIONS struct cli_bench_options

static const struct cli_option rows[] = {
    OPTION_COUNT("images", images, "60000", 1, UINT32_MAX,
                 "use only the first N images of each split"),
    OPTION_COUNT("batch", batch, "100", 1, 1000000, "images per training step"),
    OPTION_COUNT("steps", steps, NULL, 1, UINT32_MAX, "end an epoch after N steps"),
    OPTION_COUNT("repeat", repeat, "5", 1, 1000, "runs of each part"),
    OPTION_FLAG("peak", peak, "also measure the peak of the device, and shares of it"),
    OPTION_FLAG("whole", whole, "also measure weft train as a whole, with data and files"),
    OPTION_COUNT("epochs", epochs, "5", 1, 100000, "epochs of --whole"),
    OPTION_STEP_KERNEL,
    OPTION_CHOICE("only", only, NULL, cli_bench_parts,
                  "measure one part, and the peak with --peak"),
    OPTION_FILE("network", network, "layers in JSON, instead of the published network"),
    OPTION_COUNT("wide", wide, "1", 1, 1024,
                 "multiply the channels and features inside the network by N"),
    {.name = NULL},
};

/* Takes the first images of each split, and the batch that they allow. */
static void choose_images(struct cli_bench *bench) {
    const struct cli_bench_options *options = bench->options;
    size_t *count = &bench->images[WEFT_SPLIT_TRAIN].count;
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        bench->images[i] = bench->all[i];
        if (options->images < bench->all[i].count) {
            bench->images[i].count = (size_t)options->images;
        }
    }
    bench->batch = options->batch < *count ? (size_t)options->batch : *count;
    if (options->steps > 0 && options->steps * bench->batch < *count) {
        *count = (size_t)options->steps * bench->batch;
    }
}

/* Multiplies the outputs of every conv2d and linear of ${network} by ${times}, except those of the
 * last one, which are the classes. The list of layers is made from the layers' arguments alone, so
 * these are changed, and the list is read again. */
static enum weft_status widen(struct weft_network **network, size_t times,
                              struct weft_error *error) {
    struct weft_network *old = *network;
    size_t *last = NULL;
    char *list;
    enum weft_status status;
    for (size_t i = 0; i < old->layer_count; i++) {
        size_t *outputs = layer_outputs(&old->layers[i]);
        if (outputs != NULL && last != NULL) {
            *last *= times;
        }
        last = outputs != NULL ? outputs : last;
    }
    list = network_to_json(old);
    network_destroy(old);
    *network = NULL;
    if (list == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "--wide: no memory for the network's text");
    }
    status = network_create(list, network, error);
    free(list);
    return status == WEFT_OK ? WEFT_OK : error_context(error, "--wide %zu", times);
}

static enum weft_status make_model(struct cli_bench *bench, struct weft_error *error) {
    const struct cli_bench_options *options = bench->options;
    struct weft_network *network = NULL;
    TRY(cli_load_network(options->network, &network, error));
    if (options->wide > 1) {
        TRY(widen(&network, (size_t)options->wide, error));
    }
    TRY(model_create(network, &bench->model, error));
    model_initialise(bench->model, 0);
    return backend_check_images(bench->model->network, &bench->images[WEFT_SPLIT_TRAIN], error);
}

/* Prints the parts that were complete before the interruption. */
static enum weft_status print_interrupted(struct cli_bench *bench, struct weft_error *error) {
    bool some = false;
    for (size_t i = 0; i < bench->part_count; i++) {
        some = some || bench->parts[i].repeat > 0 || bench->parts[i].entries != NULL;
    }
    *error = (struct weft_error){0};
    if (some) {
        TRY(cli_bench_print(bench, error));
    }
    error_set(error, WEFT_INTERRUPTED, "bench: interrupted");
    return error_hint(error,
                      some ? "the parts that were complete are shown" : "no part was complete");
}

/* Measures all parts; with --math fast both kinds of math. Fast comes first: without CLBlast, it
 * fails at once. */
static enum weft_status measure(struct cli_bench *bench, struct weft_error *error) {
    for (int math = bench->options->common.math; math >= 0; math--) {
        TRY(cli_bench_measure(bench, math, error));
    }
    return WEFT_OK;
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct cli_bench_options *options = given;
    struct cli_bench bench = {.options = options};
    char folder[4096];
    enum weft_status status;
    if (cli_bench_wants(options, CLI_BENCH_WHOLE) &&
        (options->wide > 1 || options->images < 60000 || options->steps > 0)) {
        return error_set(error, WEFT_USAGE,
                         "--whole: it cannot be combined with --images, --steps or --wide");
    }
    os_catch_interrupts();
    TRY_OR(done, cli_setup_images(options->common.data, NULL, folder, bench.all, error));
    choose_images(&bench);
    TRY_OR(done, make_model(&bench, error));
    status = measure(&bench, error);
    if (status == WEFT_INTERRUPTED) {
        status = print_interrupted(&bench, error);
    } else if (status == WEFT_OK) {
        status = cli_bench_print(&bench, error);
    }
done:
    for (size_t i = 0; i < bench.part_count; i++) {
        free(bench.parts[i].times);
        free(bench.parts[i].entries);
    }
    cli_setup_images_finish(bench.all);
    model_destroy(bench.model);
    return status;
}

const struct cli_command cli_command_bench = {
    .name = "bench",
    .summary = "measures speed: epoch, evaluation, kernels, peak",
    .run = run,
    .options_size = sizeof(struct cli_bench_options),
    .options = rows,
    .notes = notes,
    .details = details,
    .examples = "weft bench --peak\n"
                "weft bench --only train --device cpu --repeat 3\n",
};
