/* report.c: prints the measured parts, as text and as events. */
#include "cli/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "backend/measure.h"
#include "base/try.h"
#include "cli/json.h"
#include "cli/setup_backend.h"
#include "os/host.h"
#include "report/screen.h"
#include "weft/version.h"

/* Returns ${amount} over ${seconds}; 0 if the time is 0. */
static double rate(double amount, double seconds) {
    return seconds > 0 ? amount / seconds : 0;
}

static double share_of_peak(const struct cli_bench *bench, double gflops) {
    return rate(gflops, bench->peak);
}

static double seconds_of_kernels(const struct cli_bench_part *part) {
    double seconds = 0;
    for (size_t i = 0; i < part->entry_count; i++) {
        seconds += part->entries[i].seconds;
    }
    return seconds;
}

/* "39.5 %", or "-" where the share is not known. */
static const char *percent(double share, bool known, char text[32]) {
    snprintf(text, 32, known ? "%.1f %%" : "-", 100 * share);
    return text;
}

static void json_known(struct json_writer *json, const char *key, double value, bool known) {
    if (known) {
        json_write_double(json, key, value);
    } else {
        json_write_null(json, key);
    }
}

static enum weft_status print_start(const struct cli_bench *bench, struct weft_error *error) {
    const struct cli_bench_options *options = bench->options;
    const struct device_info *device = &bench->device;
    size_t parameters = bench->model->network->parameter_count;
    struct json_writer json;
    if (!cli_event_begin(&json, options->common.json, "start")) {
        screen_print("%s%s%s%s: %u compute units, network of %zu parameters, medians of %llu\n",
                     device->name, device->builtin ? "" : " (",
                     device->builtin ? "" : device->platform_name, device->builtin ? "" : ")",
                     device->compute_units, parameters, (unsigned long long)options->repeat);
        return WEFT_OK;
    }
    json_write_string(&json, "version", weft_version());
    cli_setup_json_device(&json, device);
    json_write_open(&json, "options", '{');
    json_write_integer(&json, "images", options->images);
    json_write_integer(&json, "batch", options->batch);
    cli_json_count(&json, "steps", options->steps);
    json_write_integer(&json, "repeat", options->repeat);
    json_write_string(&json, "network", options->network);
    json_write_integer(&json, "wide", options->wide);
    cli_options_json(&json, &options->common);
    json_write_close(&json, '}');
    json_write_integer(&json, "parameters", parameters);
    return cli_event_end(&json, error);
}

/* ---- parts ---- */

static void print_head(void) {
    screen_print("\n%-8s  %-5s  %7s  %6s  %9s  %9s  %9s  %9s  %8s  %8s\n", "part", "math", "images",
                 "batch", "seconds", "least", "most", "images/s", "GFLOP/s", "of peak");
}

static void print_row(const struct cli_bench *bench, const struct cli_bench_part *part) {
    double median = cli_bench_median(part), gflops = rate(part->gflop, median);
    char share[32], images[32] = "-", speed[32] = "-", batch[32] = "-";
    if (part->images > 0) {
        snprintf(images, sizeof images, "%llu", (unsigned long long)part->images);
        snprintf(speed, sizeof speed, "%.0f", rate((double)part->images, median));
        snprintf(batch, sizeof batch, "%zu", part->batch);
    }
    screen_print("%-8s  %-5s  %7s  %6s  %9.4f  %9.4f  %9.4f  %9s  %8.1f  %8s",
                 cli_bench_parts[part->what], cli_math_names[part->math], images, batch, median,
                 part->times[0], part->times[part->repeat - 1], speed, gflops,
                 percent(share_of_peak(bench, gflops), bench->peak > 0, share));
    screen_print(part->variant[0] != '\0' ? "  (%s)\n" : "%s\n", part->variant);
    if (part->on_host) {
        screen_print("          images: on the host");
        if (part->resident > 0) {
            screen_print(", %.3f times as long as on the device", rate(median, part->resident));
        }
        screen_print("\n");
    }
    if (part->made[1] > 0) {
        screen_print("          steps: %llu by launches, %llu by one kernel\n",
                     (unsigned long long)part->made[0], (unsigned long long)part->made[1]);
    }
}

static enum weft_status print_part(const struct cli_bench *bench, const struct cli_bench_part *part,
                                   struct weft_error *error) {
    double median = cli_bench_median(part), gflops = rate(part->gflop, median);
    struct json_writer json;
    if (!cli_event_begin(&json, bench->options->common.json, "bench")) {
        print_row(bench, part);
        return WEFT_OK;
    }
    json_write_string(&json, "what", cli_bench_parts[part->what]);
    json_write_string(&json, "math", cli_math_names[part->math]);
    cli_json_count(&json, "images", part->images);
    cli_json_count(&json, "batch", part->batch);
    cli_json_count(&json, "steps", part->steps);
    json_known(&json, "images_per_second", rate((double)part->images, median), part->images > 0);
    json_write_seconds(&json, "seconds", median);
    json_write_open(&json, "times", '[');
    for (size_t i = 0; i < part->repeat; i++) {
        json_write_seconds(&json, NULL, part->times[i]);
    }
    json_write_close(&json, ']');
    json_write_seconds(&json, "warm_seconds", part->warm_seconds);
    json_write_double(&json, "gflops", gflops);
    json_known(&json, "share_of_peak", share_of_peak(bench, gflops), bench->peak > 0);
    cli_json_text(&json, "variant", part->variant);
    json_write_bool(&json, "images_on_host", part->on_host);
    json_write_integer(&json, "steps_by_launches", part->made[0]);
    json_write_integer(&json, "steps_by_kernel", part->made[1]);
    json_write_integer(&json, "peak_memory", os_peak_memory());
    return cli_event_end(&json, error);
}

