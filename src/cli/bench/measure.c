/* measure.c: measures, by the same calls that train and evaluate make. */
#include "cli/bench/bench.h"

#include <stdlib.h>

#include "cli/setup.h"
#include "cli/train/train.h"
#include "os/folders.h"
#include "os/host.h"
#include "os/interrupt.h"

#define WARM_STEPS 2 /* before anything is timed: drivers finish kernels when they first run */

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

/* The next part, with room for all times. */
static struct cli_bench_part *add_part(struct cli_bench *bench, enum cli_bench_what what,
                                       const char *math, struct weft_error *error) {
    struct cli_bench_part *part = &bench->parts[bench->part_count];
    *part = (struct cli_bench_part){.what = what, .math = math};
    part->times = calloc((size_t)bench->options->repeat, sizeof *part->times);
    if (part->times == NULL) {
        weft_fail(error, WEFT_FAILED, "no memory for %llu times",
                  (unsigned long long)bench->options->repeat);
        return NULL;
    }
    bench->part_count++;
    return part;
}

/* Opens the device and hands it the values, and the images of ${split}. */
static enum weft_status open_device(struct cli_bench *bench, const struct cli_options *options,
                                    enum weft_split split, size_t batch,
                                    struct weft_backend **backend, struct weft_error *error) {
    enum weft_status status = cli_setup_device(options, bench->model->network, batch,
                                               split == WEFT_SPLIT_TEST, backend, error);
    if (status != WEFT_OK) {
        return status;
    }
    bench->device = *weft_backend_device(*backend);
    status = cli_setup_write_model(*backend, bench->model, false, error);
    if (status != WEFT_OK) {
        return status;
    }
    return weft_backend_set_images(*backend, split, &bench->images[split], error);
}

static enum weft_status measure_peak(struct cli_bench *bench, struct weft_backend *backend,
                                     struct weft_error *error) {
    struct cli_bench_part *part = add_part(bench, CLI_BENCH_PEAK, "exact", error);
    struct weft_peak peak;
    enum weft_status status = part != NULL ? weft_backend_peak(backend, &peak, error) : WEFT_FAILED;
    if (status == WEFT_OK) {
        bench->peak = peak.gflops;
        part->gflop = peak.gflops * peak.seconds;
        part->times[part->repeat++] = peak.seconds;
        snprintf(part->variant, sizeof part->variant, "%s", peak.variant);
    }
    return status;
}

/* A part that was not measured to its end is none. */
static enum weft_status finish_part(struct cli_bench_part *part, enum weft_status status) {
    if (status != WEFT_OK) {
        part->repeat = 0;
    }
    qsort(part->times, part->repeat, sizeof *part->times, shorter);
    return status;
}

/* ---- training ---- */

static bool keep_time(void *context, const struct weft_epoch *epoch) {
    struct cli_bench_part *part = context;
    if (part != NULL) {
        part->times[part->repeat++] = epoch->seconds;
    }
    return !os_interrupted();
}

/* ${epochs} of the images that are used, or ${steps} steps of them; their times go to ${part} if it
 * is not NULL. */
static enum weft_status train(struct cli_bench *bench, struct weft_backend *backend, size_t epochs,
                              uint64_t steps, struct cli_bench_part *part,
                              struct weft_error *error) {
    struct weft_training training = weft_training_default();
    struct weft_training_events events = {.epoch = keep_time, .context = part};
    training.epochs = epochs;
    training.steps = steps;
    training.batch = bench->batch;
    /* speed does not depend on it, but a wide network would blow up */
    training.learning_rate /= (float)bench->options->wide;
    return weft_train(bench->model, backend, bench->images[WEFT_SPLIT_TRAIN].count, &training,
                      &events, error);
}

static enum weft_status measure_training(struct cli_bench *bench, struct weft_backend *backend,
                                         const char *math, struct weft_error *error) {
    size_t images = bench->images[WEFT_SPLIT_TRAIN].count;
    struct cli_bench_part *part = add_part(bench, CLI_BENCH_TRAIN, math, error);
    enum weft_status status = WEFT_FAILED;
    if (part != NULL) {
        part->images = images;
        part->batch = bench->batch;
        part->steps = (images + bench->batch - 1) / bench->batch;
        part->gflop = (double)images * cli_bench_step_gflop(bench->model->network);
        status = train(bench, backend, 1, WARM_STEPS, NULL, error);
    }
    if (status == WEFT_OK && cli_bench_wants(bench->options, CLI_BENCH_TRAIN)) {
        status = finish_part(part,
                             train(bench, backend, (size_t)bench->options->repeat, 0, part, error));
    }
    if (status != WEFT_OK || !cli_bench_wants(bench->options, CLI_BENCH_KERNELS)) {
        return status;
    }
    if ((status = weft_backend_profile_start(backend, error)) != WEFT_OK ||
        (status = train(bench, backend, 1, 0, NULL, error)) != WEFT_OK) {
        return status;
    }
    return weft_backend_profile_read(backend, &part->entries, &part->entry_count, error);
}

/* ---- evaluation ---- */

static bool go_on(void *context, size_t done, size_t images) {
    (void)context, (void)done, (void)images;
    return !os_interrupted();
}

static enum weft_status evaluate(struct cli_bench *bench, struct weft_backend *backend,
                                 size_t batch, double *seconds, struct weft_error *error) {
    struct weft_evaluation_options how = {WEFT_SPLIT_TEST, WEFT_STATISTICS_RUNNING, batch, go_on,
                                          NULL};
    struct weft_evaluation evaluation = {0};
    double start = os_seconds();
    enum weft_status status =
        weft_evaluate(backend, &bench->images[WEFT_SPLIT_TEST], &how, false, &evaluation, error);
    *seconds = os_seconds() - start;
    weft_evaluation_finish(&evaluation);
    return status;
}

