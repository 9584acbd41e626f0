/* summary.c: a network as a table. */
#include "report/report.h"

#include <string.h>

size_t report_layer_parameters(const struct weft_network *network, size_t index) {
    const struct weft_layer *layer = &network->layers[index];
    size_t count = 0;
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct weft_tensor *tensor = &network->tensors[layer->first_tensor + i];
        count += tensor->trained ? tensor->count : 0;
    }
    return count;
}

enum { KIND = 12, OUTPUT = 18, PARAMETERS = 10, FLOP = 14 };

/* How the table is laid out: which columns it has, and how wide the first one is. */
struct layout {
    int name;
    bool kind, flop;
};

/* A row; ${parameters} is text, since the head is one too. */
static void print_row(FILE *out, const struct layout *layout, const char *name, const char *kind,
                      const char *output, const char *parameters, const char *flop) {
    fprintf(out, "%-*s  ", layout->name, name);
    if (layout->kind) {
        fprintf(out, "%-10s  ", kind);
    }
    fprintf(out, layout->kind ? "%-16s  %10s" : "%-12s  %10s", output, parameters);
    if (layout->flop) {
        fprintf(out, "  %12s", flop);
    }
    fputc('\n', out);
}

/* The name, which often tells the kind, stays; FLOP are told by --json too. */
static struct layout choose(const struct weft_network *network, int columns) {
    struct layout layout = {.name = (int)strlen("layer")};
    for (size_t i = 0; i < network->layer_count; i++) {
        int length = (int)strlen(network->layers[i].name);
        layout.name = length > layout.name ? length : layout.name;
    }
    layout.kind = columns >= layout.name + 2 + KIND + OUTPUT + PARAMETERS + FLOP;
    layout.flop = layout.kind || columns >= layout.name + 2 + OUTPUT - 4 + PARAMETERS + FLOP;
    return layout;
}

void report_summary(FILE *out, const struct weft_network *network, int columns) {
    struct layout layout = choose(network, columns);
    char shape[64], parameters[24], flop[24];
    uint64_t sum = 0;
    print_row(out, &layout, "layer", "kind", "output", "parameters", "FLOP");
    print_row(out, &layout, "input", "", weft_shape_text(network->input, shape), "", "");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        sum += weft_layer_flop(layer);
        snprintf(parameters, sizeof parameters, "%zu", report_layer_parameters(network, i));
        snprintf(flop, sizeof flop, "%llu", (unsigned long long)weft_layer_flop(layer));
        print_row(out, &layout, layer->name, weft_kind_name(layer->kind),
                  weft_shape_text(layer->output, shape), parameters, flop);
    }
    snprintf(parameters, sizeof parameters, "%zu", network->parameter_count);
    snprintf(flop, sizeof flop, "%llu", (unsigned long long)sum);
    print_row(out, &layout, "total", "", "", parameters, flop);
}
