/* measure.c: measures the parts, by the same calls that train and evaluate make. */
#include "cli/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/needs.h"
#include "cli/setup.h"
#include "cli/setup_backend.h"
#include "cli/train/train.h"
#include "os/files.h"
#include "os/host.h"
#include "os/process.h"
#include "train/train_model.h"

/* Before anything is timed: drivers finish kernels when they first run, and a GPU raises its clock
 * within some tenths of a second. */
#define WARM_STEPS   2
#define WARM_SECONDS 0.5

bool cli_bench_wants(const struct cli_bench_options *options, enum cli_bench_what what) {
    bool asked = (what == CLI_BENCH_PEAK && options->peak) ||
                 (what == CLI_BENCH_WHOLE && options->whole && options->only < 0);
    bool always = options->only < 0 && what <= CLI_BENCH_KERNELS;
    return asked || always || options->only == (int)what;
}

static int shorter(const void *a, const void *b) {
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

double cli_bench_median(const struct cli_bench_part *part) {
    size_t half = part->repeat / 2;
    if (part->repeat == 0) {
        return 0;
    }
    return part->repeat % 2 == 1 ? part->times[half]
                                 : (part->times[half - 1] + part->times[half]) / 2;
}

/* Stores the next part in ${part}, with memory for all times. */
static enum weft_status add_part(struct cli_bench *bench, struct cli_bench_part set,
                                 struct cli_bench_part **part, struct weft_error *error) {
    size_t repeat = (size_t)bench->options->repeat;
    *part = &bench->parts[bench->part_count];
    **part = set;
    (*part)->times = calloc(repeat, sizeof *(*part)->times);
    if ((*part)->times == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu times", repeat);
    }
    bench->part_count++;
    return WEFT_OK;
}

/* Runs a part once on the open ${backend}, and stores its time in ${seconds}: all of it, or ${warm}
 * steps of a part that has steps (0: all). */
typedef enum weft_status run_part(struct cli_bench *bench, struct backend *backend,
                                  const struct cli_bench_part *part, uint64_t warm, double *seconds,
                                  struct weft_error *error);

/* Runs ${count} parts in turns, each on its backend, as often as the options ask. Parts whose runs
 * are not complete have no times. */
static enum weft_status time_runs(struct cli_bench *bench, struct backend *const backends[],
                                  struct cli_bench_part *parts, size_t count, run_part *run,
                                  struct weft_error *error) {
    for (uint64_t i = 0; i < bench->options->repeat; i++) {
        for (size_t p = 0; p < count; p++) {
            TRY(run(bench, backends[p], &parts[p], 0, &parts[p].times[i], error));
        }
    }
    for (size_t p = 0; p < count; p++) {
        parts[p].repeat = (size_t)bench->options->repeat;
        qsort(parts[p].times, parts[p].repeat, sizeof *parts[p].times, shorter);
    }
    return WEFT_OK;
}

static enum weft_status warm_up(struct cli_bench *bench, struct backend *backend,
                                struct cli_bench_part *part, run_part *run,
                                struct weft_error *error) {
    const struct device_info *device = backend_device(backend);
    const bool ramps = !device->builtin && strcmp(device->type, "cpu") != 0;
    const double start = os_seconds();
    double seconds;
    uint64_t steps = WARM_STEPS;
    do {
        TRY(run(bench, backend, part, steps, &seconds, error));
        part->warm_seconds = os_seconds() - start;
        steps *= 2;
    } while (ramps && part->warm_seconds < WARM_SECONDS);
    return WEFT_OK;
}

/* Measures a part on each of ${count} open backends: the times of its runs, in turns, then the
 * kernels of one more run on the first. */
static enum weft_status measure(struct cli_bench *bench, struct backend *const backends[],
                                size_t count, struct cli_bench_part set, enum weft_split split,
                                run_part *run, struct weft_error *error) {
    struct cli_bench_part *const parts = &bench->parts[bench->part_count], *added;
    double seconds;
    for (size_t p = 0; p < count; p++) {
        set.on_host = backend_images_on_host(backends[p], split);
        TRY(add_part(bench, set, &added, error));
        TRY(warm_up(bench, backends[p], added, run, error));
    }
    if (cli_bench_wants(bench->options, set.what)) {
        TRY(time_runs(bench, backends, parts, count, run, error));
    }
    for (size_t p = 0; p < count; p++) {
        backend_steps_made(backends[p], &parts[p].made[0], &parts[p].made[1]);
        parts[p].resident = p > 0 ? cli_bench_median(&parts[0]) : 0;
    }
    if (cli_bench_wants(bench->options, CLI_BENCH_KERNELS)) {
        TRY(backend_profile_start(backends[0], error));
        TRY(run(bench, backends[0], parts, 0, &seconds, error));
        TRY(backend_profile_read(backends[0], &parts->entries, &parts->entry_count, error));
    }
    return WEFT_OK;
}

static bool keep_time(void *context, const struct weft_epoch *epoch) {
    double *seconds = context;
    *seconds = epoch->seconds;
    return !os_interrupted();
}

/* Runs one epoch. */
static enum weft_status train(struct cli_bench *bench, struct backend *backend,
                              const struct cli_bench_part *part, uint64_t warm, double *seconds,
                              struct weft_error *error) {
    struct training training = training_default();
    struct training_events events = {.epoch = keep_time, .context = seconds};
    training.epochs = 1;
    training.steps = warm;
    training.batch = part->batch;
    /* The speed does not depend on the rate, but a wide network would diverge. */
    training.learning_rate /= (float)bench->options->wide;
    return train_model(bench->model, backend, (size_t)part->images, &training, &events, error);
}

static enum weft_status evaluate(struct cli_bench *bench, struct backend *backend,
                                 const struct cli_bench_part *part, uint64_t warm, double *seconds,
                                 struct weft_error *error) {
    struct evaluation_options options = {.set = WEFT_SPLIT_TEST,
                                         .statistics = WEFT_STATISTICS_RUNNING,
                                         .batch = part->batch,
                                         .progress = cli_setup_go_on};
    struct evaluation evaluation;
    double start = os_seconds();
    enum weft_status status = evaluate_images(backend, &options, &evaluation, error);
    (void)bench, (void)warm;
    *seconds = os_seconds() - start;
    return status;
}

static enum weft_status measure_peak(struct cli_bench *bench, struct backend *backend,
                                     struct weft_error *error) {
    struct cli_bench_part *part;
    struct fma_peak peak;
    TRY(add_part(bench, (struct cli_bench_part){.what = CLI_BENCH_PEAK, .math = WEFT_MATH_EXACT},
                 &part, error));
    TRY(backend_peak(backend, &peak, error));
    bench->peak = peak.gflops;
    part->gflop = peak.gflops * peak.seconds;
    part->times[part->repeat++] = peak.seconds;
    snprintf(part->variant, sizeof part->variant, "%s", peak.variant);
    return WEFT_OK;
}

/* Returns the GFLOP of the products of a forward pass of one image. */
static double forward_gflop(const struct weft_network *network) {
    uint64_t flop = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        flop += layer_flop(&network->layers[i]);
    }
    return 1e-9 * (double)flop;
}

