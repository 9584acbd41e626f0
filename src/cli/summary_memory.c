/* summary_memory.c: weft summary --memory: which tensors of a training step need memory when. */
#include "cli/summary_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/json.h"
#include "report/screen.h"

/* The numbers of all tensors, in bytes. */
struct sums {
    uint64_t apart;  /* each in memory of its own */
    uint64_t memory; /* as planned */
    uint64_t peak;   /* of what is needed at the same time */
};

/* Writes what step ${step} of a training step computes into ${text}. Returns ${text}. */
static const char *step_text(const struct weft_network *network, size_t step, char text[96]) {
    const size_t layers = weft_network_layers(network);
    if (step == 0 || step == layers + 1 || step > 2 * layers + 1) {
        return step == 0 ? "input" : step == layers + 1 ? "loss" : "end";
    }
    snprintf(text, 96, "%s %s",
             weft_network_layer(network, step <= layers ? step - 1 : 2 * layers + 1 - step)->name,
             step <= layers ? "forward" : "backward");
    return text;
}

/* Adds the tensors up. */
static struct sums sum_of(const struct weft_network *network,
                          const struct weft_memory_tensor **tensors, size_t count) {
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t largest = tensors[i]->bytes;
        bool first = true;
        for (size_t j = 0; j < count; j++) {
            const bool same = tensors[j]->slot == tensors[i]->slot;
            largest = same && tensors[j]->bytes > largest ? tensors[j]->bytes : largest;
            first = first && !(same && j < i);
        }
        sums.memory += first ? largest : 0;
        sums.apart += tensors[i]->bytes;
    }
    for (size_t step = 0; step <= 2 * weft_network_layers(network) + 2; step++) {
        uint64_t needed = 0;
        for (size_t i = 0; i < count; i++) {
            const bool live = tensors[i]->begin <= step && step <= tensors[i]->end;
            needed += live ? tensors[i]->bytes : 0;
        }
        sums.peak = needed > sums.peak ? needed : sums.peak;
    }
    return sums;
}

enum weft_status cli_memory_print(const struct weft_network *network, size_t batch,
                                  struct weft_error *error) {
    const struct weft_memory_tensor **tensors;
    size_t count, widest = strlen("tensor");
    struct sums sums;
    char from[96], to[96];
    TRY(weft_network_memory(network, batch, false, &tensors, &count, error));
    sums = sum_of(network, tensors, count);
    for (size_t i = 0; i < count; i++) {
        widest = strlen(tensors[i]->name) > widest ? strlen(tensors[i]->name) : widest;
    }
    screen_print("%-*s  %12s  %6s  %s\n", (int)widest, "tensor", "bytes", "memory", "needed");
    for (size_t i = 0; i < count; i++) {
        screen_print("%-*s  %12llu  %6zu  from %s to %s\n", (int)widest, tensors[i]->name,
                     (unsigned long long)tensors[i]->bytes, tensors[i]->slot + 1,
                     step_text(network, tensors[i]->begin, from),
                     step_text(network, tensors[i]->end, to));
    }
    screen_print(
        "\ntotal: %llu bytes, %llu if each tensor had its own memory; at most %llu are needed at "
        "the same time\nbatches of %zu images, OpenCL, a layer at a time; fused layers need less, "
        "the "
        "CPU backend shares no memory\n",
        (unsigned long long)sums.memory, (unsigned long long)sums.apart,
        (unsigned long long)sums.peak, batch);
    weft_free(tensors);
    return WEFT_OK;
}

enum weft_status cli_memory_json(struct json_writer *json, const struct weft_network *network,
                                 size_t batch, struct weft_error *error) {
    const struct weft_memory_tensor **tensors;
    struct sums sums;
    size_t count;
    char text[96];
    TRY(weft_network_memory(network, batch, false, &tensors, &count, error));
    sums = sum_of(network, tensors, count);
    json_write_open(json, "memory", '{');
    json_write_integer(json, "batch", batch);
    json_write_integer(json, "total", sums.memory);
    json_write_integer(json, "apart", sums.apart);
    json_write_integer(json, "peak", sums.peak);
    json_write_open(json, "tensors", '[');
    for (size_t i = 0; i < count; i++) {
        json_write_open(json, NULL, '{');
        json_write_string(json, "name", tensors[i]->name);
        json_write_integer(json, "bytes", tensors[i]->bytes);
        json_write_integer(json, "memory", tensors[i]->slot + 1);
        json_write_string(json, "from", step_text(network, tensors[i]->begin, text));
        json_write_string(json, "to", step_text(network, tensors[i]->end, text));
        json_write_close(json, '}');
    }
    json_write_close(json, ']');
    json_write_close(json, '}');
    weft_free(tensors);
    return WEFT_OK;
}
