/* bench.h: the pieces of weft bench: what it measures, and how it prints that. */
#ifndef WEFT_CLI_BENCH_H
#define WEFT_CLI_BENCH_H

#include "backend/backend.h"
#include "backend/device.h"
#include "backend/measure.h"
#include "cli/options.h"
#include "data/images.h"
#include "network/network.h"

struct cli_bench_options {
    struct cli_options common;
    uint64_t images, batch, steps, repeat, epochs, wide; /* steps: 0 without a limit */
    int only;                                            /* enum cli_bench_what, or -1 */
    bool peak, whole;
    const char *network;
};

enum cli_bench_what {
    CLI_BENCH_TRAIN,
    CLI_BENCH_EVALUATE,
    CLI_BENCH_KERNELS,
    CLI_BENCH_PEAK,
    CLI_BENCH_WHOLE
};
extern const char *const cli_bench_parts[]; /* in the order of enum cli_bench_what */

/* What was measured of one part. */
struct cli_bench_part {
    enum cli_bench_what what;      /* not kernels: those belong to train and evaluate */
    int math;                      /* enum weft_math */
    uint64_t images;               /* of one run */
    size_t batch, steps;           /* of one run; 0 steps: not cut into steps */
    double gflop;                  /* of one run */
    size_t repeat;                 /* times; 0: only the kernels were asked for */
    bool on_host;                  /* the images are on the host */
    double resident;               /* with on_host: the median with images on the device, or 0 */
    uint64_t made[2];              /* training steps by launches, by one kernel for many */
    double warm_seconds;           /* of the runs before the timed ones */
    double *times;                 /* seconds of each run, the shortest first */
    struct profile_entry *entries; /* kernels; NULL: not asked for */
    size_t entry_count;
    char variant[64]; /* of a peak */
};

/* train and evaluate, exact and fast, with images on the device and on the host; whole; peak */
#define CLI_BENCH_PARTS 11

/* The state of one run of weft bench. All zero but options at the start. */
struct cli_bench {
    const struct cli_bench_options *options;
    struct weft_images all[WEFT_SPLIT_COUNT];    /* as read */
    struct weft_images images[WEFT_SPLIT_COUNT]; /* the first of them, which are used */
    size_t batch;
    struct weft_model *model;
    struct device_info device;
    double peak; /* GFLOP/s; 0: not measured */
    struct cli_bench_part parts[CLI_BENCH_PARTS];
    size_t part_count;
};

/* measure.c: measures what the options ask for, with one kind of math, into the next parts. */
enum weft_status cli_bench_measure(struct cli_bench *bench, int math, struct weft_error *error);

/* Returns whether the options ask for a part. */
bool cli_bench_wants(const struct cli_bench_options *options, enum cli_bench_what what);

/* Returns the median of the part's times; 0 if there are none. */
double cli_bench_median(const struct cli_bench_part *part);

/* report.c: prints all parts, as text or as events. */
enum weft_status cli_bench_print(struct cli_bench *bench, struct weft_error *error);

#endif