static enum weft_status measure_evaluation(struct cli_bench *bench, struct weft_backend *backend,
                                           size_t batch, const char *math,
                                           struct weft_error *error) {
    size_t images = bench->images[WEFT_SPLIT_TEST].count;
    struct cli_bench_part *part = add_part(bench, CLI_BENCH_EVALUATE, math, error);
    enum weft_status status = WEFT_FAILED;
    double seconds;
    if (part != NULL) {
        part->images = images;
        part->batch = batch;
        part->gflop = (double)images * cli_bench_forward_gflop(bench->model->network);
        status = evaluate(bench, backend, batch, &seconds, error);
    }
    if (status == WEFT_OK && cli_bench_wants(bench->options, CLI_BENCH_EVALUATE)) {
        for (uint64_t i = 0; status == WEFT_OK && i < bench->options->repeat; i++) {
            status = evaluate(bench, backend, batch, &part->times[part->repeat++], error);
        }
        finish_part(part, status);
    }
    if (status != WEFT_OK || !cli_bench_wants(bench->options, CLI_BENCH_KERNELS)) {
        return status;
    }
    if ((status = weft_backend_profile_start(backend, error)) != WEFT_OK ||
        (status = evaluate(bench, backend, batch, &seconds, error)) != WEFT_OK) {
        return status;
    }
    return weft_backend_profile_read(backend, &part->entries, &part->entry_count, error);
}

/* Training and the peak on one opened device, evaluation on one for forward passes alone, as weft
 * evaluate opens it. */
enum weft_status cli_bench_measure(struct cli_bench *bench, int math, struct weft_error *error) {
    struct cli_options options = bench->options->common;
    bool kernels = cli_bench_wants(bench->options, CLI_BENCH_KERNELS);
    bool trains = kernels || cli_bench_wants(bench->options, CLI_BENCH_TRAIN);
    bool evaluates = kernels || cli_bench_wants(bench->options, CLI_BENCH_EVALUATE);
    bool peak = bench->peak == 0 && cli_bench_wants(bench->options, CLI_BENCH_PEAK);
    size_t images = bench->images[WEFT_SPLIT_TEST].count;
    size_t batch = images < CLI_RUNNING_BATCH ? images : CLI_RUNNING_BATCH;
    struct weft_backend *backend = NULL;
    enum weft_status status = WEFT_OK;
    options.math = math;
    if (trains || peak) {
        status = open_device(bench, &options, WEFT_SPLIT_TRAIN, bench->batch, &backend, error);
    }
    if (status == WEFT_OK && peak) {
        status = measure_peak(bench, backend, error);
    }
    if (status == WEFT_OK && trains) {
        status = measure_training(bench, backend, cli_math_names[math], error);
    }
    weft_backend_close(backend);
    backend = NULL;
    if (status == WEFT_OK && evaluates) {
        /* the device has been named */
        options.quiet = options.quiet || ((trains || peak) && !options.verbose);
        status = open_device(bench, &options, WEFT_SPLIT_TEST, batch, &backend, error);
    }
    if (status == WEFT_OK && evaluates) {
        status = measure_evaluation(bench, backend, batch, cli_math_names[math], error);
    }
    weft_backend_close(backend);
    return status;
}

/* ---- the whole of weft train ---- */

/* One whole training, its run folder in a temporary one. */
static enum weft_status train_whole(struct cli_bench *bench, int math, double *seconds,
                                    struct weft_error *error) {
    const struct cli_bench_options *asked = bench->options;
    struct weft_training defaults = weft_training_default();
    char folder[1024];
    struct cli_train_options options = {.common = asked->common,
                                        .epochs = asked->epochs,
                                        .batch = asked->batch,
                                        .lr = defaults.learning_rate,
                                        .order = WEFT_ORDER_SHUFFLED,
                                        .network = asked->network,
                                        .out = folder};
    enum weft_status status = os_make_temporary(folder, error);
    double start = os_seconds();
    options.common.command = &cli_command_train;
    options.common.given = 0;
    options.common.math = math;
    options.common.json = false;
    options.common.quiet = true;
    if (status == WEFT_OK) {
        status = cli_train_silently(&options, &bench->device, error);
        *seconds = os_seconds() - start;
        os_remove_temporary(folder);
    }
    return status;
}

enum weft_status cli_bench_measure_whole(struct cli_bench *bench, int math,
                                         struct weft_error *error) {
    const struct weft_network *network = bench->model->network;
    struct cli_bench_part *part = add_part(bench, CLI_BENCH_WHOLE, cli_math_names[math], error);
    uint64_t trained,
        evaluated = bench->all[WEFT_SPLIT_TRAIN].count + bench->all[WEFT_SPLIT_TEST].count;
    enum weft_status status = WEFT_OK;
    if (part == NULL) {
        return WEFT_FAILED;
    }
    trained = bench->options->epochs * bench->all[WEFT_SPLIT_TRAIN].count;
    part->images = trained + evaluated;
    part->batch = bench->batch;
    part->gflop = (double)trained * cli_bench_step_gflop(network) +
                  (double)evaluated * cli_bench_forward_gflop(network);
    for (uint64_t i = 0; status == WEFT_OK && i < bench->options->repeat; i++) {
        status = train_whole(bench, math, &part->times[part->repeat++], error);
    }
    return finish_part(part, status);
}
