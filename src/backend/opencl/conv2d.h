/* conv2d.h: what conv2d shares with the row that fuses it with max_pool2d: tiles and items. */
#ifndef WEFT_OPENCL_CONV2D_H
#define WEFT_OPENCL_CONV2D_H

#include "backend/opencl/layer.h"

/* A tile of sums that one work-item keeps in registers. */
struct conv2d_tile {
    size_t channels, columns;
};

/* Returns the tile for which a work-item loads least for each fma: ${channels} and ${columns}
 * are divided by it, its columns are a multiple of ${unit}, and it has ${rows} rows. Its sums, a
 * row of kernel + columns - 1 inputs and a weight fit the registers. */
struct conv2d_tile conv2d_choose_tile(size_t channels, size_t columns, size_t rows, size_t unit,
                                      size_t kernel, enum weft_mapping mapping);

/* Appends the macros of conv2d.cl. ${pooled}: the gradient of the output is read from a pool's. */
void conv2d_define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping,
                   bool pooled);

/* Items of conv2d.cl's backward kernel: those of the parameters' gradients and those of the
 * input's. */
size_t conv2d_gradient_items(const struct weft_layer *layer, enum weft_mapping mapping);
size_t conv2d_input_items(const struct weft_layer *layer, enum weft_mapping mapping);

#endif
