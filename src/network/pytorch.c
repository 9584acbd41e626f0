/* pytorch.c: the network as PyTorch prints an nn.Sequential of these layers, called Network. */
#include "network/layer.h"

char *weft_network_to_pytorch(const struct weft_network *network) {
    struct text text = {0};
    text_add(&text, "Network(\n");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        text_add(&text, "  (%s): ", layer->name);
        layer_kinds[layer->kind]->pytorch(layer, &text);
        text_add(&text, "\n");
    }
    text_add(&text, ")");
    return text_take(&text);
}
