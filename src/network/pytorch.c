/* pytorch.c: the network as PyTorch prints an nn.Sequential of these layers, called Network. */
#include "network/layer.h"

char *weft_network_to_pytorch(const struct weft_network *network) {
    struct weft_text text = {0};
    weft_text_add(&text, "Network(\n");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        weft_text_add(&text, "  (%s): ", layer->name);
        weft_layer_kinds[layer->kind]->pytorch(layer, &text);
        weft_text_add(&text, "\n");
    }
    weft_text_add(&text, ")");
    return weft_text_take(&text);
}
