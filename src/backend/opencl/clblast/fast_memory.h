/* fast_memory.h: --math fast: the products of a layer, and the buffers of their matrices. */
#ifndef WEFT_CLBLAST_FAST_MEMORY_H
#define WEFT_CLBLAST_FAST_MEMORY_H

#include "backend/opencl/clblast/engine.h"
#include "backend/opencl/clblast/product.h"

/* Return the three products of ${layer} for ${shards} shards; ${first}: the first chunk of a
 * batch. */
struct opencl_product opencl_fast_forward(struct opencl_backend *cl,
                                          const struct opencl_fast_layer *layer, size_t shards);
struct opencl_product opencl_fast_gradients(struct opencl_backend *cl,
                                            const struct opencl_fast_layer *layer, size_t shards,
                                            bool first);
struct opencl_product opencl_fast_backward(struct opencl_backend *cl,
                                           const struct opencl_fast_layer *layer, size_t shards);

/* Chooses the chunk of each layer for batches of up to cl->base.batch images, and the sizes of
 * the buffers that all layers share. */
enum weft_status opencl_fast_choose(struct opencl_backend *cl, struct weft_error *error);

/* Makes these buffers. */
enum weft_status opencl_fast_buffers(struct opencl_backend *cl, struct weft_error *error);

#endif
