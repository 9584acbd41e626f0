/* gelu.c: x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), of any shape: PyTorch's form "tanh", since
 * (1 + tanh(z)) / 2 is sigmoid(2 z). */
#include "network/layer.h"

static void pytorch(const struct network_layer *layer, struct text *text) {
    (void)layer;
    text_add(text, "GELU(approximate='tanh')");
}

const struct layer_kind layer_gelu = {
    .arguments = {{"approximate", ARGUMENT_WORD, .word = "tanh", .pytorch_default = "none"}},
    .example = "\"approximate\": \"tanh\"",
    .backward_reads_input = true,
    .pytorch = pytorch,
};
