/* model_initial.c: the initial values of a model, as PyTorch draws them for Conv2d and Linear:
 * weights and biases are uniform in +-1/sqrt(fan_in).
 *
 * The bits are the same on every host: a value is one product of two floats, rounded once. The
 * factors are exact, or results of division and square root in double, which IEEE 754 requires to
 * be correctly rounded. */
#include "data/model_file.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "network/layer.h"
#include "numerics.h"
#include "os/process.h"

#define ASK_ELEMENTS (1u << 20) /* some milliseconds */

/* Returns 1/sqrt(fan_in) of a conv2d or linear weight (out, in, ...): an output is a sum over all
 * dimensions but the first. */
static float bound_of(const struct network_tensor *weight) {
    double fan_in = (double)(weight->shape[1] * weight->shape[2] * weight->shape[3]);
    return (float)(1.0 / sqrt(fan_in));
}

/* Element i of the tensor uses word i mod 4 of block i / 4. */
static void draw_uniform(uint64_t seed, size_t tensor, float bound, float *values, size_t count) {
    uint32_t words[4];
    for (size_t i = 0; i < count; i++) {
        float u;
        if (i % ASK_ELEMENTS == ASK_ELEMENTS - 1 && os_interrupted()) {
            return;
        }
        if (i % 4 == 0) {
            random_draw(seed, RANDOM_INITIAL, tensor, (uint32_t)(i / 4), words);
        }
        u = (float)(words[i % 4] >> 8) * 0x1p-24f;         /* 0 <= u < 1, exact */
        values[i] = weft_clean((2.0f * u - 1.0f) * bound); /* 2u - 1 is exact */
    }
}

void model_fill(struct weft_model *model, const uint64_t *seed) {
    const struct weft_network *network = model->network;
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        const struct network_layer *layer = &network->layers[tensor->layer];
        enum initial initial = layer_kinds[layer->kind]->initial[tensor->part];
        float *values = model_values(model, tensor);
        for (size_t j = 0; j < tensor->count; j++) {
            values[j] = initial == INITIAL_ONE ? 1.0f : 0.0f;
        }
        if (initial == INITIAL_UNIFORM && seed != NULL) {
            float bound = bound_of(&network->tensors[layer->first_tensor]);
            draw_uniform(*seed, i, bound, values, tensor->count);
        }
    }
}

void model_initialise(struct weft_model *model, uint64_t seed) {
    model_fill(model, &seed);
    memset(model->batches, 0, model->network->layer_count * sizeof *model->batches);
}