/* ---- kernels ---- */

static int slower(const void *a, const void *b) {
    const struct profile_entry *left = a, *right = b;
    return (left->seconds < right->seconds) - (left->seconds > right->seconds);
}

/* Prints the head of the table of kernels. Returns the width of its first column. */
static int print_kernel_head(const struct cli_bench_part *part) {
    char steps[64] = "";
    int width = 26;
    if (part->steps > 0) {
        snprintf(steps, sizeof steps, ", %zu steps", part->steps);
    }
    screen_print("\nkernels of %s, %s: %llu images, batch %zu%s: %.4f seconds in kernels\n",
                 cli_bench_parts[part->what], cli_math_names[part->math],
                 (unsigned long long)part->images, part->batch, steps, seconds_of_kernels(part));
    for (size_t i = 0; i < part->entry_count; i++) {
        size_t length = strlen(part->entries[i].name);
        width = (int)length > width ? (int)length : width;
    }
    screen_print("%-*s  %8s  %9s  %7s  %8s  %8s  %8s  %9s  %7s  %s\n", width, "kernel", "launches",
                 "ms", "share", "GFLOP", "GFLOP/s", "of peak", "MB", "GB/s", "layers");
    return width;
}

static enum weft_status print_kernel(const struct cli_bench *bench,
                                     const struct cli_bench_part *part,
                                     const struct profile_entry *entry, int width,
                                     struct weft_error *error) {
    double gflop = 1e-9 * (double)entry->flop, gflops = rate(gflop, entry->seconds);
    double share = rate(entry->seconds, seconds_of_kernels(part));
    double of_peak = share_of_peak(bench, gflops);
    double gigabytes = rate(1e-9 * (double)entry->bytes, entry->seconds);
    struct json_writer json;
    char text[2][32];
    if (!cli_event_begin(&json, bench->options->common.json, "kernel")) {
        screen_print("%-*s  %8llu  %9.3f  %7s  %8.3f  %8.1f  %8s  %9.1f  %7.1f  %s\n", width,
                     entry->name, (unsigned long long)entry->launches, 1e3 * entry->seconds,
                     percent(share, true, text[0]), gflop, gflops,
                     percent(of_peak, bench->peak > 0 && entry->flop > 0, text[1]),
                     1e-6 * (double)entry->bytes, gigabytes, entry->layers);
        return WEFT_OK;
    }
    json_write_string(&json, "what", cli_bench_parts[part->what]);
    json_write_string(&json, "math", cli_math_names[part->math]);
    json_write_string(&json, "name", entry->name);
    cli_json_words(&json, "layers", entry->layers);
    json_write_integer(&json, "launches", entry->launches);
    json_write_seconds(&json, "seconds", entry->seconds);
    json_write_double(&json, "share", share);
    json_write_integer(&json, "flop", entry->flop);
    json_write_integer(&json, "bytes", entry->bytes);
    json_write_double(&json, "gflops", gflops);
    json_write_double(&json, "gigabytes_per_second", gigabytes);
    json_known(&json, "share_of_peak", of_peak, bench->peak > 0);
    return cli_event_end(&json, error);
}

/* Prints the kernels of a part; as text, the slowest first. */
static enum weft_status print_kernels(const struct cli_bench *bench, struct cli_bench_part *part,
                                      struct weft_error *error) {
    int width = 0;
    if (part->entries == NULL) {
        return WEFT_OK;
    }
    if (!bench->options->common.json) {
        qsort(part->entries, part->entry_count, sizeof part->entries[0], slower);
        width = print_kernel_head(part);
    }
    for (size_t i = 0; i < part->entry_count; i++) {
        TRY(print_kernel(bench, part, &part->entries[i], width, error));
    }
    return WEFT_OK;
}

/* As events, the kernels of a part come before it; as text, after the table of all parts. */
enum weft_status cli_bench_print(struct cli_bench *bench, struct weft_error *error) {
    bool json = bench->options->common.json, head = !json;
    TRY(print_start(bench, error));
    for (size_t i = 0; i < bench->part_count; i++) {
        if (json) {
            TRY(print_kernels(bench, &bench->parts[i], error));
        }
        if (bench->parts[i].repeat > 0) {
            if (head) {
                print_head();
                head = false;
            }
            TRY(print_part(bench, &bench->parts[i], error));
        }
    }
    if (!json) {
        for (size_t i = 0; i < bench->part_count; i++) {
            TRY(print_kernels(bench, &bench->parts[i], error));
        }
        screen_print("\npeak memory: %.0f MB\n", 1e-6 * (double)os_peak_memory());
    }
    return WEFT_OK;
}
