/* report.c: what was measured, as text and as events. */
#include "cli/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/json.h"
#include "os/host.h"
#include "weft/profile.h"
#include "weft/version.h"

/* ${amount} over ${seconds}; 0 where there is no time. */
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

/* ---- text ---- */

/* "39.5 %", or "-" without a peak. */
static const char *percent(double share, bool known, char text[32]) {
    snprintf(text, 32, known ? "%.1f %%" : "-", 100 * share);
    return text;
}

static void print_part(const struct cli_bench *bench, const struct cli_bench_part *part) {
    double median = cli_bench_median(part), gflops = rate(part->gflop, median);
    char share[32], images[32] = "-", speed[32] = "-", batch[32] = "-";
    if (part->images > 0) {
        snprintf(images, sizeof images, "%llu", (unsigned long long)part->images);
        snprintf(speed, sizeof speed, "%.0f", rate((double)part->images, median));
        snprintf(batch, sizeof batch, "%zu", part->batch);
    }
    printf("%-8s  %-5s  %7s  %6s  %9.4f  %9.4f  %9.4f  %9s  %8.1f  %8s",
           cli_bench_parts[part->what], part->math, images, batch, median, part->times[0],
           part->times[part->repeat - 1], speed, gflops,
           percent(share_of_peak(bench, gflops), bench->peak > 0, share));
    printf(part->variant[0] != '\0' ? "  (%s)\n" : "%s\n", part->variant);
}

static int slower(const void *a, const void *b) {
    const struct weft_profile_entry *left = a, *right = b;
    return (left->seconds < right->seconds) - (left->seconds > right->seconds);
}

static void print_kernel(const struct cli_bench *bench, const struct weft_profile_entry *entry,
                         double total, int width) {
    char share[32], of_peak[32];
    double gflops = rate(1e-9 * (double)entry->flop, entry->seconds);
    printf("%-*s  %8llu  %9.3f  %7s  %8.3f  %8.1f  %8s  %9.1f  %7.1f  %s\n", width, entry->name,
           (unsigned long long)entry->launches, 1e3 * entry->seconds,
           percent(rate(entry->seconds, total), true, share), 1e-9 * (double)entry->flop, gflops,
           percent(share_of_peak(bench, gflops), bench->peak > 0 && entry->flop > 0, of_peak),
           1e-6 * (double)entry->bytes, rate(1e-9 * (double)entry->bytes, entry->seconds),
           entry->layers);
}

/* The slowest kernel first. */
static void print_kernels(const struct cli_bench *bench, struct cli_bench_part *part) {
    double total = seconds_of_kernels(part);
    char runs[64] = "";
    int width = 26;
    if (part->steps > 0) {
        snprintf(runs, sizeof runs, ", %zu steps", part->steps);
    }
    qsort(part->entries, part->entry_count, sizeof part->entries[0], slower);
    printf("\nkernels of %s, %s: %llu images, batch %zu%s: %.4f seconds in kernels\n",
           cli_bench_parts[part->what], part->math, (unsigned long long)part->images, part->batch,
           runs, total);
    for (size_t i = 0; i < part->entry_count; i++) {
        size_t length = strlen(part->entries[i].name);
        width = (int)length > width ? (int)length : width;
    }
    printf("%-*s  %8s  %9s  %7s  %8s  %8s  %8s  %9s  %7s  %s\n", width, "kernel", "launches", "ms",
           "share", "GFLOP", "GFLOP/s", "of peak", "MB", "GB/s", "layers");
    for (size_t i = 0; i < part->entry_count; i++) {
        print_kernel(bench, &part->entries[i], total, width);
    }
}

static void print_parts(const struct cli_bench *bench) {
    bool first = true;
    for (size_t i = 0; i < bench->part_count; i++) {
        if (bench->parts[i].repeat == 0) {
            continue;
        }
        if (first) {
            printf("\n%-8s  %-5s  %7s  %6s  %9s  %9s  %9s  %9s  %8s  %8s\n", "part", "math",
                   "images", "batch", "seconds", "least", "most", "images/s", "GFLOP/s", "of peak");
        }
        first = false;
        print_part(bench, &bench->parts[i]);
    }
}

static void print_text(struct cli_bench *bench) {
    const struct weft_device *device = &bench->device;
    printf("%s%s%s%s: %u compute units, network of %zu parameters, medians of %llu\n", device->name,
           device->builtin ? "" : " (", device->builtin ? "" : device->platform_name,
           device->builtin ? "" : ")", device->compute_units,
           bench->model->network->parameter_count, (unsigned long long)bench->options->repeat);
    print_parts(bench);
    for (size_t i = 0; i < bench->part_count; i++) {
        if (bench->parts[i].entries != NULL) {
            print_kernels(bench, &bench->parts[i]);
        }
    }
    printf("\npeak memory: %.0f MB\n", 1e-6 * (double)os_peak_memory());
}