/* Returns those of a training step: the forward pass, the gradients of the parameters, and those of
 * all inputs except the images. */
static double step_gflop(const struct weft_network *network) {
    double first = 1e-9 * (double)layer_flop(&network->layers[0]);
    return 3 * forward_gflop(network) - first;
}

/* Opens the device, and gives it the model and the images of ${split}. */
static enum weft_status open_backend(struct cli_bench *bench, const struct cli_options *options,
                                     enum weft_split split, size_t batch, struct backend **backend,
                                     struct weft_error *error) {
    const struct device_info *chosen = bench->device.name[0] != '\0' ? &bench->device : NULL;
    TRY(cli_setup_device(options, chosen, bench->model->network, batch, split == WEFT_SPLIT_TEST,
                         backend, error));
    TRY(cli_setup_write_model(*backend, bench->model, error));
    return backend_set_images(*backend, split, &bench->images[split], error);
}

/* Opens the device with the images where they are by default, and with --images-on-host again if
 * they can be in two places. */
static enum weft_status open_backends(struct cli_bench *bench, const struct cli_options *options,
                                      enum weft_split split, size_t batch,
                                      struct backend *backends[2], size_t *count,
                                      struct weft_error *error) {
    struct cli_options other = *options;
    other.images_on_host = false;
    TRY(open_backend(bench, &other, split, batch, &backends[0], error));
    *count = 1;
    bench->device = *backend_device(backends[0]);
    if (options->images_on_host && bench->device.builtin) {
        cli_setup_print_host(options);
    }
    if (!options->images_on_host || bench->device.builtin ||
        backend_images_on_host(backends[0], split)) {
        return WEFT_OK;
    }
    other.images_on_host = true;
    other.quiet = other.quiet || !other.verbose; /* the device has been named */
    TRY(open_backend(bench, &other, split, batch, &backends[1], error));
    *count = 2;
    return WEFT_OK;
}

