/* share.h: what is equal in the program is there once. Groups of layers of one kind with equal
 * shapes and arguments have the same functions; kernels that call the same functions in the same
 * way are one kernel. Their buffers, and where their tensors begin in the flat arrays, are
 * arguments. So a deep network of equal blocks has as many kernels as one of a few blocks. */
#ifndef WEFT_OPENCL_SHARE_H
#define WEFT_OPENCL_SHARE_H

#include "base/text.h"

struct opencl_groups;
struct opencl_kernels;

/* Distinct texts, each of which belongs to the first that gave it. All zero at the start. */
struct opencl_texts {
    struct text all;
    size_t count, capacity;
    struct {
        size_t begin, length, owner;
    } * list;
};

/* The end of texts->all, from ${begin} on, is the text of ${owner}. Returns the first owner of an
 * equal text, else ${owner}. Without memory, texts->all.failed is set. */
size_t opencl_texts_add(struct opencl_texts *texts, size_t begin, size_t owner);
void opencl_texts_finish(struct opencl_texts *texts);

/* Sets same of each of ${groups} and of the ${kernels} that were made of them, before their names
 * or texts are used. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status opencl_share(struct opencl_groups *groups, struct opencl_kernels *kernels,
                              struct weft_error *error);

#endif