/* ---- JSON ---- */

static void json_known(struct json_writer *json, const char *key, double value, bool known) {
    if (known) {
        json_write_double(json, key, value);
    } else {
        json_write_null(json, key);
    }
}

static void json_count(struct json_writer *json, const char *key, uint64_t value) {
    if (value > 0) {
        json_write_integer(json, key, value);
    } else {
        json_write_null(json, key);
    }
}

static enum weft_status json_start(const struct cli_bench *bench, struct weft_error *error) {
    const struct cli_bench_options *options = bench->options;
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "start");
    json_write_string(&json, "version", weft_version());
    cli_json_device(&json, "device", &bench->device);
    json_write_open(&json, "options", '{');
    json_write_integer(&json, "images", options->images);
    json_write_integer(&json, "batch", options->batch);
    json_count(&json, "steps", options->steps);
    json_write_integer(&json, "repeat", options->repeat);
    json_write_string(&json, "network", options->network);
    json_write_integer(&json, "wide", options->wide);
    cli_options_json(&json, &options->common);
    json_write_close(&json, '}');
    json_write_integer(&json, "parameters", bench->model->network->parameter_count);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* The layers' names, which are separated by spaces. */
static void json_layers(struct json_writer *json, const char *layers) {
    json_write_open(json, "layers", '[');
    while (*layers != '\0') {
        char name[WEFT_NAME_MAX];
        size_t length = strcspn(layers, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, layers);
        json_write_string(json, NULL, name);
        layers += length + (layers[length] == ' ');
    }
    json_write_close(json, ']');
}

static enum weft_status json_kernel(const struct cli_bench *bench,
                                    const struct cli_bench_part *part,
                                    const struct weft_profile_entry *entry,
                                    struct weft_error *error) {
    double gflops = rate(1e-9 * (double)entry->flop, entry->seconds);
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "kernel");
    json_write_string(&json, "what", cli_bench_parts[part->what]);
    json_write_string(&json, "math", part->math);
    json_write_string(&json, "name", entry->name);
    json_layers(&json, entry->layers);
    json_write_integer(&json, "launches", entry->launches);
    json_write_seconds(&json, "seconds", entry->seconds);
    json_write_double(&json, "share", rate(entry->seconds, seconds_of_kernels(part)));
    json_write_integer(&json, "flop", entry->flop);
    json_write_integer(&json, "bytes", entry->bytes);
    json_write_double(&json, "gflops", gflops);
    json_write_double(&json, "gigabytes_per_second",
                      rate(1e-9 * (double)entry->bytes, entry->seconds));
    json_known(&json, "share_of_peak", share_of_peak(bench, gflops), bench->peak > 0);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status json_part(const struct cli_bench *bench, const struct cli_bench_part *part,
                                  struct weft_error *error) {
    double median = cli_bench_median(part), gflops = rate(part->gflop, median);
    struct json_writer json = {0};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "bench");
    json_write_string(&json, "what", cli_bench_parts[part->what]);
    json_write_string(&json, "math", part->math);
    json_count(&json, "images", part->images);
    json_count(&json, "batch", part->batch);
    json_count(&json, "steps", part->steps);
    json_known(&json, "images_per_second", rate((double)part->images, median), part->images > 0);
    json_write_seconds(&json, "seconds", median);
    json_write_open(&json, "times", '[');
    for (size_t i = 0; i < part->repeat; i++) {
        json_write_seconds(&json, NULL, part->times[i]);
    }
    json_write_close(&json, ']');
    json_write_double(&json, "gflops", gflops);
    json_known(&json, "share_of_peak", share_of_peak(bench, gflops), bench->peak > 0);
    json_write_string(&json, "variant", part->variant[0] != '\0' ? part->variant : NULL);
    json_write_integer(&json, "peak_memory", os_peak_memory());
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

static enum weft_status print_json(const struct cli_bench *bench, struct weft_error *error) {
    enum weft_status status = json_start(bench, error);
    for (size_t i = 0; i < bench->part_count; i++) {
        const struct cli_bench_part *part = &bench->parts[i];
        for (size_t k = 0; status == WEFT_OK && k < part->entry_count; k++) {
            status = json_kernel(bench, part, &part->entries[k], error);
        }
        if (status == WEFT_OK && part->repeat > 0) {
            status = json_part(bench, part, error);
        }
    }
    return status;
}

enum weft_status cli_bench_print(struct cli_bench *bench, struct weft_error *error) {
    if (bench->options->common.json) {
        return print_json(bench, error);
    }
    print_text(bench);
    return WEFT_OK;
}
