/* share.c: finds groups and kernels whose texts are equal. */
#include "backend/opencl/share.h"
#include "backend/opencl/emit.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/source.h"

#include <stdlib.h>
#include <string.h>

size_t opencl_texts_add(struct opencl_texts *texts, size_t begin, size_t owner) {
    const size_t length = texts->all.length - begin;
    if (texts->all.failed) {
        return owner;
    }
    for (size_t i = 0; i < texts->count; i++) {
        /* Without a text there may be no bytes. */
        if (texts->list[i].length == length &&
            (length == 0 || memcmp(texts->all.bytes + texts->list[i].begin,
                                   texts->all.bytes + begin, length) == 0)) {
            texts->all.length = begin;
            return texts->list[i].owner;
        }
    }
    if (texts->count == texts->capacity) {
        const size_t capacity = 2 * texts->capacity + 16;
        void *list = realloc(texts->list, capacity * sizeof *texts->list);
        if (list == NULL) {
            texts->all.failed = true;
            return owner;
        }
        texts->list = list;
        texts->capacity = capacity;
    }
    texts->list[texts->count].begin = begin;
    texts->list[texts->count].length = length;
    texts->list[texts->count++].owner = owner;
    return owner;
}

void opencl_texts_finish(struct opencl_texts *texts) {
    free(texts->all.bytes);
    free(texts->list);
    *texts = (struct opencl_texts){.count = 0};
}

enum weft_status opencl_share(struct opencl_groups *groups, struct opencl_kernels *kernels,
                              struct weft_error *error) {
    struct opencl_texts of_groups = {.count = 0}, of_kernels = {.count = 0};
    bool failed;
    for (size_t i = 0; i < groups->count; i++) {
        const size_t begin = of_groups.all.length;
        opencl_source_define(&of_groups.all, groups, &groups->list[i]);
        groups->list[i].same = opencl_texts_add(&of_groups, begin, i);
    }
    /* The text of a kernel has the names of its functions, which follow from the groups. */
    for (size_t i = 0; i < kernels->count; i++) {
        const size_t begin = of_kernels.all.length;
        opencl_emit_body(&of_kernels.all, groups, &kernels->list[i]);
        kernels->list[i].same = opencl_texts_add(&of_kernels, begin, i);
    }
    failed = of_groups.all.failed || of_kernels.all.failed;
    opencl_texts_finish(&of_groups);
    opencl_texts_finish(&of_kernels);
    return failed ? error_set(error, WEFT_NO_MEMORY, "opencl: no memory") : WEFT_OK;
}
