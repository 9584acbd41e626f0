/* conv2d_sums.c: the products of a convolution, added to the outputs one by one. */
#include "conv2d_sums.h"

#include <stdio.h>

static size_t output_side(const struct conv2d_shape *s, int side) {
    size_t extent = s->dilation[side] * (s->kernel[side] - 1) + 1;
    return ((side == 0 ? s->height : s->width) + 2 * s->padding[side] - extent) / s->stride[side] +
           1;
}

/* Adds the product of a weight and an input to an output: every sum of the layer is a sum of such
 * products. */
static void add_product(const struct layer_values *values, struct layer_sums *sums, size_t output,
                        size_t input, size_t weight) {
    double w = values->parameters[weight], v = values->inputs[input];
    double d = values->doutputs[output];
    sums->output[output] += w * v;
    sums->dinput[input] += w * d;
    sums->dparameters[weight] += v * d;
}

/* Adds all products of the output (n, k, y, x). */
static void add_pixel(const struct conv2d_shape *s, const struct layer_values *values,
                      struct layer_sums *sums, size_t output, size_t n, size_t k, size_t y,
                      size_t x) {
    size_t of_group = s->in / s->groups, first = k / (s->out / s->groups) * of_group;
    size_t bias = s->out * of_group * s->kernel[0] * s->kernel[1] + k;
    if (s->bias) {
        sums->output[output] += (double)values->parameters[bias];
        sums->dparameters[bias] += (double)values->doutputs[output];
    }
    for (size_t tap = 0; tap < of_group * s->kernel[0] * s->kernel[1]; tap++) {
        size_t c = tap / s->kernel[1] / s->kernel[0];
        size_t row = y * s->stride[0] + tap / s->kernel[1] % s->kernel[0] * s->dilation[0];
        size_t column = x * s->stride[1] + tap % s->kernel[1] * s->dilation[1];
        if (row >= s->padding[0] && row < s->padding[0] + s->height && column >= s->padding[1] &&
            column < s->padding[1] + s->width) {
            add_product(values, sums, output,
                        ((n * s->in + first + c) * s->height + row - s->padding[0]) * s->width +
                            column - s->padding[1],
                        k * of_group * s->kernel[0] * s->kernel[1] + tap);
        }
    }
}

static void add_sums(const void *shape, const struct layer_values *values,
                     struct layer_sums *sums) {
    const struct conv2d_shape *s = shape;
    size_t output = 0;
    for (size_t n = 0; n < s->images; n++) {
        for (size_t k = 0; k < s->out; k++) {
            for (size_t y = 0; y < output_side(s, 0); y++) {
                for (size_t x = 0; x < output_side(s, 1); x++, output++) {
                    add_pixel(s, values, sums, output, n, k, y, x);
                }
            }
        }
    }
}

void conv2d_list(const struct conv2d_shape *s, char json[400]) {
    snprintf(json, 400,
             "{\"input\": [%zu, %zu, %zu], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
             "\"out_channels\": %zu, \"kernel_size\": [%zu, %zu], \"stride\": [%zu, %zu], "
             "\"padding\": [%zu, %zu], \"dilation\": [%zu, %zu], \"groups\": %zu, \"bias\": %s}]}",
             s->in, s->height, s->width, s->out, s->kernel[0], s->kernel[1], s->stride[0],
             s->stride[1], s->padding[0], s->padding[1], s->dilation[0], s->dilation[1], s->groups,
             s->bias ? "true" : "false");
}

/* 1e-5 of the largest value: the longest sums have 57,600 products (the gradient of a weight) in
 * blocks of at most 576, so rounding to float gives about 1e-6. */
void conv2d_check_plain(const struct conv2d_shape *s, uint64_t seed) {
    char json[400];
    conv2d_list(s, json);
    layer_check_plain(json, &(struct layer_plain){.images = s->images,
                                                  .seed = seed,
                                                  .output_tolerance = 1e-5,
                                                  .gradient_tolerance = 1e-5,
                                                  .add = add_sums,
                                                  .shape = s});
}
