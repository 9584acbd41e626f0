/* summary.c: a network as a table. */
#include "report/report.h"

#include <string.h>

size_t weft_report_layer_parameters(const struct weft_network *network, size_t index) {
    const struct weft_layer *layer = &network->layers[index];
    size_t count = 0;
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct weft_tensor *tensor = &network->tensors[layer->first_tensor + i];
        count += tensor->trained ? tensor->count : 0;
    }
    return count;
}

void weft_report_summary(FILE *out, const struct weft_network *network) {
    char shape[64];
    uint64_t flop = 0;
    int width = (int)strlen("layer");
    for (size_t i = 0; i < network->layer_count; i++) {
        int length = (int)strlen(network->layers[i].name);
        width = length > width ? length : width;
    }
    fprintf(out, "%-*s  %-10s  %-16s  %10s  %12s\n", width, "layer", "kind", "output", "parameters",
            "FLOP");
    fprintf(out, "%-*s  %-10s  %-16s\n", width, "input", "",
            weft_shape_text(network->input, shape));
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        flop += weft_layer_flop(layer);
        fprintf(out, "%-*s  %-10s  %-16s  %10zu  %12llu\n", width, layer->name,
                weft_kind_name(layer->kind), weft_shape_text(layer->output, shape),
                weft_report_layer_parameters(network, i),
                (unsigned long long)weft_layer_flop(layer));
    }
    fprintf(out, "%-*s  %-10s  %-16s  %10zu  %12llu\n", width, "total", "", "",
            network->parameter_count, (unsigned long long)flop);
}
