/* emit_kernel.c: kernels that call the functions of cl/'s files, as kernels.c chose them.
 *
 * The arguments of a kernel are those of all its calls, in order; the same buffer may be passed
 * more than once. */
#include "backend/opencl/emit_kernel.h"
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/layer.h"

#include <stdio.h>

void opencl_kernel_name(const struct opencl_groups *groups, const struct opencl_kernel *kernel,
                        char name[64]) {
    const struct opencl_call *call = &kernel->calls[0];
    snprintf(name, 64, "%s_%s_%zu", kernel->loop == LOOP_APART ? "run" : "chain",
             call->function->name, groups->list[call->group].main + 1);
}

static void add_parameters(struct text *text, const struct opencl_kernel *kernel) {
    unsigned number = 0;
    for (size_t c = 0; c < kernel->count; c++) {
        const enum opencl_argument *arguments = kernel->calls[c].function->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++, number++) {
            text_add(text, "%s%sa%u", number > 0 ? ", " : "",
                     arguments[a] >= OPENCL_ARG_NUMBER ? "int " : "global void *", number);
        }
    }
}

/* Adds ${call}; ${number} is its first argument. */
static void add_call(struct text *text, const struct opencl_groups *groups,
                     const struct opencl_call *call, const char *item, const char *shard,
                     unsigned number) {
    text_add(text, "%s", call->function->name);
    if (call->function->passes != 0) { /* the loss has no number */
        text_add(text, "_%zu", groups->list[call->group].main + 1);
    }
    text_add(text, "(%s, %s, lanes", item, shard);
    for (size_t a = 0; call->function->arguments[a] != ARG_END; a++) {
        text_add(text, ", a%u", number++);
    }
    text_add(text, ");\n");
}

/* Returns the number of the argument that is the count of images. */
static unsigned find_count(const struct opencl_kernel *kernel) {
    unsigned number = 0;
    for (size_t c = 0; c < kernel->count; c++) {
        const enum opencl_argument *arguments = kernel->calls[c].function->arguments;
        for (size_t a = 0; arguments[a] != ARG_END; a++, number++) {
            if (arguments[a] == ARG_COUNT) {
                return number;
            }
        }
    }
    return 0;
}

/* Adds the loop over the items of call ${c} that a work-item of a chain computes. */
static void add_loop(struct text *text, const struct opencl_kernel *kernel, size_t c) {
    const struct opencl_call *call = &kernel->calls[c];
    size_t items = call->items - call->input_items;
    if (kernel->loop == LOOP_SHARD) {
        text_add(text, "    for (int item = 0; item < %zu; item++) ", items);
        return;
    }
    if (c == 0) {
        text_add(text, "    for (size_t shard = 0; shard < (a%u + 15) / 16; shard++)",
                 find_count(kernel));
    }
    text_add(text, "    for (int item = part * %zu; item < (part + 1) * %zu; item++) ",
             items / kernel->parts, items / kernel->parts);
}

void opencl_emit_kernel(struct text *text, const struct opencl_groups *groups,
                        const struct opencl_kernel *kernel) {
    const char *shard = kernel->loop == LOOP_CHANNELS ? "shard" : "get_global_id(2)";
    unsigned number = 0;
    char name[64];
    /* The parameters, and memory of a work-group that adds lanes. */
    opencl_kernel_name(groups, kernel, name);
    text_add(text, "kernel void %s(", name);
    add_parameters(text, kernel);
    text_add(text, ") {\n");
    text_add(text, kernel->calls[0].function->range == RANGE_SUMS
                       ? "    LOCAL_LANES(lanes, LANE_VALUES);\n"
                       : "    LANE_MEMORY lanes = 0;\n");
    /* The calls. The second function of a chain by channels loops over the shards itself. */
    if (kernel->loop == LOOP_CHANNELS) {
        text_add(text, "    const int part = get_global_id(1);\n");
    }
    for (size_t c = 0; c < kernel->count; c++) {
        if (kernel->loop == LOOP_APART) {
            text_add(text, "    ");
        } else {
            add_loop(text, kernel, c);
        }
        add_call(text, groups, &kernel->calls[c],
                 kernel->loop == LOOP_APART ? "get_global_id(1)" : "item",
                 kernel->loop == LOOP_CHANNELS && c > 0 ? "0" : shard, number);
        for (size_t a = 0; kernel->calls[c].function->arguments[a] != ARG_END; a++) {
            number++;
        }
    }
    text_add(text, "}\n");
}