/* Measures training and the peak, or evaluation, on a device that is open for ${split}: for forward
 * passes only in an evaluation, as in weft evaluate. */
static enum weft_status measure_split(struct cli_bench *bench, const struct cli_options *options,
                                      enum weft_split split, bool timed, bool peak,
                                      struct weft_error *error) {
    const struct weft_network *network = bench->model->network;
    bool trains = split == WEFT_SPLIT_TRAIN;
    size_t images = bench->images[split].count;
    size_t most = cli_needs_batch(network, true);
    size_t batch = trains ? bench->batch : images < most ? images : most;
    struct cli_bench_part part = {.what = trains ? CLI_BENCH_TRAIN : CLI_BENCH_EVALUATE,
                                  .math = options->math,
                                  .images = images,
                                  .batch = batch,
                                  .steps = trains ? (images + batch - 1) / batch : 0,
                                  .gflop = (double)images *
                                           (trains ? step_gflop(network) : forward_gflop(network))};
    struct backend *backends[2] = {NULL, NULL};
    size_t count = 0;
    enum weft_status status;
    cli_needs_print(options, network, batch, batch, !trains);
    TRY_OR(done, open_backends(bench, options, split, batch, backends, &count, error));
    if (peak) {
        TRY_OR(done, measure_peak(bench, backends[0], error));
    }
    if (timed) {
        TRY_OR(done,
               measure(bench, backends, count, part, split, trains ? train : evaluate, error));
    }
done:
    backend_close(backends[0]);
    backend_close(backends[1]);
    return status;
}

/* Runs weft train once; its run folder is a temporary one. */
static enum weft_status train_whole(struct cli_bench *bench, struct backend *backend,
                                    const struct cli_bench_part *part, uint64_t warm,
                                    double *seconds, struct weft_error *error) {
    const struct cli_bench_options *asked = bench->options;
    struct cli_train_options options = {.common = asked->common,
                                        .epochs = asked->epochs,
                                        .batch = asked->batch,
                                        .lr = training_default().learning_rate,
                                        .order = WEFT_ORDER_SHUFFLED,
                                        .network = asked->network};
    char folder[1024], device[24] = "";
    double start;
    enum weft_status status;
    (void)backend, (void)warm;
    TRY(os_make_temporary(folder, error));
    options.out = folder;
    options.common.command = &cli_command_train;
    options.common.given = 0;
    options.common.math = part->math;
    options.common.json = false;
    options.common.quiet = true;
    start = os_seconds();
    status = cli_train(&options, device, error);
    *seconds = os_seconds() - start;
    os_remove_temporary(folder);
    return status == WEFT_OK ? device_choose(device, &bench->device, NULL, error) : status;
}

/* Measures complete runs of weft train. */
static enum weft_status measure_whole(struct cli_bench *bench, int math, struct weft_error *error) {
    const struct weft_network *network = bench->model->network;
    uint64_t trained = bench->options->epochs * bench->all[WEFT_SPLIT_TRAIN].count;
    uint64_t evaluated = bench->all[WEFT_SPLIT_TRAIN].count + bench->all[WEFT_SPLIT_TEST].count;
    struct backend *const none = NULL;
    struct cli_bench_part *part, set = {.what = CLI_BENCH_WHOLE,
                                        .math = math,
                                        .images = trained + evaluated,
                                        .batch = bench->batch,
                                        .gflop = (double)trained * step_gflop(network) +
                                                 (double)evaluated * forward_gflop(network)};
    TRY(add_part(bench, set, &part, error));
    return time_runs(bench, &none, part, 1, train_whole, error);
}

enum weft_status cli_bench_measure(struct cli_bench *bench, int math, struct weft_error *error) {
    struct cli_options options = bench->options->common;
    bool kernels = cli_bench_wants(bench->options, CLI_BENCH_KERNELS);
    bool trains = kernels || cli_bench_wants(bench->options, CLI_BENCH_TRAIN);
    bool evaluates = kernels || cli_bench_wants(bench->options, CLI_BENCH_EVALUATE);
    bool peak = bench->peak == 0 && cli_bench_wants(bench->options, CLI_BENCH_PEAK);
    options.math = math;
    if (trains || peak) {
        TRY(measure_split(bench, &options, WEFT_SPLIT_TRAIN, trains, peak, error));
        options.quiet = options.quiet || !options.verbose; /* the device has been named */
    }
    if (evaluates) {
        TRY(measure_split(bench, &options, WEFT_SPLIT_TEST, true, false, error));
    }
    return cli_bench_wants(bench->options, CLI_BENCH_WHOLE) ? measure_whole(bench, math, error)
                                                            : WEFT_OK;
}
