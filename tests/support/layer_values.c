/* layer_values.c: random numbers for tests. */
#include "layer_values.h"

#include "base/random.h"
#include "check_weft.h"

#include <math.h>
#include <string.h>

void *layer_alloc(size_t bytes) {
    void *memory = calloc(bytes + 1, 1);
    ck_assert(memory != NULL);
    return memory;
}

const char *layer_style_name(enum layer_style style) {
    static const char *const names[] = {"plain", "wild", "tied", "faint"};
    return names[style];
}

/* In [-1, 1), a multiple of 2^-23. */
static float uniform(uint32_t word) {
    return (float)(int32_t)(word >> 8) * 0x1p-23f - 1.0f;
}

/* One number in eight is one of these. */
static float wild(const uint32_t words[4]) {
    static const float odd[] = {
        0.0f,     -0.0f,   0.5f,     -0.25f,     1.0f,         -1.0f,
        1e-12f,   -1e-12f, 1e-40f,   -0x1p-149f, 0x1p-36f,     -0x1.fffffep-37f,
        0x1p-35f, 300.0f,  -1000.0f, 0x1p-126f,  -0x1.fp-127f, 0x1p-18f};
    return words[1] % 8 == 0 ? odd[words[2] % (sizeof odd / sizeof odd[0])] : uniform(words[0]);
}

/* Of magnitude 2^-4 to 2^-36, sometimes 0. */
static float faint(const uint32_t words[4]) {
    float value = ldexpf(uniform(words[0]), -4 - (int)(words[1] % 33));
    return words[2] % 8 == 0 ? 0.0f : value;
}

void layer_draw(uint64_t seed, uint64_t subject, enum layer_style style, float *values,
                size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t words[4];
        random_draw(seed, RANDOM_INITIAL, subject, (uint32_t)i, words);
        values[i] = style == LAYER_PLAIN  ? uniform(words[0])
                    : style == LAYER_WILD ? wild(words)
                    : style == LAYER_TIES ? 0.5f * (float)(words[0] % 5) - 1.0f
                                          : faint(words);
    }
}

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

/* Draws the values of a tensor as its layer needs them: positive variances, and weights so small
 * that deep networks do not overflow. */
static void draw_tensor(const struct network_tensor *tensor, size_t subject, enum layer_style style,
                        uint64_t seed, float *values) {
    float fan_in = (float)(tensor->count / tensor->shape[0]);
    layer_draw(seed, subject, style, values, tensor->count);
    for (size_t i = 0; i < tensor->count; i++) {
        if (ends_with(tensor->name, "running_var")) {
            values[i] = fabsf(values[i]) + (style == LAYER_PLAIN ? 0.25f : 1e-9f);
        } else if (ends_with(tensor->name, ".weight") && style != LAYER_FAINT) {
            values[i] = fmaxf(fminf(values[i], 2.0f), -2.0f) / sqrtf(fan_in);
        }
    }
}

void layer_values_draw(const struct weft_network *network, size_t images, enum layer_style style,
                       uint64_t seed, struct layer_values *values) {
    size_t inputs = images * shape_size(network->input);
    size_t outputs = images * shape_size(network_output(network));
    values->parameters = layer_alloc(network->parameter_count * sizeof(float));
    values->buffers = layer_alloc(network->buffer_count * sizeof(float));
    values->inputs = layer_alloc(inputs * sizeof(float));
    values->doutputs = layer_alloc(outputs * sizeof(float));
    layer_draw(seed, 0, style, values->inputs, inputs);
    layer_draw(seed, 1, style, values->doutputs, outputs);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        float *array = tensor->trained ? values->parameters : values->buffers;
        draw_tensor(tensor, 2 + i, style, seed, array + tensor->offset);
    }
}

void layer_values_finish(struct layer_values *values) {
    free(values->parameters);
    free(values->buffers);
    free(values->inputs);
    free(values->doutputs);
}
